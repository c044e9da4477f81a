import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress, isAddress, parseAddress } from '../net/address.js';
import { refuseNlri } from '../nlri/nlri-error.js';
import { type TlvRow, TlvSet } from '../nlri/tlv-set.js';
import {
  fixedRecord,
  hex,
  ipv6,
  listOf,
  record,
  text,
  u8,
  u16,
  u32,
  type ValueKind,
} from '../nlri/value-kind.js';
import { refuseAttribute, writeValue } from './attribute-error.js';
import { type AttributeRow, readU16, readU32 } from './attribute-row.js';
import type { Tunnel } from './path-attributes.js';

/** By tunnel type (IANA "BGP Tunnel Encapsulation Attribute Tunnel Types"). */
const TUNNEL_TYPES: readonly (string | undefined)[] = [
  undefined,
  'l2tpv3',
  'gre',
  'transmit-tunnel-endpoint',
  'ipsec-tunnel-mode',
  'ip-in-ip-ipsec',
  'mpls-in-ip-ipsec',
  'ip-in-ip',
  'vxlan',
  'nvgre',
  'mpls',
  'mpls-in-gre',
  'vxlan-gpe',
  'mpls-in-udp',
  'ipv6',
  'sr-policy',
  'bare',
];

const row = (code: number, name: string, kind: ValueKind): TlvRow => ({ code, name, kind });

/** A color as the extended community that it is (RFC 9012 §3.4.2). */
const color: ValueKind = {
  read(bytes, at, end) {
    if (end - at !== 8 || readU16(bytes, at) !== 0x030b) return undefined;
    return { flags: readU16(bytes, at + 2), color: readU32(bytes, at + 4) };
  },
  write(path, value, out) {
    out.u16(0x030b);
    fixedRecord([
      ['flags', u16],
      ['color', u32],
    ]).write(path, value, out);
  },
};

/** Where a tunnel ends (RFC 9012 §3.1): an address, or empty text for the next hop of the route. */
const egressEndpoint: ValueKind = {
  read(bytes, at, end) {
    if (end - at < 6) return undefined;
    const afi = readU16(bytes, at + 4);
    const octets = end - at - 6;
    if (afi === 0 && octets === 0) return '';
    const isRight = (afi === 1 && octets === 4) || (afi === 2 && octets === 16);
    return isRight ? formatAddress(bytes, at + 6, octets) : undefined;
  },
  write(path, value, out) {
    if (typeof value !== 'string' || (value !== '' && !isAddress(value))) {
      refuseNlri(path, value, 'must be an address, or empty text');
    }
    const octets = value === '' ? new Uint8Array(0) : parseAddress(value);
    out.u32(0);
    out.u16(octets.length === 0 ? 0 : octets.length === 4 ? 1 : 2);
    out.copy(octets);
  },
};

/** Within a segment list (RFC 9830 §2.4.4). */
const SEGMENTS = new TlvSet({ typeSize: 1, lengthSize: 1 }, [
  row(
    1,
    'label',
    fixedRecord([
      ['flags', u8],
      [null, u8],
      ['label', u32],
    ]),
  ),
  row(
    9,
    'weight',
    fixedRecord([
      ['flags', u8],
      [null, u8],
      ['weight', u32],
    ]),
  ),
  row(
    13,
    'srv6-sid',
    record(
      [
        ['flags', u8],
        [null, u8],
        ['sid', ipv6],
      ],
      ['structure', hex],
    ),
  ),
]);

