import t from 'tap';
import { emptyFileConfig, type FileConfig, type FileNeighbor } from '../../src/config/file-config.js';
import { OperatorPolicies } from '../../src/desired/operator-policies.js';
import { ownNode } from '../../src/desired/own-node.js';
import { desiredPeers } from '../../src/desired/peers.js';
import { desiredPolicies } from '../../src/desired/policies.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from './samples.js';

const place = '/etc/peerage/agent.yaml:3';
const router: FileNeighbor = { address: '192.0.2.1', remoteAs: 64513, settings: {}, for: {}, place };

function peers(file: Partial<FileConfig>, flags: readonly string[] = [], labels = {}) {
  const config = { ...configOf('n1', flags), file: { ...emptyFileConfig, ...file } };
  const state = snapshot({
    nodes: [node('n1', ['192.168.1.11', 'fd00::1'], { labels }), node('n2', ['192.168.1.12'])],
  });
  const { own } = ownNode(state, config);
  if (own === null) throw new Error('the node should be known');
  const operators = new OperatorPolicies(config.file.policies);
  return desiredPeers(state, own, config, desiredPolicies(config, own), operators);
}
const external = (file: Partial<FileConfig>, flags: readonly string[] = []) =>
  peers(file, flags).peers.filter(({ role }) => role === 'external');

t.test('peers of the file come beside those of flags, and have what all external peers have', async (t) => {
  const flags = ['--peer-router-ips=192.0.2.9', '--peer-router-asns=64519', '--bgp-holdtime=9s'];
  t.match(external({ neighbors: [router] }, flags), [
    { address: '192.0.2.9', remoteAs: 64519, port: 179 },
    {
      address: '192.0.2.1',
      remoteAs: 64513,
      port: 179,
      holdTime: 9,
      description: 'external',
      localAddress: '192.168.1.11',
      families: ['ipv4', 'ipv6'],
      exportPolicy: { name: 'export-external' },
    },
  ]);
});

t.test('a peer of the file has its own settings first, then those of all external peers', async (t) => {
  const own = { holdTime: 12, port: 1179, families: ['ipv4-unicast'] as const, description: 'tor-1' };
  const settings = { keepaliveTime: 4, holdTime: 30, ttlSecurityHops: 2 };
  const [peer] = external({ neighbors: [{ ...router, settings: own }], external: { settings } });
  t.match(peer, { holdTime: 12, port: 1179, families: ['ipv4'], description: 'tor-1' });
  t.same(peer?.settings, { keepaliveTime: 4, ttlSecurityHops: 2 });
  t.same(peer?.nextHops, { ipv4: '192.168.1.11' });
});

t.test('what flags say of their peers counts before what the file says of all external ones', async (t) => {
  const flags = ['--peer-router-ips=192.0.2.9', '--peer-router-asns=64519', '--peer-router-ports=1790'];
  const settings = { port: 1179, password: 'of-the-file', multihopTtl: 7 };
  t.match(external({ external: { settings } }, flags), [
    { port: 1790, password: 'of-the-file', multihopTtl: 7 },
  ]);
  const hops = [...flags, '--peer-router-multihop-ttl=3', '--peer-router-passwords=czNjcmV0'];
  t.match(external({ external: { settings }, neighbors: [router] }, hops), [
    { port: 1790, password: 's3cret', multihopTtl: 3 },
    { port: 1179, password: 'of-the-file', multihopTtl: 3 },
  ]);
  const near = { ...router, settings: { ttlSecurityHops: 1 } };
  const [, guarded] = external({ neighbors: [near] }, hops);
  t.equal(guarded?.multihopTtl, undefined, 'the two exclude one another, and the narrower counts');
  t.match(guarded?.settings, { ttlSecurityHops: 1 });
});

t.test('a router that flags and the file name is one peer, and both places are told', async (t) => {
  const flags = ['--peer-router-ips=192.0.2.1', '--peer-router-asns=64519'];
  const { peers: found, problems } = peers({ neighbors: [router] }, flags);
  t.match(
    found.filter(({ role }) => role === 'external'),
    [{ remoteAs: 64519 }],
  );
  t.match(problems, [{ place, message: /192\.0\.2\.1 is named in --peer-router-ips too/ }]);
});

t.test('a peer is for the nodes that are named and have the labels', async (t) => {
  const named = (selector: FileNeighbor['for']) =>
    peers({ neighbors: [{ ...router, for: selector }] }, [], { rack: 'a' }).peers.some(
      ({ role }) => role === 'external',
    );
  t.ok(named({}));
  t.ok(named({ nodes: ['n1', 'n7'] }));
  t.notOk(named({ nodes: ['n7'] }));
  t.ok(named({ nodeLabels: { rack: 'a' } }));
  t.notOk(named({ nodeLabels: { rack: 'b' } }));
  t.notOk(named({ nodes: ['n7'], nodeLabels: { rack: 'a' } }));
});

t.test('policies of the file come behind those of the agent, as the same object each time', async (t) => {
  const policies = { policies: { cheap: [{ action: 'accept' }] }, sets: {} };
  const { peers: all } = peers({
    policies,
    mesh: { settings: { keepaliveTime: 3 }, importPolicy: 'cheap' },
    neighbors: [
      { ...router, exportPolicy: 'cheap' },
      { ...router, address: '192.0.2.2', exportPolicy: 'cheap' },
      { ...router, address: '192.0.2.3' },
    ],
  });
  const [mesh, one, two, plain] = all;
  t.match(mesh, {
    role: 'mesh',
    settings: { keepaliveTime: 3 },
    importPolicy: { name: 'import, cheap', andThen: { name: 'cheap', ...policies } },
  });
  t.notOk(mesh?.exportPolicy.andThen);
  t.match(one?.exportPolicy, {
    name: 'export-external, cheap',
    otherwise: 'reject',
    andThen: { name: 'cheap' },
  });
  t.equal(one?.exportPolicy, two?.exportPolicy);
  t.equal(plain?.exportPolicy.name, 'export-external');
});

t.test('families that the node does not have leave a peer of the file out', async (t) => {
  const six = { ...router, address: '2001:db8::1', settings: { families: ['ipv6-unicast'] as const } };
  const config = { ...configOf('n2'), file: { ...emptyFileConfig, neighbors: [six] } };
  const state = snapshot({ nodes: [node('n2', ['192.168.1.12'])] });
  const { own } = ownNode(state, config);
  if (own === null) throw new Error('the node should be known');
  const operators = new OperatorPolicies(config.file.policies);
  const { peers: none, problems } = desiredPeers(state, own, config, desiredPolicies(config, own), operators);
  t.same(none, []);
  t.match(problems, [{ place, message: /2001:db8::1 .*not peered with/ }]);
});
