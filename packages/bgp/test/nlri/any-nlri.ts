import fc from 'fast-check';
import { u32ToAddress } from '../../src/net/address.js';
import type { NlriValue } from '../../src/nlri/opaque-families.js';
import { showPrefix } from '../../src/nlri/prefix-octets.js';

/** Destinations of each family that is kept by its octets, as they come back from being written and read. */

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u24 = fc.nat(0xffffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }).map(String);
const octets = (count: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: count, maxLength: count }).map((bytes) =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/..(?!$)/g, '$&:'),
  );
const hex = (most: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: most }).map((bytes) => Buffer.from(bytes).toString('hex'));

const address4 = u32.map(u32ToAddress);
const address6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => showPrefix(bytes, 0, 128, 2).slice(0, -4));
const anyAddress = fc.oneof(address4, address6);
const addressOf = (afi: number): fc.Arbitrary<string> => (afi === 1 ? address4 : address6);

export function prefixOf(afi: number): fc.Arbitrary<string> {
  const most = afi === 1 ? 32 : 128;
  return fc
    .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(most))
    .map(([bytes, bits]) => showPrefix(bytes, 0, bits, afi));
}

export const rd = fc.oneof(
  fc.tuple(u16, u32).map((parts) => parts.join(':')),
  fc.tuple(address4, u16).map((parts) => parts.join(':')),
  fc.tuple(fc.integer({ min: 0x10000, max: 0xffffffff }), u16).map((parts) => parts.join(':')),
  fc.tuple(u16, u16).map((parts) => `2:${parts.join(':')}`),
  hex(0).map(() => '0x0003aabbccddeeff'),
);

const labels = fc.array(fc.integer({ min: 1, max: 0x7ffff }), { maxLength: 3 });

const labeled = (afi: number) => fc.record({ labels, prefix: prefixOf(afi) });
const vpn = (afi: number) =>
  fc
    .record({ rd, labels, prefix: prefixOf(afi) })
    .filter((value) => afi === 1 || value.labels.length < 3 || Number(value.prefix.split('/')[1]) < 112);

const segment = { rd, esi: octets(10), ethernetTag: u32 };
const evpn = fc.oneof(
  fc.record({ type: fc.constant('ethernet-auto-discovery' as const), ...segment, label: u24 }),
  fc.record(
    {
      type: fc.constant('mac-ip' as const),
      ...segment,
      mac: octets(6),
      ip: anyAddress,
      label: u24,
      label2: u24,
    },
    { requiredKeys: ['type', 'rd', 'esi', 'ethernetTag', 'mac', 'label'] },
  ),
  fc.record({
    type: fc.constant('inclusive-multicast' as const),
    rd,
    ethernetTag: u32,
    originator: anyAddress,
  }),
  fc.record({ type: fc.constant('ethernet-segment' as const), rd, esi: octets(10), originator: anyAddress }),
  fc.constantFrom(1, 2).chain((afi) =>
    fc.record({
      type: fc.constant('ip-prefix' as const),
      ...segment,
      prefix: prefixOf(afi),
      gateway: addressOf(afi),
      label: u24,
    }),
  ),
  fc.record({ type: fc.constant('unknown' as const), code: fc.integer({ min: 6, max: 255 }), hex: hex(40) }),
);

