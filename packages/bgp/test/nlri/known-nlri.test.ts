import t from 'tap';
import { parseFamily } from '../../src/net/family.js';
import { encodeNlri, opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

const RD = '0000fde800000064';

/** Written once: family, octets, value and text. */
const KNOWN: readonly (readonly [family: string, hex: string, value: unknown, text: string])[] = [
  [
    'ipv4-labeled-unicast',
    '30' + '000641' + 'cb0071',
    { labels: [100], prefix: '203.0.113.0/24' },
    '203.0.113.0/24 label 100',
  ],
  [
    'ipv6-labeled-unicast',
    '38' + '800000' + '20010db8',
    { labels: [], prefix: '2001:db8::/32' },
    '2001:db8::/32',
  ],
  [
    'vpnv4-unicast',
    `88000640000651${RD}0a0100`,
    { rd: '65000:100', labels: [100, 101], prefix: '10.1.0.0/24' },
    'rd 65000:100 10.1.0.0/24 label 100/101',
  ],
  [
    'vpnv6-unicast',
    '78' + '000651' + '0001c00002010007' + '20010db8',
    { rd: '192.0.2.1:7', labels: [101], prefix: '2001:db8::/32' },
    'rd 192.0.2.1:7 2001:db8::/32 label 101',
  ],
  [
    'l2vpn-evpn',
    `0225${RD}${'00'.repeat(10)}0000000030000c2982c2a9200a000001002774`,
    {
      type: 'mac-ip',
      rd: '65000:100',
      esi: '00:00:00:00:00:00:00:00:00:00',
      ethernetTag: 0,
      mac: '00:0c:29:82:c2:a9',
      ip: '10.0.0.1',
      label: 10100,
    },
    'type 2 rd 65000:100 tag 0 00:0c:29:82:c2:a9 10.0.0.1',
  ],
  [
    'l2vpn-evpn',
    `0311${RD}0000000020c0000201`,
    { type: 'inclusive-multicast', rd: '65000:100', ethernetTag: 0, originator: '192.0.2.1' },
    'type 3 rd 65000:100 tag 0 192.0.2.1',
  ],
  // RFC 8955 §4.3.1: packets to 192.0.2.0/24 and TCP port 25
  [
    'ipv4-flowspec',
    '0b' + '0118c00002' + '038106' + '048119',
    {
      components: [
        { type: 'destination-prefix', prefix: '192.0.2.0/24' },
        { type: 'protocol', tests: [{ and: false, op: '==', value: 6 }] },
        { type: 'port', tests: [{ and: false, op: '==', value: 25 }] },
      ],
    },
    'destination-prefix 192.0.2.0/24 protocol ==6 port ==25',
  ],
  // RFC 8955 §4.3.2: to 192.0.2.0/24, from 203.0.113.0/24, port 137–139 or 8080
  [
    'ipv4-flowspec',
    '12' + '0118c00002' + '0218cb0071' + '040389458b911f90',
    {
      components: [
        { type: 'destination-prefix', prefix: '192.0.2.0/24' },
        { type: 'source-prefix', prefix: '203.0.113.0/24' },
        {
          type: 'port',
          tests: [
            { and: false, op: '>=', value: 137 },
            { and: true, op: '<=', value: 139 },
            { and: false, op: '==', value: 8080 },
          ],
        },
      ],
    },
    'destination-prefix 192.0.2.0/24 source-prefix 203.0.113.0/24 port >=137&<=139,==8080',
  ],
  [
    'ipv6-flowspec',
    '0b' + '026840123456789a' + '098112',
    {
      components: [
        { type: 'source-prefix', prefix: '::1234:5678:9a00:0/104', offset: 64 },
        { type: 'tcp-flags', bits: [{ and: false, not: false, match: true, value: 18 }] },
      ],
    },
    'source-prefix ::1234:5678:9a00:0/104 offset 64 tcp-flags =0x12',
  ],
  [
    'vpnv4-flowspec',
    `0b${RD}0c8001`,
    {
      rd: '65000:100',
      components: [{ type: 'fragment', bits: [{ and: false, not: false, match: false, value: 1 }] }],
    },
    'rd 65000:100 fragment 0x1',
  ],
  [
    'ipv4-route-target',
    '60' + '0000fde8' + '0002fde800000064',
    { length: 96, originAs: 65000, target: '65000:100' },
    '65000:65000:100/96',
  ],
  ['ipv4-route-target', '00', { length: 0, originAs: 0, target: '0x' }, 'default'],
  [
    'bgp-ls',
    '0001' +
      '0021' +
      '03' +
      '0000000000000001' +
      '01000014' +
      '020000040000fde8' +
      '020300080a0000010a0000fe',
    {
      type: 'node',
      protocol: 'ospfv2',
      identifier: '1',
      descriptors: [
        {
          type: 'local-node',
          value: [
            { type: 'autonomous-system', value: 65000 },
            { type: 'igp-router-id', value: '10.0.0.1-10.0.0.254' },
          ],
        },
      ],
    },
    'node ospfv2 1 local-node=type=autonomous-system,value=65000/type=igp-router-id,value=10.0.0.1-10.0.0.254',
  ],
  [
    'ipv4-sr-policy',
    '60' + '00000001' + '00000064' + 'c0000201',
    { distinguisher: 1, color: 100, endpoint: '192.0.2.1' },
    'color 100 endpoint 192.0.2.1 distinguisher 1',
  ],
  [
    'ipv4-mup',
    `01000318${RD}200a000001000030390920c000020100`,
    {
      type: 'session-1',
      rd: '65000:100',
      prefix: '10.0.0.1/32',
      teid: 12345,
      qfi: 9,
      endpoint: '192.0.2.1',
    },
    't1st rd 65000:100 10.0.0.1/32 teid 12345 qfi 9 endpoint 192.0.2.1',
  ],
  ['ipv4-encapsulation', '20c0000201', { endpoint: '192.0.2.1' }, '192.0.2.1'],
];

for (const [name, hex, value, text] of KNOWN) {
  t.test(`${text} of ${name}`, async (t) => {
    const codec = opaqueNlriCodec(parseFamily(name))!;
    const bytes = fromHex(hex)!;
    t.equal(codec.check(bytes, 0, bytes.length), null);
    t.same(codec.decode(bytes, 0, bytes.length), value);
    t.equal(codec.format(value as never), text);
    const out = new ByteWriter();
    codec.encode(value as never, out);
    t.equal(toHex(out.view()), hex);
  });
}

/** Malformed ones: what `check` says of them. */
const MALFORMED: readonly (readonly [family: string, hex: string, problem: RegExp])[] = [
  ['ipv4-labeled-unicast', '10' + '0006', /labels/],
  ['ipv4-labeled-unicast', '39' + '000641' + 'cb00710000', /labels|range/],
  ['vpnv4-unicast', `50000641${RD.slice(0, 14)}`, /route distinguisher/],
  ['vpnv4-unicast', `79000641${RD}0a01000000`, /route distinguisher|range/],
  ['l2vpn-evpn', `0118${'00'.repeat(24)}`, /25 octets/],
  ['l2vpn-evpn', `0221${'00'.repeat(33)}`, /48 bits/],
  ['l2vpn-evpn', `0221${'00'.repeat(22)}30${'00'.repeat(6)}08${'00'.repeat(3)}`, /0, 32 or 128/],
  ['l2vpn-evpn', `0311${'00'.repeat(12)}18${'00'.repeat(4)}`, /originator/],
  ['l2vpn-evpn', `0417${'00'.repeat(18)}80${'00'.repeat(4)}`, /originator/],
  ['l2vpn-evpn', `0522${'00'.repeat(22)}21${'00'.repeat(11)}`, /prefix length/],
  ['ipv4-flowspec', '00', /no component/],
  ['ipv4-flowspec', '06' + '048119' + '038106', /not in order/],
  ['ipv4-flowspec', '06' + '038106' + '038106', /not in order/],
  ['ipv4-flowspec', '03' + '030106', /malformed/],
  ['ipv4-flowspec', '02' + '0381', /malformed/],
  ['ipv4-flowspec', '03' + '0d8106', /not known/],
  ['ipv4-flowspec', '04' + '0b910006', /malformed/],
  ['ipv4-flowspec', '03' + '0e8106', /not known/],
  ['ipv4-flowspec', '06' + '0121c00002' + '00', /malformed/],
  ['ipv6-flowspec', '04' + '02404012', /malformed/],
  ['vpnv4-flowspec', `08${RD}`, /no component/],
  ['ipv4-route-target', '18' + '0000fd', /32 … 96/],
  ['ipv4-route-target', `61${'00'.repeat(13)}`, /32 … 96/],
  ['bgp-ls', `00010008${'00'.repeat(8)}`, /protocol/],
  ['bgp-ls', `0001000d03${'00'.repeat(8)}01000001`, /over the end/],
  ['bgp-ls', `0002001d03${'00'.repeat(8)}0102000800000001000000020100000001010000`, /order/],
  ['bgp-ls', `0003001303${'00'.repeat(8)}0100000001090002180a`, /length/],
  ['ipv4-sr-policy', `40${'00'.repeat(8)}`, /96 bits/],
  ['ipv4-mup', '01' + '0001' + '04' + '00000000', /route distinguisher/],
  ['ipv4-mup', `0100010b${RD}180a00`, /prefix/],
  ['ipv4-mup', `01000218${RD}${'00'.repeat(16)}`, /family/],
  ['ipv4-mup', `0100040d${RD}1fc0000201`, /session/],
  ['ipv4-encapsulation', '18c00002', /32 bits/],
];

t.test('malformed ones are told by what is wrong', async (t) => {
  for (const [name, hex, problem] of MALFORMED) {
    const bytes = fromHex(hex)!;
    t.match(opaqueNlriCodec(parseFamily(name))!.check(bytes, 0, bytes.length), problem, `${name} ${hex}`);
  }
});

t.test('a route has one key, whatever its labels and other properties of a path', async (t) => {
  const key = (name: string, hex: string): string => {
    const bytes = fromHex(hex)!;
    const codec = opaqueNlriCodec(parseFamily(name))!;
    t.equal(codec.check(bytes, 0, bytes.length), null, hex);
    const out = new ByteWriter();
    codec.writeKey(bytes, 0, bytes.length, out);
    return toHex(out.view());
  };
  const same = (name: string, ...routes: string[]): void => {
    t.equal(new Set(routes.map((hex) => key(name, hex))).size, 1, name);
  };
  same('ipv4-labeled-unicast', '30000641cb0071', '30800000cb0071', '48000640000651cb0071');
  same('vpnv4-unicast', `70000641${RD}0a0100`, `70800000${RD}0a0100`);
  const mac = (esi: string, label: string, tail = ''): string =>
    `02${(33 + tail.length / 2).toString(16)}${RD}${esi}0000000030000c2982c2a900${label}${tail}`;
  same('l2vpn-evpn', mac('00'.repeat(10), '000641'), mac('01'.repeat(10), '000651', '000661'));
  const prefix = (esi: string, gateway: string): string =>
    `0522${RD}${esi}00000000180a000000${gateway}000641`;
  same('l2vpn-evpn', prefix('00'.repeat(10), '00000000'), prefix('01'.repeat(10), 'c0000201'));
  same(
    'ipv4-mup',
    `01000318${RD}200a000001000030390920c000020100`,
    `01000318${RD}200a000001000030400820c000020200`,
  );
  t.not(key('vpnv4-unicast', `70000641${RD}0a0100`), key('vpnv4-unicast', `71000641${RD}0a010000`));
});

t.test('a withdrawn NLRI has one field for a label, whatever is in it (RFC 8277 §2.4)', async (t) => {
  const labelled: readonly (readonly [family: string, length: string, rest: string, value: object])[] = [
    ['ipv4-labeled-unicast', '30', '0a0001', { prefix: '10.0.1.0/24' }],
    ['ipv6-labeled-unicast', '38', '20010db9', { prefix: '2001:db9::/32' }],
    ['vpnv4-unicast', '70', `${RD}0a0001`, { rd: '65000:100', prefix: '10.0.1.0/24' }],
    ['vpnv6-unicast', '78', `${RD}20010db9`, { rd: '65000:100', prefix: '2001:db9::/32' }],
    ['vpnv4-multicast', '70', `${RD}e00001`, { rd: '65000:100', prefix: '224.0.1.0/24' }],
    ['vpnv6-multicast', '70', `${RD}ff0e01`, { rd: '65000:100', prefix: 'ff0e:100::/24' }],
  ];
  for (const [name, length, rest, value] of labelled) {
    const codec = opaqueNlriCodec(parseFamily(name))!;
    const { check, writeKey, decode } = codec.withdrawn!;
    const announced = new ByteWriter();
    codec.writeKey(fromHex(`${length}000641${rest}`)!, 0, 4 + rest.length / 2, announced);
    for (const field of ['123450', '123451', '800000', '000000', 'ffffff']) {
      const bytes = fromHex(length + field + rest)!;
      t.equal(check(bytes, 0, bytes.length), null, `${name} ${field}`);
      t.same(decode(bytes, 0, bytes.length), { labels: [], ...value }, `${name} ${field}`);
      const key = new ByteWriter();
      writeKey(bytes, 0, bytes.length, key);
      t.equal(toHex(key.view()), toHex(announced.view()), `${name} ${field}: the key of what was announced`);
    }
  }
  const problem = (name: string, hex: string): string | null =>
    opaqueNlriCodec(parseFamily(name))!.withdrawn!.check(fromHex(hex)!, 0, hex.length / 2);
  t.match(problem('ipv4-labeled-unicast', '10' + '0006'), /labels do not fit/);
  t.match(problem('ipv4-labeled-unicast', '17' + '000641'), /out of range/);
  t.match(problem('ipv4-labeled-unicast', '48' + '000640000651' + 'cb0071'), /labels do not fit/, 'a stack');
  t.match(problem('vpnv4-unicast', `50800000${RD.slice(0, 14)}`), /route distinguisher/);
  t.match(problem('vpnv4-unicast', `88000640000651${RD}0a0100`), /do not fit/, 'a stack');
});

/** Values that cannot be sent, with the field that is wrong. */
const REFUSED: readonly (readonly [family: string, value: unknown, path: string])[] = [
  ['ipv4-labeled-unicast', { labels: [0x100000], prefix: '10.0.0.0/8' }, 'nlri.labels[0]'],
  ['ipv4-labeled-unicast', { labels: [0, 1], prefix: '10.0.0.0/8' }, 'nlri.labels[0]'],
  ['ipv4-labeled-unicast', { labels: new Array(11).fill(1), prefix: '10.0.0.0/8' }, 'nlri.labels'],
  ['ipv4-labeled-unicast', { labels: [1], prefix: '2001:db8::/32' }, 'nlri.prefix'],
  ['vpnv4-unicast', { rd: '65000', labels: [1], prefix: '10.0.0.0/8' }, 'nlri.rd'],
  ['vpnv4-unicast', { rd: '70000:70000', labels: [1], prefix: '10.0.0.0/8' }, 'nlri.rd'],
  ['l2vpn-evpn', { type: 'mac' }, 'nlri.type'],
  ['ipv4-flowspec', { components: [] }, 'nlri.components'],
  ['ipv4-flowspec', { rd: '1:1', components: [] }, 'nlri.rd'],
  ['ipv4-flowspec', { components: [{ type: 'flow-label', tests: [] }] }, 'nlri.components[0].type'],
  ['ipv4-flowspec', { components: [{ type: 'protocol', tests: [] }] }, 'nlri.components[0].tests'],
  ['ipv4-flowspec', { components: [{ type: 'protocol', prefix: '10.0.0.0/8' }] }, 'nlri.components[0]'],
  [
    'ipv4-flowspec',
    { components: [{ type: 'dscp', tests: [{ and: false, op: '==', value: 256 }] }] },
    'nlri.components[0].tests[0].value',
  ],
  [
    'ipv4-flowspec',
    { components: [{ type: 'dscp', tests: [{ and: true, op: '==', value: 1 }] }] },
    'nlri.components[0].tests[0].and',
  ],
  ['ipv4-route-target', { length: 31, originAs: 1, target: '0x' }, 'nlri.length'],
  ['ipv4-route-target', { length: 96, originAs: 1, target: '0x00' }, 'nlri.target'],
  ['bgp-ls', { type: 'node', protocol: 'rip', identifier: '0', descriptors: [] }, 'nlri.protocol'],
  ['bgp-ls', { type: 'node', protocol: 3, identifier: '-1', descriptors: [] }, 'nlri.identifier'],
  [
    'bgp-ls',
    { type: 'node', protocol: 3, identifier: '0', descriptors: [{ type: 'node' }] },
    'nlri.descriptors[0].type',
  ],
  ['ipv4-sr-policy', { distinguisher: 1, color: 1, endpoint: '::1' }, 'nlri.endpoint'],
  [
    'ipv4-mup',
    { type: 'session-2', rd: '1:1', endpoint: '10.0.0.1', teidBits: 33, teid: 0 },
    'nlri.teidBits',
  ],
];

t.test('what cannot be sent is refused by its field, and nothing is written', async (t) => {
  for (const [name, value, path] of REFUSED) {
    const out = new ByteWriter();
    out.u8(1);
    const codec = opaqueNlriCodec(parseFamily(name))!;
    t.throws(() => encodeNlri(codec, value as never, out), { code: 'BGP_ERR_NLRI', path }, `${name} ${path}`);
    t.equal(out.length, 1);
  }
});
