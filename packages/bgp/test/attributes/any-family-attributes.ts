import fc from 'fast-check';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import type { Tlv } from '../../src/nlri/tlv-set.js';

/** Attributes that go with families other than unicast. */

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u24 = fc.nat(0xffffff);
const u32 = fc.nat(0xffffffff);
const quad = fc.ipV4();
const v6 = fc.constantFrom('2001:db8::1', '::', 'fcbb:bb00:1:e001::');
const u64 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }).map(String);
const hex = (least: number, most: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((bytes) => Buffer.from(bytes).toString('hex'));

const tlv = (type: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Tlv> =>
  value.map((inner) => ({ type, value: inner }));
const unknownTlv = (least: number, most: number): fc.Arbitrary<Tlv> =>
  fc.record({ type: fc.integer({ min: least, max: most }), hex: hex(0, 20) });
const list = (...kinds: fc.Arbitrary<Tlv>[]): fc.Arbitrary<Tlv[]> =>
  fc.array(fc.oneof(...kinds), { maxLength: 4 });

const sid = fc.oneof(fc.record({ label: fc.nat(0xfffff) }), fc.record({ index: u32 }));
const weighted = fc.record({ flags: u8, weight: u8, sid });
const structure = fc.record({
  block: fc.nat(48),
  node: fc.nat(32),
  function: fc.nat(16),
  argument: fc.nat(16),
});
const bandwidth = fc.float({ noDefaultInfinity: true, noNaN: true, min: 0 });

const linkState = fc.array(
  fc.oneof(
    tlv('node-flags', u8),
    tlv('node-name', fc.string({ maxLength: 20, unit: 'binary' })),
    tlv('local-ipv4-router-id', quad),
    tlv('local-ipv6-router-id', v6),
    tlv('topologies', fc.array(u16, { maxLength: 4 })),
    tlv('admin-group', u32),
    tlv('max-bandwidth', bandwidth),
    tlv('unreserved-bandwidth', fc.array(bandwidth, { minLength: 8, maxLength: 8 })),
    tlv('igp-metric', u24),
    tlv('adjacency-sid', weighted),
    tlv('prefix-sid', fc.record({ flags: u8, algorithm: u8, sid })),
    tlv(
      'sr-capabilities',
      fc.record({
        flags: u8,
        ranges: fc.array(fc.record({ size: u24, first: tlv('sid', sid) }), { maxLength: 3 }),
      }),
    ),
    tlv(
      'srv6-end-x-sid',
      fc.record({
        behavior: u16,
        flags: u8,
        algorithm: u8,
        weight: u8,
        sid: v6,
        tlvs: list(tlv('srv6-sid-structure', structure), unknownTlv(3000, 4000)),
      }),
    ),
    tlv('delay-range', fc.record({ flags: u8, least: u24, most: u24 })),
    unknownTlv(3000, 0xffff),
  ),
  { minLength: 1, maxLength: 8 },
);

const sidInformation = tlv(
  'sid-information',
  fc.record({
    sid: v6,
    flags: u8,
    behavior: u16,
    tlvs: list(
      tlv(
        'sid-structure',
        fc.record({
          block: fc.nat(32),
          node: fc.nat(32),
          function: fc.nat(32),
          argument: fc.nat(32),
          transpositionLength: fc.nat(20),
          transpositionOffset: fc.nat(100),
        }),
      ),
      unknownTlv(2, 255),
    ),
  }),
);
const services = fc.record({ tlvs: list(sidInformation, unknownTlv(2, 255)) });
const prefixSid = fc.array(
  fc.oneof(
    tlv('label-index', fc.record({ flags: u16, index: u32 })),
    tlv(
      'originator-srgb',
      fc.record({
        flags: u16,
        ranges: fc.array(fc.record({ base: u24, size: u24 }), { minLength: 1, maxLength: 3 }),
      }),
    ),
    tlv('srv6-l3-service', services),
    tlv('srv6-l2-service', services),
    unknownTlv(7, 255),
  ),
  { minLength: 1, maxLength: 4 },
);

const tunnel = fc.record({
  tunnelType: fc.oneof(fc.constantFrom('vxlan', 'gre', 'sr-policy'), fc.integer({ min: 100, max: 0xffff })),
  tlvs: list(
    tlv('encapsulation', hex(0, 12)),
    tlv('protocol-type', u16),
    tlv('color', fc.record({ flags: u16, color: u32 })),
    tlv('egress-endpoint', fc.oneof(quad, v6, fc.constant(''))),
    tlv('udp-port', u16),
    tlv('preference', fc.record({ flags: u8, preference: u32 })),
    tlv('binding-sid', fc.record({ flags: u8, sid: hex(0, 18) })),
    tlv(
      'segment-list',
      fc.record({
        segments: list(
          tlv('weight', fc.record({ flags: u8, weight: u32 })),
          tlv('label', fc.record({ flags: u8, label: u32 })),
          tlv('srv6-sid', fc.record({ flags: u8, sid: v6, structure: hex(0, 8) })),
          unknownTlv(20, 255),
        ),
      }),
    ),
    tlv('policy-name', fc.record({ name: fc.string({ maxLength: 30, unit: 'grapheme' }) })),
    unknownTlv(60, 100),
    unknownTlv(200, 255),
  ),
});

/** To be spread among the fields of `anyAttributes`. */
export const familyAttributes: {
  readonly [K in keyof PathAttributes]?: fc.Arbitrary<PathAttributes[K]>;
} = {
  aigp: u64,
  onlyToCustomer: u32,
  ipv6ExtendedCommunities: fc.array(hex(20, 20), { maxLength: 4 }),
  pmsiTunnel: fc.oneof(
    fc.record({
      flags: u8,
      tunnelType: fc.constant('ingress-replication'),
      label: u24,
      tunnelId: fc.oneof(quad, v6),
    }),
    fc.record({
      flags: u8,
      tunnelType: fc.oneof(fc.constantFrom('none', 'pim-ssm', 'mldp-p2mp'), fc.integer({ min: 8, max: 255 })),
      label: u24,
      tunnelId: hex(0, 24),
    }),
  ),
  tunnelEncapsulation: fc.array(tunnel, { minLength: 1, maxLength: 3 }),
  linkState,
  prefixSid,
  attributeSet: fc.record({ originAs: u32, hex: fc.constantFrom('', '400101004002004005040000' + '0064') }),
};
