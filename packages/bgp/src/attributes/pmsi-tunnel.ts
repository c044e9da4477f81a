import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { isAddress, parseAddress } from '../net/address.js';
import { address, hex, u8, u24 } from '../nlri/value-kind.js';
import { toHex } from '../wire/hex.js';
import { refuseAttribute, writeValue } from './attribute-error.js';
import type { AttributeRow } from './attribute-row.js';
import type { PmsiTunnel } from './path-attributes.js';

/** By tunnel type (RFC 7385). */
const TYPES: readonly string[] = [
  'none',
  'rsvp-te-p2mp',
  'mldp-p2mp',
  'pim-ssm',
  'pim-sm',
  'bidir-pim',
  'ingress-replication',
  'mldp-mp2mp',
];
const INGRESS_REPLICATION = 6;
const ID = 5;

function show(bytes: Uint8Array, start: number, end: number): PmsiTunnel {
  const type = bytes[start + 1]!;
  const id = type === INGRESS_REPLICATION ? address.read(bytes, start + ID, end) : undefined;
  return {
    flags: bytes[start]!,
    tunnelType: TYPES[type] ?? type,
    label: u24.read(bytes, start + 2, start + ID) as number,
    tunnelId: typeof id === 'string' ? id : toHex(bytes, start + ID, end),
  };
}

function typeNumber(type: string | number): number {
  const number = typeof type === 'number' ? type : TYPES.indexOf(type);
  if (!Number.isInteger(number) || number < 0 || number > 255) {
    refuseAttribute('pmsiTunnel.tunnelType', type, `must be 0 … 255 or one of ${TYPES.join(', ')}`);
  }
  return number;
}

/**
 * PMSI_TUNNEL (RFC 6514 §5):
 *
 * ```
 * flags (1) | tunnel type (1) | label (3) | tunnel identifier
 * ```
 *
 * Types that are not known are passed on: there are more than RFC 6514 knew.
 */
export const pmsiTunnel: AttributeRow = {
  code: AttributeCode.PmsiTunnel,
  name: 'PMSI_TUNNEL',
  flags: 0xc0,
  severity: 'withdraw', // RFC 6514 §5
  check(bytes, start, end) {
    const id = end - start - ID;
    if (id < 0) return UpdateError.AttributeLength;
    const isWrong = bytes[start + 1] === INGRESS_REPLICATION && id !== 4 && id !== 16;
    return isWrong ? UpdateError.OptionalAttribute : 0;
  },
  show,
  decode(bytes, start, end, into) {
    into.pmsiTunnel = show(bytes, start, end);
  },
  encode({ pmsiTunnel: tunnel }, out) {
    if (tunnel === undefined) return false;
    writeValue(() => {
      const type = typeNumber(tunnel.tunnelType);
      u8.write('pmsiTunnel.flags', tunnel.flags, out);
      out.u8(type);
      u24.write('pmsiTunnel.label', tunnel.label, out);
      if (type !== INGRESS_REPLICATION) hex.write('pmsiTunnel.tunnelId', tunnel.tunnelId, out);
      else if (isAddress(tunnel.tunnelId)) out.copy(parseAddress(tunnel.tunnelId));
      else refuseAttribute('pmsiTunnel.tunnelId', tunnel.tunnelId, 'must be an address');
    });
    return true;
  },
};
