import { formatAddress } from '../net/address.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { toHex } from '../wire/hex.js';
import { checkAddress, checkHex, refuseNlri } from './nlri-error.js';
import { addressBits, checkPrefix, showPrefix, writePrefixOctets } from './prefix-octets.js';
import { type TlvRow, TlvSet, type TlvShape } from './tlv-set.js';
import {
  address,
  fixedRecord,
  float32,
  hex,
  ipv4,
  ipv6,
  listOf,
  metric,
  record,
  sid,
  text,
  u8,
  u16,
  u24,
  u32,
  type ValueKind,
} from './value-kind.js';

/** Types and lengths of two octets (RFC 9552 §5.1). */
export const LINK_STATE_SHAPE: TlvShape = { typeSize: 2, lengthSize: 2 };

/**
 * IGP router id (RFC 9552 §5.2.1.4): a router id; that of a designated router and its interface; an ISO system id, with the
 * pseudonode number where there is one.
 */
const igpRouterId: ValueKind = {
  fits: (_bytes, at, end) => end - at === 4 || (end - at >= 6 && end - at <= 8),
  read(bytes, at, end) {
    const iso = (): string => toHex(bytes, at, at + 6).replace(/(....)(?!$)/g, '$1.');
    switch (end - at) {
      case 4:
        return formatAddress(bytes, at, 4);
      case 6:
        return iso();
      case 7:
        return `${iso()}-${toHex(bytes, at + 6, end)}`;
      case 8:
        return `${formatAddress(bytes, at, 4)}-${formatAddress(bytes, at + 4, 4)}`;
      default:
        return undefined;
    }
  },
  write(path, value, out) {
    if (typeof value !== 'string') refuseNlri(path, value, 'must be a router id or an ISO system id');
    const [, system, pseudonode] =
      /^([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?:-([0-9a-f]{2}))?$/i.exec(value) ?? [];
    if (system !== undefined) {
      out.copy(checkHex(path, system.replaceAll('.', '') + (pseudonode ?? '')));
      return;
    }
    for (const quad of value.split('-', 2)) out.copy(checkAddress(path, quad, [4]));
  },
};

/** Reachability (RFC 9552 §5.2.3.2): a length in bits and the octets that it needs. Which AFI, the kind of NLRI says. */
function reachability(afi: number): ValueKind {
  const fits = (bytes: Uint8Array, at: number, end: number): boolean =>
    at < end && bytes[at]! <= addressBits(afi) && end - at - 1 === (bytes[at]! + 7) >>> 3;
  return {
    fits,
    read: (bytes, at, end) => (fits(bytes, at, end) ? showPrefix(bytes, at + 1, bytes[at]!, afi) : undefined),
    write(path, value, out: ByteWriter) {
      const prefix = checkPrefix(path, value, afi);
      out.u8(prefix.length);
      writePrefixOctets(prefix, out);
    },
  };
}

const row = (code: number, name: string, kind: ValueKind): TlvRow => ({ code, name, kind });

/** Sub-TLVs of a node descriptor (RFC 9552 §5.2.1.4, RFC 9086 §4.1). */
export const NODE_DESCRIPTORS: TlvSet = new TlvSet(LINK_STATE_SHAPE, [
  row(512, 'autonomous-system', u32),
  row(513, 'bgp-ls-id', u32),
  row(514, 'ospf-area', u32),
  row(515, 'igp-router-id', igpRouterId),
  row(516, 'bgp-router-id', ipv4),
  row(517, 'confederation-member', u32),
]);

function descriptors(afi: number): TlvSet {
  return new TlvSet(LINK_STATE_SHAPE, [
    row(256, 'local-node', NODE_DESCRIPTORS),
    row(257, 'remote-node', NODE_DESCRIPTORS),
    row(
      258,
      'link-ids',
      fixedRecord([
        ['local', u32],
        ['remote', u32],
      ]),
    ),
    row(259, 'ipv4-interface', ipv4),
    row(260, 'ipv4-neighbor', ipv4),
    row(261, 'ipv6-interface', ipv6),
    row(262, 'ipv6-neighbor', ipv6),
    row(263, 'topologies', listOf(u16)),
    row(264, 'ospf-route-type', u8),
    row(265, 'reachability', reachability(afi)),
    row(518, 'srv6-sid', ipv6),
  ]);
}

/** Descriptors in NLRI about IPv4 prefixes, and in all others. */
export const DESCRIPTORS_IPV4: TlvSet = descriptors(1);
export const DESCRIPTORS_IPV6: TlvSet = descriptors(2);
export const LOCAL_NODE = 256;
export const REMOTE_NODE = 257;

/** Type 1161 within SR capabilities (RFC 9085 §2.1.1). */
const SID_LABEL = new TlvSet(LINK_STATE_SHAPE, [row(1161, 'sid', sid)]);

/** Ranges of labels: a size, and a SID TLV for the first (RFC 9085 §2.1.2). */
const labelRanges: ValueKind = {
  read(bytes, at, end) {
    const ranges: unknown[] = [];
    for (let next = at; next < end; ) {
      if (next + 3 > end) return undefined;
      const stop = SID_LABEL.tlvEnd(bytes, next + 3, end);
      if (stop < 0) return undefined;
      const [first] = SID_LABEL.read(bytes, next + 3, stop)!;
      ranges.push({ size: u24.read(bytes, next, next + 3), first });
      next = stop;
    }
    return ranges;
  },
  write(path, value, out) {
    if (!Array.isArray(value)) refuseNlri(path, value, 'must be a list of ranges');
    value.forEach((range: { size?: unknown; first?: unknown } | null, i) => {
      u24.write(`${path}[${i}].size`, range?.size, out);
      SID_LABEL.write(`${path}[${i}].first`, [range?.first], out);
    });
  },
};

const SID_FIELDS = [
  ['flags', u8],
  ['weight', u8],
  [null, u16],
] as const;
const labelBlock = record(
  [
    ['flags', u8],
    [null, u8],
  ],
  ['ranges', labelRanges],
);
const weightedSid = record(SID_FIELDS, ['sid', sid]);
const sidStructure = fixedRecord([
  ['block', u8],
  ['node', u8],
  ['function', u8],
  ['argument', u8],
]);

/** Sub-TLVs of SRv6 SIDs (RFC 9514 §8). */
const SRV6_SUB = new TlvSet(LINK_STATE_SHAPE, [row(1252, 'srv6-sid-structure', sidStructure)]);

/** A flexible algorithm (RFC 9351 §3), by its constraints. */
const flexAlgorithm = record(
  [
    ['algorithm', u8],
    ['metricType', u8],
    ['calculationType', u8],
    ['priority', u8],
  ],
  [
    'tlvs',
    new TlvSet(LINK_STATE_SHAPE, [
      row(1040, 'exclude-any', listOf(u32)),
      row(1041, 'include-any', listOf(u32)),
      row(1042, 'include-all', listOf(u32)),
      row(1043, 'flags', hex),
      row(1045, 'exclude-shared-risk-groups', listOf(u32)),
      row(1046, 'unsupported', hex),
    ]),
  ],
);

/** A delay in microseconds and the bit that says that it left its range (RFC 8571 §2). */
const delay = fixedRecord([
  ['flags', u8],
  ['microseconds', u24],
]);

/** TLVs of the BGP-LS attribute (RFC 9552 §5.3, RFC 9085, RFC 9086, RFC 9514, RFC 8571). */
export const LINK_STATE_ATTRIBUTES = new TlvSet(LINK_STATE_SHAPE, [
  row(263, 'topologies', listOf(u16)),
  row(
    266,
    'node-msd',
    listOf(
      fixedRecord([
        ['type', u8],
        ['value', u8],
      ]),
    ),
  ),
  row(
    267,
    'link-msd',
    listOf(
      fixedRecord([
        ['type', u8],
        ['value', u8],
      ]),
    ),
  ),
  row(1024, 'node-flags', u8),
  row(1025, 'opaque-node', hex),
  row(1026, 'node-name', text),
  row(1027, 'isis-area', hex),
  row(1028, 'local-ipv4-router-id', ipv4),
  row(1029, 'local-ipv6-router-id', ipv6),
  row(1030, 'remote-ipv4-router-id', ipv4),
  row(1031, 'remote-ipv6-router-id', ipv6),
  row(1034, 'sr-capabilities', labelBlock),
  row(1035, 'sr-algorithms', listOf(u8)),
  row(1036, 'sr-local-block', labelBlock),
  row(
    1038,
    'srv6-capabilities',
    fixedRecord([
      ['flags', u16],
      [null, u16],
    ]),
  ),
  row(1039, 'flex-algorithm', flexAlgorithm),
  row(
    1044,
    'flex-algorithm-prefix-metric',
    fixedRecord([
      ['algorithm', u8],
      ['flags', u8],
      [null, u16],
      ['metric', u32],
    ]),
  ),
  row(1088, 'admin-group', u32),
  row(1089, 'max-bandwidth', float32),
  row(1090, 'max-reservable-bandwidth', float32),
  row(1091, 'unreserved-bandwidth', listOf(float32)),
  row(1092, 'te-metric', u32),
  row(1093, 'link-protection', u16),
  row(1094, 'mpls-protocols', u8),
  row(1095, 'igp-metric', metric),
  row(1096, 'shared-risk-groups', listOf(u32)),
  row(1097, 'opaque-link', hex),
  row(1098, 'link-name', text),
  row(1099, 'adjacency-sid', weightedSid),
  row(1101, 'peer-node-sid', weightedSid),
  row(1102, 'peer-adjacency-sid', weightedSid),
  row(1103, 'peer-set-sid', weightedSid),
  row(
    1106,
    'srv6-end-x-sid',
    record(
      [
        ['behavior', u16],
        ['flags', u8],
        ['algorithm', u8],
        ['weight', u8],
        [null, u8],
        ['sid', ipv6],
      ],
      ['tlvs', SRV6_SUB],
    ),
  ),
  row(1114, 'delay', delay),
  row(
    1115,
    'delay-range',
    fixedRecord([
      ['flags', u8],
      ['least', u24],
      [null, u8],
      ['most', u24],
    ]),
  ),
  row(1116, 'delay-variation', delay),
  row(1117, 'loss', delay),
  row(1118, 'residual-bandwidth', float32),
  row(1119, 'available-bandwidth', float32),
  row(1120, 'utilized-bandwidth', float32),
  row(1152, 'igp-flags', u8),
  row(1153, 'route-tags', listOf(u32)),
  row(1155, 'prefix-metric', u32),
  row(1156, 'ospf-forwarding-address', ipv4),
  row(1157, 'opaque-prefix', hex),
  row(
    1158,
    'prefix-sid',
    record(
      [
        ['flags', u8],
        ['algorithm', u8],
        [null, u16],
      ],
      ['sid', sid],
    ),
  ),
  row(1161, 'sid', sid),
  row(1170, 'prefix-attribute-flags', hex),
  row(1171, 'source-router-id', address),
  row(
    1250,
    'srv6-endpoint-behavior',
    fixedRecord([
      ['behavior', u16],
      ['flags', u8],
      ['algorithm', u8],
    ]),
  ),
  row(
    1251,
    'srv6-peer-node-sid',
    fixedRecord([
      ['flags', u8],
      ['weight', u8],
      [null, u16],
      ['peerAs', u32],
      ['peerRouterId', ipv4],
    ]),
  ),
  row(1252, 'srv6-sid-structure', sidStructure),
]);
