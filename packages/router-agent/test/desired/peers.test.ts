import t from 'tap';
import { OperatorPolicies } from '../../src/desired/operator-policies.js';
import { ownNode } from '../../src/desired/own-node.js';
import { desiredPeers } from '../../src/desired/peers.js';
import { desiredPolicies } from '../../src/desired/policies.js';
import type { Node } from '../../src/model/cluster.js';
import { familyCases } from '../cases/family-cases.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from './samples.js';

const n1 = node('n1', ['192.168.1.11']);
const dual1 = node('n1', ['192.168.1.11', 'fd00:1::11']);

function peers(nodes: readonly Node[], flags: readonly string[] = []) {
  const config = configOf('n1', flags);
  const state = snapshot({ nodes });
  const result = ownNode(state, config);
  if (result.own === null) throw new Error(result.reason);
  const operators = new OperatorPolicies(config.file.policies);
  return desiredPeers(state, result.own, config, desiredPolicies(config, result.own), operators);
}

t.test('every other node is a mesh peer, with our AS, our port and our hold time', async (t) => {
  const found = peers(
    [n1, node('n3', ['192.168.1.13']), node('n2', ['192.168.1.12'])],
    ['--bgp-port=1179', '--bgp-holdtime=9s'],
  );
  t.match(found.peers, [
    {
      address: '192.168.1.12',
      role: 'mesh',
      remoteAs: 64512,
      port: 1179,
      holdTime: 9,
      families: ['ipv4'],
      nextHops: { ipv4: '192.168.1.11' },
      localAddress: '192.168.1.11',
      description: 'n2',
    },
    { address: '192.168.1.13', description: 'n3' },
  ]);
  t.same(found.problems, []);
});

t.test('there is no mesh without --enable-ibgp or --nodes-full-mesh', async (t) => {
  const nodes = [n1, node('n2', ['192.168.1.12'])];
  t.same(peers(nodes, ['--enable-ibgp=false']).peers, []);
  t.same(peers(nodes, ['--nodes-full-mesh=false']).peers, []);
});

t.test('a mesh session carries the families that both nodes have', async (t) => {
  const dual2 = node('n2', ['192.168.1.12', 'fd00:1::12']);
  t.match(peers([dual1, dual2]).peers, [
    { families: ['ipv4', 'ipv6'], nextHops: { ipv4: '192.168.1.11', ipv6: 'fd00:1::11' } },
  ]);
  t.match(peers([n1, dual2]).peers, [{ families: ['ipv4'] }]);
  t.match(peers([dual1, dual2], ['--enable-ipv4=false', '--enable-ipv6']).peers, [
    { address: '192.168.1.12', families: ['ipv6'] },
  ]);
});

t.test('nodes that cannot be peered with are told, and the others are peers all the same', async (t) => {
  const found = peers([
    n1,
    node('n2', []),
    node('n3', ['fd00:1::13']),
    node('n4', ['192.168.1.11']),
    node('n5', ['192.168.1.15']),
  ]);
  t.same(
    found.peers.map((peer) => peer.address),
    ['192.168.1.15'],
  );
  t.match(found.problems, [
    { place: 'nodes/n2', message: /no InternalIP/ },
    { place: 'nodes/n3', message: /another family/ },
    { place: 'nodes/n4', message: /same address 192.168.1.11 as node n1/ },
  ]);
});

t.test('the external address of a node serves when it has no internal one', async (t) => {
  const outside = node('n2', [], {
    addresses: [
      { type: 'Hostname', address: 'n2' },
      { type: 'ExternalIP', address: '203.0.113.2' },
    ],
  });
  t.match(peers([n1, outside]).peers, [{ address: '203.0.113.2' }]);
});

t.test('external peers have their AS, port, password and TTL', async (t) => {
  const flags = [
    '--peer-router-ips=192.168.1.254,192.168.1.253',
    '--peer-router-asns=64513,64514',
    '--peer-router-ports=179,1179',
    '--peer-router-passwords=c2VjcmV0,',
    '--peer-router-multihop-ttl=3',
  ];
  const [first, second] = peers([n1], flags).peers;
  t.match(first, {
    address: '192.168.1.254',
    role: 'external',
    remoteAs: 64513,
    port: 179,
    password: 'secret',
    multihopTtl: 3,
    localAddress: '192.168.1.11',
  });
  t.match(second, { address: '192.168.1.253', remoteAs: 64514, port: 1179 });
  t.notOk(second && 'password' in second);
});

