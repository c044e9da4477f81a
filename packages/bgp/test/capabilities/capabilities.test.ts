import t from 'tap';
import {
  capabilityCode,
  decodeCapabilities,
  encodeCapabilities,
} from '../../src/capabilities/capabilities.js';
import type { Capability } from '../../src/capabilities/capability.js';
import { showCapability } from '../../src/capabilities/show-capability.js';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

const CAPABILITIES: readonly (readonly [string, Capability])[] = [
  ['010400010001', { name: 'multiprotocol', family: IPV4_UNICAST }],
  ['010400190046', { name: 'multiprotocol', family: familyOf(25, 70) }],
  ['0200', { name: 'route-refresh' }],
  ['0506000100010002', { name: 'extended-next-hop', families: [{ family: IPV4_UNICAST, nextHopAfi: 2 }] }],
  ['0600', { name: 'extended-message' }],
  ['090103', { name: 'role', role: 'customer' }],
  [
    '4006c07800020180',
    {
      name: 'graceful-restart',
      restartTime: 120,
      restarted: true,
      notification: true,
      families: [{ family: IPV6_UNICAST, forwarding: true }],
    },
  ],
  ['4104fffffffe', { name: 'four-octet-as', as: 4294967294 }],
  ['450400010103', { name: 'add-path', families: [{ family: IPV4_UNICAST, mode: 'both' }] }],
  ['4600', { name: 'enhanced-route-refresh' }],
  [
    '470700010180ffffff',
    {
      name: 'long-lived-graceful-restart',
      families: [{ family: IPV4_UNICAST, forwarding: true, staleTime: 16777215 }],
    },
  ],
  ['49050272310161', { name: 'fqdn', host: 'r1', domain: 'a' }],
  ['4b0403312e32', { name: 'software-version', version: '1.2' }],
  ['4d00', { name: 'link-local-next-hop' }],
  ['80020102', { name: 'unknown', code: 128, value: Uint8Array.of(1, 2) }],
];

t.test('each capability is decoded and encoded', async (t) => {
  for (const [hex, capability] of CAPABILITIES) {
    t.same(decodeCapabilities(fromHex(hex)!), { ok: true, value: [capability] }, capability.name);
    t.equal(toHex(encodeCapabilities([capability])), hex);
    t.equal(capabilityCode(capability), Number.parseInt(hex.slice(0, 2), 16));
    t.doesNotThrow(() => JSON.stringify(showCapability(capability)));
  }
  const all = CAPABILITIES.map(([hex]) => hex).join('');
  const decoded = decodeCapabilities(fromHex(all)!);
  t.same(
    decoded.ok && decoded.value,
    CAPABILITIES.map(([, c]) => c),
    'all in one run',
  );
});

t.test('what a session cannot do without must be well formed', async (t) => {
  for (const hex of [
    '01020001',
    '4103000001',
    '410500000001ff',
    '40',
    '4001ff',
    '4003000000',
    '0900',
    '03020000',
  ]) {
    const decoded = decodeCapabilities(fromHex(hex)!);
    t.match(decoded, { ok: false, fault: { severity: 'reset', code: 2, subcode: 0 } }, hex);
  }
});

t.test('others that are malformed are kept by their bytes', async (t) => {
  for (const hex of ['4503000101', '05020001', '4701ff', '490105', '4b0105', '49040272ff00']) {
    const decoded = decodeCapabilities(fromHex(hex)!);
    t.match(decoded, { ok: true, value: [{ name: 'unknown' }] }, hex);
  }
});

t.test('duplicates and old codes are accepted', async (t) => {
  const decoded = decodeCapabilities(fromHex('0104000100010104000100018200810083008000')!);
  t.equal(decoded.ok && decoded.value.length, 6);
});
