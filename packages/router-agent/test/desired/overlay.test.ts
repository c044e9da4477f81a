import t from 'tap';
import { desiredOverlay, overlayWays, podMtu, vxlanMac } from '../../src/desired/overlay.js';
import { ownNode } from '../../src/desired/own-node.js';
import { publicKeyAnnotation } from '../../src/desired/wireguard.js';
import { tunnelNames } from '../../src/items/tunnel-name.js';
import type { Node } from '../../src/model/cluster.js';
import { configOf } from '../config-of.js';
import { node, snapshot as snapshotOf } from './samples.js';

const nodes = [
  node('n1', ['192.168.1.11', 'fd01::11'], { podCidrs: ['10.48.1.0/24', 'fd48:0:0:1::/64'] }),
  node('n2', ['192.168.1.12', 'fd01::12'], { podCidrs: ['10.48.2.0/24'] }),
  node('n3', ['192.168.2.13', 'fd02::13'], { podCidrs: ['10.48.3.0/24'] }),
];
const underlay = {
  isOnLink: (address: string) => address.startsWith('192.168.1.') || address.startsWith('fd01:'),
  mtuOf: () => 1500,
};
const far = ['192.168.2.13', 'fd02::13'] as const;
const names = far.map((address) => tunnelNames(address)[0]);

function overlay(inUse: readonly string[], ...more: readonly (string | readonly Node[])[]) {
  const flags = more.filter((each) => typeof each === 'string');
  const config = configOf('n1', flags);
  const given = more.filter((each) => typeof each !== 'string').flat();
  const snapshot = snapshotOf({ nodes: given.length === 0 ? nodes : given });
  const { own } = ownNode(snapshot, config);
  if (own === null) throw new Error('node n1 is not there');
  const ways = overlayWays(snapshot, own, config, underlay);
  return {
    ways,
    ...desiredOverlay(ways, new Set(inUse), { snapshot, own, config, underlay, publicKey: 'ours' }),
    mtu: podMtu(own, config, underlay),
  };
}

t.test('subnet: ways to nodes of other subnets, of each family', async (t) => {
  t.match(overlay([]).ways, [
    { node: 'n3', endpoint: far[0], local: '192.168.1.11', link: names[0], named: false },
    { node: 'n3', endpoint: far[1], local: 'fd01::11', link: names[1], named: true },
  ]);
});

t.test('full: ways to all other nodes', async (t) => {
  const { ways } = overlay([], '--overlay-type=full');
  t.same(
    ways.map(({ endpoint }) => endpoint),
    ['192.168.1.12', 'fd01::12', '192.168.2.13', 'fd02::13'],
  );
});

t.test('off: no ways, no rules', async (t) => {
  const { ways, rules, links, fouPorts } = overlay([...far], '--enable-overlay=false', '--overlay-encap=fou');
  t.same({ ways, rules, links, fouPorts }, { ways: [], rules: [], links: [], fouPorts: [] });
});

t.test(
  'ipip: a tunnel for each way in use, with what its header leaves of the MTU, and a route in table 77',
  async (t) => {
    t.same(overlay([]).links, []);
    const { links, routes, rules, fouPorts, vxlanPeers } = overlay([...far, '192.168.1.12', '203.0.113.1']);
    t.same(links, [
      { type: 'tunnel', name: names[0], local: '192.168.1.11', remote: far[0], fouPort: null, mtu: 1480 },
      { type: 'tunnel', name: names[1], local: 'fd01::11', remote: far[1], fouPort: null, mtu: 1460 },
    ]);
    t.same(routes, [
      { destination: far[0], link: names[0], named: false },
      { destination: far[1], link: names[1], named: true },
    ]);
    t.same(
      rules.map(({ source }) => source),
      ['10.48.1.0/24', 'fd48:0:0:1::/64'],
    );
    t.same([fouPorts, vxlanPeers], [[], []]);
  },
);

t.test('fou: the port is open whether or not a tunnel is in use', async (t) => {
  const { links, fouPorts } = overlay([far[0]], '--overlay-encap=fou', '--overlay-encap-port=6000');
  t.match(links, [{ fouPort: 6000, mtu: 1468 }]);
  t.same(fouPorts, [
    { family: 4, port: 6000 },
    { family: 6, port: 6000 },
  ]);
  t.equal(overlay([], '--overlay-encap=fou').fouPorts.length, 2);
});

t.test('vxlan: one link for all, IPv4 outside, with an entry for each way in use', async (t) => {
  t.same(overlay([], '--overlay-encap=vxlan').links, []);
  const { links, vxlanPeers, routes } = overlay([...far], '--overlay-encap=vxlan');
  const link = 'peerage-vxlan';
  t.same(links, [
    { type: 'vxlan', name: link, local: '192.168.1.11', vni: 77, port: 5555, mac: vxlanMac('n1'), mtu: 1450 },
  ]);
  t.same(vxlanPeers, [
    { link, address: far[0], remote: far[0], mac: vxlanMac('n3') },
    { link, address: far[1], remote: far[0], mac: vxlanMac('n3') },
  ]);
  t.match(routes, [
    { link, named: true },
    { link, named: true },
  ]);
});

t.test(
  'wireguard: the link stands and knows all nodes that have a key, whether or not they are in use',
  async (t) => {
    const key = Buffer.alloc(32, 3).toString('base64');
    const annotations = { [publicKeyAnnotation]: key };
    const keyed = [nodes[0]!, nodes[1]!, { ...nodes[2]!, annotations }];
    const { ways, links, wireguardPeers, routes } = overlay(
      [],
      keyed,
      '--overlay-encap=wireguard',
      '--overlay-type=full',
    );
    const link = 'peerage-wg';
    t.match(ways, [
      { node: 'n2', lacks: /has no annotation peerage.io\/wireguard-public-key/ },
      { node: 'n2', named: true, remote: '192.168.1.12' },
      { node: 'n3', lacks: null, named: true, link },
      { node: 'n3', endpoint: far[1], remote: far[0] },
    ]);
    t.same(links, [{ type: 'wireguard', name: link, port: 5555, publicKey: 'ours', mtu: 1440 }]);
    t.same(wireguardPeers, [
      {
        ...{ link, publicKey: key, address: far[0], port: 5555 },
        allowedIps: ['10.48.3.0/24', '192.168.2.13/32', 'fd02::13/128'],
      },
    ]);
    t.same(routes, []);
    t.match(overlay([far[0]], keyed, '--overlay-encap=wireguard').routes, [
      { destination: far[0], link, named: true },
    ]);
  },
);

t.test("a node's hardware address is its own, and of the kind that anyone may choose", async (t) => {
  t.match(vxlanMac('n1'), /^02(:[0-9a-f]{2}){5}$/);
  t.not(vxlanMac('n1'), vxlanMac('n2'));
});

t.test("pods get the interface's MTU, less the header where all goes through one", async (t) => {
  t.equal(overlay([]).mtu, 1500);
  t.equal(overlay([], '--overlay-type=full').mtu, 1460, 'of the larger of both families');
  t.equal(overlay([], '--overlay-type=full', '--enable-overlay=false').mtu, 1500);
  t.equal(overlay([], '--overlay-type=full', '--overlay-encap=vxlan').mtu, 1450);
});