const tests = fc
  .array(
    fc.record({
      and: fc.boolean(),
      op: fc.constantFrom('false', '==', '>', '>=', '<', '<=', '!=', 'true'),
      value: fc.oneof(u8, u16, u32, fc.constant('18446744073709551615')),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => list.map((test, i) => (i === 0 ? { ...test, and: false } : test)));
const bits = (most: number) =>
  fc
    .array(fc.record({ and: fc.boolean(), not: fc.boolean(), match: fc.boolean(), value: fc.nat(most) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((list) => list.map((test, i) => (i === 0 ? { ...test, and: false } : test)));

function flowspecPrefix(type: string, afi: number) {
  if (afi === 1) return prefixOf(1).map((prefix) => ({ type, prefix }));
  return fc
    .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 1, max: 128 }), fc.nat(127))
    .map(([bytes, length, wish]) => {
      const offset = wish % length;
      for (let bit = 0; bit < offset; bit++) bytes[bit >>> 3]! &= ~(0x80 >>> (bit & 7));
      const prefix = showPrefix(bytes, 0, length, 2);
      return offset === 0 ? { type, prefix } : { type, prefix, offset };
    });
}

const numeric = (type: string) => tests.map((list) => ({ type, tests: list }));
const dscp = numeric('dscp').map(({ type, tests: list }) => ({
  type,
  tests: list.map((test) => ({ ...test, value: Number(test.value) % 64 })),
}));

function flowspec(afi: number, isVpn: boolean) {
  const components = fc.tuple(
    flowspecPrefix('destination-prefix', afi),
    flowspecPrefix('source-prefix', afi),
    ...['protocol', 'port', 'destination-port', 'source-port', 'icmp-type', 'icmp-code'].map(numeric),
    bits(0xffff).map((list) => ({ type: 'tcp-flags', bits: list })),
    numeric('packet-length'),
    dscp,
    bits(0xff).map((list) => ({ type: 'fragment', bits: list })),
    ...(afi === 2 ? [numeric('flow-label')] : []),
  );
  const some = fc
    .tuple(components, fc.uint8Array({ minLength: 13, maxLength: 13, max: 1 }))
    .map(([list, chosen]) => list.filter((_, i) => chosen[i] === 1))
    .filter((list) => list.length > 0);
  return isVpn ? fc.record({ rd, components: some }) : fc.record({ components: some });
}

const routeTarget = fc.oneof(
  fc.constant({ length: 0, originAs: 0, target: '0x' }),
  fc.record({
    length: fc.constant(96),
    originAs: u32,
    target: fc.tuple(u16, u32).map((parts) => parts.join(':')),
  }),
  fc.record({
    length: fc.constant(96),
    originAs: u32,
    target: fc.tuple(address4, u16).map((p) => p.join(':')),
  }),
  fc
    .tuple(fc.integer({ min: 32, max: 88 }), u32, fc.uint8Array({ minLength: 8, maxLength: 8 }))
    .map(([length, originAs, bytes]) => ({
      length,
      originAs,
      target: `0x${Buffer.from(bytes.subarray(0, (length - 32 + 7) >>> 3)).toString('hex')}`,
    })),
);

const node = fc
  .record(
    {
      'autonomous-system': u32,
      'bgp-ls-id': u32,
      'ospf-area': u32,
      'igp-router-id': fc.oneof(
        address4,
        fc.tuple(address4, address4).map((pair) => pair.join('-')),
        fc.constantFrom('0102.0304.0506', '0102.0304.0506-07'),
      ),
      'bgp-router-id': address4,
    },
    { requiredKeys: [] },
  )
  .map((fields) => Object.entries(fields).map(([type, value]) => ({ type, value })));
const unknownTlv = fc.record({ type: fc.integer({ min: 5000, max: 0xffff }), hex: hex(10) });

function linkState(isVpn: boolean) {
  const common = {
    ...(isVpn ? { rd } : {}),
    protocol: fc.constantFrom(
      'isis-level-1',
      'isis-level-2',
      'ospfv2',
      'direct',
      'static',
      'ospfv3',
      'bgp',
      200,
    ),
    identifier: u64,
  };
  const tlv = (type: string, value: fc.Arbitrary<unknown>) => value.map((v) => ({ type, value: v }));
  const known = (type: string, ...descriptors: fc.Arbitrary<unknown>[]) =>
    fc.record({
      type: fc.constant(type),
      ...common,
      descriptors: fc
        .tuple(fc.tuple(...descriptors), fc.option(unknownTlv, { nil: undefined }))
        .map(([list, extra]) => (extra === undefined ? list : [...list, extra])),
    });
  const local = tlv('local-node', node);
  return fc.oneof(
    known('node', local),
    known(
      'link',
      local,
      tlv('remote-node', node),
      tlv('link-ids', fc.record({ local: u32, remote: u32 })),
      tlv('ipv4-interface', address4),
      tlv('ipv6-neighbor', address6),
      tlv('topologies', fc.array(u16, { maxLength: 3 })),
    ),
    known('ipv4-prefix', local, tlv('ospf-route-type', u8), tlv('reachability', prefixOf(1))),
    known('ipv6-prefix', local, tlv('reachability', prefixOf(2))),
    known('srv6-sid', local, tlv('srv6-sid', address6)),
    fc.record({
      type: fc.constant('unknown'),
      code: fc.integer({ min: 7, max: 0xffff }),
      ...(isVpn ? { rd } : {}),
      hex: hex(30),
    }),
  );
}

const srPolicy = (afi: number) => fc.record({ distinguisher: u32, color: u32, endpoint: addressOf(afi) });

function mup(afi: number) {
  const tlvs = fc.array(fc.record({ type: u8, hex: hex(10) }), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.record({ type: fc.constant('interwork-segment'), rd, prefix: prefixOf(afi) }),
    fc.record({ type: fc.constant('direct-segment'), rd, address: addressOf(afi) }),
    fc.record(
      {
        type: fc.constant('session-1'),
        rd,
        prefix: prefixOf(afi),
        teid: u32,
        qfi: u8,
        endpoint: anyAddress,
        source: anyAddress,
        tlvs,
      },
      { requiredKeys: ['type', 'rd', 'prefix', 'teid', 'qfi', 'endpoint'] },
    ),
    fc
      .record(
        {
          type: fc.constant('session-2'),
          rd,
          endpoint: addressOf(afi),
          teidBits: fc.nat(32),
          teid: u32,
          tlvs,
        },
        { requiredKeys: ['type', 'rd', 'endpoint', 'teidBits', 'teid'] },
      )
      .map((value) => ({
        ...value,
        teid: value.teidBits === 0 ? 0 : (value.teid & (-1 << (32 - value.teidBits))) >>> 0,
      })),
    fc.record({
      type: fc.constant('unknown'),
      architecture: fc.integer({ min: 2, max: 255 }),
      code: u16,
      hex: hex(40),
    }),
  );
}

const encapsulation = (afi: number) => addressOf(afi).map((endpoint) => ({ endpoint }));

/** By name of the family. */
export const anyNlri: Readonly<Record<string, fc.Arbitrary<NlriValue>>> = {
  'ipv4-labeled-unicast': labeled(1),
  'ipv6-labeled-unicast': labeled(2),
  'ipv4-encapsulation': encapsulation(1),
  'ipv6-encapsulation': encapsulation(2),
  'ipv4-sr-policy': srPolicy(1),
  'ipv6-sr-policy': srPolicy(2),
  'ipv4-mup': mup(1) as fc.Arbitrary<NlriValue>,
  'ipv6-mup': mup(2) as fc.Arbitrary<NlriValue>,
  'vpnv4-unicast': vpn(1),
  'vpnv6-unicast': vpn(2),
  'vpnv4-multicast': vpn(1),
  'vpnv6-multicast': vpn(2),
  'ipv4-route-target': routeTarget,
  'ipv4-flowspec': flowspec(1, false) as fc.Arbitrary<NlriValue>,
  'ipv6-flowspec': flowspec(2, false) as fc.Arbitrary<NlriValue>,
  'vpnv4-flowspec': flowspec(1, true) as fc.Arbitrary<NlriValue>,
  'vpnv6-flowspec': flowspec(2, true) as fc.Arbitrary<NlriValue>,
  'l2vpn-evpn': evpn as fc.Arbitrary<NlriValue>,
  'bgp-ls': linkState(false) as fc.Arbitrary<NlriValue>,
  'bgp-ls-vpn': linkState(true) as fc.Arbitrary<NlriValue>,
};