t.test('one session carries both families; with a session for each, each carries its own', async (t) => {
  const single = ['--peer-router-ips=192.168.1.254', '--peer-router-asns=64513'];
  t.match(peers([dual1], single).peers, [{ families: ['ipv4', 'ipv6'] }]);
  const two = ['--peer-router-ips=192.168.1.254,fd00:1::fe', '--peer-router-asns=64513,64513'];
  t.match(peers([dual1], two).peers, [
    { address: '192.168.1.254', families: ['ipv4'], localAddress: '192.168.1.11' },
    { address: 'fd00:1::fe', families: ['ipv6'], localAddress: 'fd00:1::11' },
  ]);
  t.match(peers([n1], two), {
    peers: [{ families: ['ipv4'] }],
    problems: [{ message: /fd00:1::fe would carry ipv6/ }],
  });
});

t.test('an address that is a node and an external peer is peered with once', async (t) => {
  const found = peers(
    [n1, node('n2', ['192.168.1.12'])],
    ['--peer-router-ips=192.168.1.12', '--peer-router-asns=64513'],
  );
  t.match(found.peers, [{ role: 'external', address: '192.168.1.12' }]);
  t.equal(found.peers.length, 1);
  t.match(found.problems, [{ place: 'nodes/n2' }]);
});

/** A node with annotations of kube-router, by their names. */
const annotated = (name: string, address: string, annotations: Readonly<Record<string, string>>) =>
  node(name, [address], {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`kube-router.io/${key}`, value]),
    ),
  });

t.test('without the full mesh nodes of one AS number are peers', async (t) => {
  const nodes = [
    annotated('n1', '192.168.1.11', { 'node.asn': '64513' }),
    annotated('n2', '192.168.1.12', { 'node.asn': '0xfc01' }),
    annotated('n3', '192.168.1.13', { 'node.asn': '64514' }),
    node('n4', ['192.168.1.14']),
  ];
  const found = peers(nodes, ['--nodes-full-mesh=false']);
  t.match(found.peers, [{ description: 'n2', remoteAs: 64513, role: 'mesh' }]);
  t.equal(found.peers.length, 1);
  t.same(found.problems, []);
  t.match(
    peers(nodes).peers,
    [{ remoteAs: 64512 }, { remoteAs: 64512 }, { remoteAs: 64512 }],
    'D6: with it --cluster-asn counts',
  );
});

t.test('reflectors spare their clients the other sessions, and have the policies of everyone', async (t) => {
  const nodes = [
    annotated('n1', '192.168.1.11', { 'rr.server': '42' }),
    annotated('n2', '192.168.1.12', { 'rr.client': '0.0.0.42' }),
    annotated('n3', '192.168.1.13', { 'rr.client': '7' }),
    node('n4', ['192.168.1.14']),
  ];
  const [client, plain, ...rest] = peers(nodes).peers;
  t.same(rest, []);
  t.match(client, { description: 'n2', settings: { routeReflectorClient: true } });
  t.match(plain, { description: 'n4' });
  t.notOk(plain && 'settings' in plain);
  t.equal(client?.importPolicy, plain?.importPolicy, 'D4');
});

t.test('a client whose cluster has no reflector says so', async (t) => {
  const client = annotated('n1', '192.168.1.11', { 'rr.client': '42' });
  const other = annotated('n2', '192.168.1.12', { 'rr.server': '43' });
  t.match(peers([client, other]), {
    peers: [],
    problems: [
      { place: 'nodes/n1', message: /no other node reflects for cluster id 0.0.0.42 \(there is 0.0.0.43\)/ },
    ],
  });
  t.match(peers([client]).problems, [{ message: /no node has rr.server/ }]);
});

t.test(
  'external peers of annotations have what those of flags have, and their own address where one is given',
  async (t) => {
    const yaml =
      '- {remoteip: 192.168.1.254, remoteasn: 64513, localip: 10.0.0.9, password: c2VjcmV0, port: 1790}';
    const found = peers(
      [annotated('n1', '192.168.1.11', { peers: `${yaml}\n- {remoteip: "fd00::1", remoteasn: 64514}` })],
      ['--bgp-holdtime=9s', '--peer-router-multihop-ttl=3'],
    );
    t.match(found.peers, [
      {
        address: '192.168.1.254',
        role: 'external',
        remoteAs: 64513,
        localAddress: '10.0.0.9',
        password: 'secret',
        port: 1790,
        holdTime: 9,
        multihopTtl: 3,
      },
      { address: 'fd00::1', port: 179, holdTime: 9 },
    ]);
  },
);

t.test('families and graceful restart of a session between nodes are those of the matrix', async (t) => {
  for (const { own, other, restart, carries } of familyCases) {
    const flags = ['--router-id=192.0.2.1', ...(restart ? ['--bgp-graceful-restart'] : [])];
    const [peer] = peers([node('n1', own), node('n2', other)], flags).peers;
    const what = JSON.stringify({ own, other, restart });
    t.same(peer?.families ?? null, carries, what);
    if (peer === undefined) continue;
    t.equal(peer.gracefulRestart !== undefined, restart, what);
    t.same(Object.keys(peer.nextHops), carries, what);
  }
});
