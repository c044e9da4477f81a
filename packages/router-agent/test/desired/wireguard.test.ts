import t from 'tap';
import { emptyFileConfig } from '../../src/config/file-config.js';
import {
  desiredWireguardPeers,
  keyStep,
  publicKeyAnnotation,
  publicKeyOf,
} from '../../src/desired/wireguard.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from './samples.js';

const keyOf = (n: number): string => Buffer.alloc(32, n).toString('base64');

t.test('a key is made, announced, and exchanged for the next one only when that was announced', async (t) => {
  const cases = [
    { current: null, next: null, announced: undefined, step: { do: 'make', announce: null } },
    { current: 'a', next: null, announced: undefined, step: { do: null, announce: 'a' } },
    { current: 'a', next: null, announced: 'a', step: { do: null, announce: 'a' } },
    { current: 'a', next: null, announced: 'of an earlier life', step: { do: null, announce: 'a' } },
    { current: 'a', next: 'b', announced: 'a', step: { do: null, announce: 'b' } },
    { current: 'a', next: 'b', announced: undefined, step: { do: null, announce: 'b' } },
    { current: 'a', next: 'b', announced: 'b', step: { do: 'promote', announce: 'b' } },
    { current: null, next: 'b', announced: 'a', step: { do: 'promote', announce: 'b' } },
  ];
  for (const { current, next, announced, step } of cases) {
    t.same(keyStep({ current, next }, announced), step, `${current}, ${next}, announced ${announced}`);
  }
});

t.test('what is no key is told with its value and the way out', async (t) => {
  const of = (value: string) => publicKeyOf(node('n', [], { annotations: { [publicKeyAnnotation]: value } }));
  t.same(of(keyOf(1)), { key: keyOf(1), reason: '' });
  for (const value of ['', 'AAAA', keyOf(1).slice(1), `${keyOf(1)}\n`]) {
    t.match(of(value), {
      key: null,
      reason: `must be a key of 32 octets in Base64, got ${JSON.stringify(value)}`,
    });
  }
  t.match(publicKeyOf(node('n', [])).reason, 'has no annotation peerage.io/wireguard-public-key');
});

t.test('what the file has a node announce to the others leads to it, and to one node only', async (t) => {
  const place = 'agent.yaml:3';
  const announce = { prefixes: ['203.0.113.0/24'], attributes: {}, mesh: true, for: {}, place };
  const file = {
    ...emptyFileConfig,
    announcements: [
      announce,
      { ...announce, prefixes: ['198.51.100.0/24'], for: { nodes: ['n3'] } },
      { ...announce, prefixes: ['192.0.2.128/25'], mesh: false },
      { ...announce, prefixes: ['192.0.2.64/26'], nextHop: '192.0.2.9' },
    ],
  };
  const nodes = [2, 3].map((n) =>
    node(`n${n}`, [`192.0.2.${n}`], { annotations: { [publicKeyAnnotation]: keyOf(n) } }),
  );
  const ways = nodes.map(({ name, addresses }) => ({
    node: name,
    remote: addresses[0]!.address,
    link: 'wg',
  }));
  const { peers, problems } = desiredWireguardPeers(ways, snapshot({ nodes }), { ...configOf('n1'), file });
  t.same(
    peers.map(({ allowedIps }) => allowedIps),
    [
      ['192.0.2.2/32', '203.0.113.0/24'],
      ['192.0.2.3/32', '198.51.100.0/24'],
    ],
  );
  t.match(problems, [
    { place: 'nodes/n3', message: /^203\.0\.113\.0\/24 is announced to the other nodes by n2 too/ },
  ]);
});

t.test('a node may send from its pods and itself, and a key stands for one node', async (t) => {
  const keyed = (name: string, address: string, n: number, podCidrs: readonly string[]) =>
    node(name, [address], { podCidrs, annotations: { [publicKeyAnnotation]: keyOf(n) } });
  const nodes = [
    keyed('n2', '192.0.2.2', 2, ['10.48.2.0/24', 'fd48:2::/64']),
    keyed('n3', '192.0.2.3', 3, ['10.48.3.0/24']),
    keyed('n4', '192.0.2.4', 3, ['10.48.4.0/24']),
  ];
  const ways = nodes.map(({ name, addresses }) => ({
    node: name,
    remote: addresses[0]!.address,
    link: 'wg',
  }));
  const { peers, lacking } = desiredWireguardPeers(
    ways,
    snapshot({ nodes }),
    configOf('n1', ['--overlay-encap-port=51820']),
  );
  t.same(peers, [
    {
      ...{ link: 'wg', publicKey: keyOf(2), address: '192.0.2.2', port: 51820 },
      allowedIps: ['10.48.2.0/24', '192.0.2.2/32', 'fd48:2::/64'],
    },
    {
      ...{ link: 'wg', publicKey: keyOf(3), address: '192.0.2.3', port: 51820 },
      allowedIps: ['10.48.3.0/24', '192.0.2.3/32'],
    },
  ]);
  t.match([...lacking], [['n4', /the same WireGuard key as node n3; remove wireguard.key/]]);
});
