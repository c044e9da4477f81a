import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress } from '../net/address.js';
import { type AttributeRow, exactLength } from './attribute-row.js';

/**
 * NEXT_HOP (RFC 4271 §5.1.3): four octets. Whether the address can be one is asked of updates that carry routes in the
 * plain fields only, because it means nothing beside MP_REACH_NLRI (RFC 4760 §3).
 */
export const nextHop: AttributeRow = {
  code: AttributeCode.NextHop,
  name: 'NEXT_HOP',
  flags: 0x40,
  severity: 'withdraw', // RFC 7606 §7.3
  check: exactLength(4, UpdateError.AttributeLength),
  show: (bytes, start) => formatAddress(bytes, start, 4),
};

/** Whether four octets cannot be a host: 0.0.0.0, multicast, reserved and broadcast (RFC 4271 §6.3, "valid IP host address"). */
export function isNoHost(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]!;
  return first >= 224 || (first === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0);
}

/** Whether sixteen octets cannot be a host: `::` and multicast. */
export function isNoIpv6Host(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0xff) return true;
  for (let i = at; i < at + 16; i++) if (bytes[i] !== 0) return false;
  return true;
}