/** Sub-TLVs (RFC 9012 §3, RFC 9830 §2.4). */
const SUB = new TlvSet({ typeSize: 1, lengthSize: 'by-type' }, [
  row(1, 'encapsulation', hex),
  row(2, 'protocol-type', u16),
  row(4, 'color', color),
  row(6, 'egress-endpoint', egressEndpoint),
  row(7, 'ds-field', u8),
  row(8, 'udp-port', u16),
  row(9, 'embedded-label-handling', u8),
  row(10, 'label-stack', listOf(u32)),
  row(11, 'prefix-sid', hex),
  row(
    12,
    'preference',
    fixedRecord([
      ['flags', u8],
      [null, u8],
      ['preference', u32],
    ]),
  ),
  row(
    13,
    'binding-sid',
    record(
      [
        ['flags', u8],
        [null, u8],
      ],
      ['sid', hex],
    ),
  ),
  row(
    14,
    'explicit-null',
    fixedRecord([
      ['flags', u8],
      [null, u8],
      ['enlp', u8],
    ]),
  ),
  row(
    15,
    'priority',
    fixedRecord([
      ['priority', u8],
      [null, u8],
    ]),
  ),
  row(
    20,
    'srv6-binding-sid',
    record(
      [
        ['flags', u8],
        [null, u8],
        ['sid', ipv6],
      ],
      ['structure', hex],
    ),
  ),
  row(128, 'segment-list', record([[null, u8]], ['segments', SEGMENTS])),
  row(129, 'candidate-path-name', record([[null, u8]], ['name', text])),
  row(130, 'policy-name', record([[null, u8]], ['name', text])),
]);

/** Tunnels themselves have types and lengths of two octets. */
const TUNNELS = new TlvSet({ typeSize: 2, lengthSize: 2 }, []);
const HEADER = 4;

function show(bytes: Uint8Array, start: number, end: number): Tunnel[] {
  const tunnels: Tunnel[] = [];
  for (let at = start; at < end; ) {
    const stop = TUNNELS.tlvEnd(bytes, at, end);
    if (stop < 0) break;
    const type = readU16(bytes, at);
    tunnels.push({
      tunnelType: TUNNEL_TYPES[type] ?? type,
      tlvs: SUB.read(bytes, at + HEADER, stop) ?? [],
    });
    at = stop;
  }
  return tunnels;
}

function typeNumber(path: string, type: string | number): number {
  const number = typeof type === 'number' ? type : TUNNEL_TYPES.indexOf(type);
  if (!Number.isInteger(number) || number < 0 || number > 0xffff) {
    refuseAttribute(path, type, 'must be 0 … 65535 or the name of a tunnel type, such as vxlan');
  }
  return number;
}

/**
 * Tunnel encapsulation (RFC 9012 §2):
 *
 * ```
 * tunnel type (2) | length (2) | sub-TLVs: type (1) | length (1, from type 128 on 2) | value | …
 * ```
 */
export const tunnelEncapsulation: AttributeRow = {
  code: AttributeCode.TunnelEncapsulation,
  name: 'TUNNEL_ENCAPSULATION',
  flags: 0xc0,
  severity: 'withdraw', // RFC 9012 §13
  check(bytes, start, end) {
    for (let at = start; at < end; ) {
      const stop = TUNNELS.tlvEnd(bytes, at, end);
      if (stop < 0 || !SUB.isWhole(bytes, at + HEADER, stop)) return UpdateError.OptionalAttribute;
      at = stop;
    }
    return start === end ? UpdateError.OptionalAttribute : 0;
  },
  show,
  decode(bytes, start, end, into) {
    into.tunnelEncapsulation = show(bytes, start, end);
  },
  encode({ tunnelEncapsulation: tunnels }, out) {
    if (tunnels === undefined || tunnels.length === 0) return false;
    tunnels.forEach(({ tunnelType, tlvs }, i) => {
      const path = `tunnelEncapsulation[${i}]`;
      out.u16(typeNumber(`${path}.tunnelType`, tunnelType));
      const lengthAt = out.reserve(2);
      writeValue(() => SUB.write(`${path}.tlvs`, tlvs, out));
      const length = out.length - lengthAt - 2;
      if (length > 0xffff) refuseAttribute(`${path}.tlvs`, length, 'must take at most 65535 octets');
      out.patch16(lengthAt, length);
    });
    return true;
  },
};
