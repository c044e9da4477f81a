import fc from 'fast-check';
import t from 'tap';
import {
  describeExtendedCommunity,
  encodeExtendedCommunity,
} from '../../src/attributes/extended-community.js';

/** Written once: octets, type and value. */
const KNOWN: readonly (readonly [hex: string, type: string, value: unknown])[] = [
  ['0002fde800000064', 'route-target', '65000:100'],
  ['0102c00002010064', 'route-target', '192.0.2.1:100'],
  ['0202fa56ea000064', 'route-target', '4200000000:100'],
  ['0202000000640064', 'route-target', '2:100:100'],
  ['0003fde800000064', 'route-origin', '65000:100'],
  ['4004fde8' + '4cb71b00', 'link-bandwidth', { as: 65000, rate: 96_000_000 }],
  ['030b00000000' + '0064', 'color', { flags: 0, color: 100 }],
  ['030c000000000008', 'encapsulation', { tunnelType: 8 }],
  ['4300000000000002', 'origin-validation', { state: 2 }],
  ['0600010000000005', 'mac-mobility', { flags: 1, sequence: 5 }],
  ['0601010000002774', 'esi-label', { flags: 1, label: 10100 }],
  ['0602001122334455', 'es-import', '00:11:22:33:44:55'],
  ['0603aabbcc0000c8', 'router-mac', 'aa:bb:cc:00:00:c8'],
  ['8006000000000000', 'traffic-rate-bytes', { as: 0, rate: 0 }],
  ['8007000000000003', 'traffic-action', { flags: 3 }],
  ['8008fde800000064', 'redirect', '65000:100'],
  ['8108c00002010064', 'redirect', '192.0.2.1:100'],
  ['8009000000000' + '02e', 'traffic-marking', { dscp: 46 }],
];

t.test('extended communities are shown by what they say, and written from it', async (t) => {
  for (const [hex, type, value] of KNOWN) {
    const transitive = (Number.parseInt(hex.slice(0, 2), 16) & 0x40) === 0;
    t.same(describeExtendedCommunity(hex), { type, value, transitive, hex });
    t.equal(encodeExtendedCommunity(type, value, transitive), hex, `${type} ${hex}`);
  }
  t.same(describeExtendedCommunity('3377000000000001'), {
    type: 'unknown',
    transitive: true,
    hex: '3377000000000001',
  });
});

t.test('any eight octets are shown; those with a name come back but for reserved bits', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 2, 3, 6, 0x40, 0x43, 0x80, 0x81, 0x82, 0xc0),
      fc.nat(16),
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      (high, sub, rest) => {
        const shown = describeExtendedCommunity(Buffer.from([high, sub, ...rest]).toString('hex'));
        if (shown.type === 'unknown') return true;
        const again = describeExtendedCommunity(
          encodeExtendedCommunity(shown.type, shown.value, shown.transitive),
        );
        return JSON.stringify({ ...again, hex: '' }) === JSON.stringify({ ...shown, hex: '' });
      },
    ),
    { numRuns: 5_000, seed: 4360 },
  );
});

t.test('what is none is refused', async (t) => {
  for (const hex of ['', '00', 'zz02fde800000064', '0002fde80000006400']) {
    t.throws(() => describeExtendedCommunity(hex), { code: 'BGP_ERR_ATTRIBUTE' });
  }
  for (const [type, value] of [
    ['nothing', '1:1'],
    ['route-target', '1'],
    ['route-target', '70000:70000'],
    ['color', { flags: 0, color: -1 }],
    ['router-mac', 'aa:bb'],
    ['link-bandwidth', { as: 70000, rate: 1 }],
  ] as const) {
    t.throws(() => encodeExtendedCommunity(type, value), { code: 'BGP_ERR_ATTRIBUTE' }, `${type}`);
  }
});
