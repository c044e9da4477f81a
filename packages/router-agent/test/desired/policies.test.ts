import t from 'tap';
import { desiredPolicies } from '../../src/desired/policies.js';
import { configOf } from '../config-of.js';
import { ownNodeOf } from './samples.js';

const of = (flags: readonly string[] = [], annotations: Readonly<Record<string, string>> = {}) =>
  desiredPolicies(configOf('n1', flags), ownNodeOf('n1', { annotations }));

t.test('mesh peers get pod ranges of this node and nothing else', async (t) => {
  t.same(of().exportToMesh, {
    name: 'export-mesh',
    statements: [{ name: 'own-pod-cidrs', owners: ['pod-cidr'], action: 'accept' }],
    otherwise: 'reject',
  });
  t.same(of(['--enable-ibgp=false']).exportToMesh.statements, []);
});

t.test('external peers get service addresses, and pod ranges only with --advertise-pod-cidr', async (t) => {
  t.same(
    of().exportToExternal.statements.map((statement) => statement.name),
    ['service-vips', 'own-pod-cidrs'],
  );
  t.same(
    of(['--advertise-pod-cidr=false']).exportToExternal.statements.map((statement) => statement.name),
    ['service-vips'],
  );
  t.equal(of().exportToExternal.otherwise, 'reject', 'learned routes have no owner and stay here');
});

t.test('--override-nexthop concerns external peers only', async (t) => {
  const { exportToExternal, exportToMesh } = of(['--override-nexthop']);
  t.ok(exportToExternal.statements.every((statement) => statement.nextHopSelf === true));
  t.ok(exportToMesh.statements.every((statement) => statement.nextHopSelf === undefined));
});

t.test('default routes of both families and our own prefixes are refused from everybody', async (t) => {
  const policy = of().import;
  t.equal(policy.otherwise, 'accept');
  t.same(
    policy.statements.map(({ name: _, ...statement }) => statement),
    [
      { originated: true, action: 'reject' },
      { prefixes: ['0.0.0.0/0', '::/0'], action: 'reject' },
    ],
  );
});

t.test(
  'annotations of the node change what external peers get, and what is refused from everybody',
  async (t) => {
    const {
      exportToExternal,
      exportToMesh,
      import: taken,
    } = of([], {
      'kube-router.io/path-prepend.as': '65000',
      'kube-router.io/path-prepend.repeat-n': '3',
      'kube-router.io/node.bgp.communities': '64512:1,no-export',
      'kube-router.io/node.bgp.customimportreject': '10.0.0.0/8,fd00::/16',
    });
    for (const statement of exportToExternal.statements) {
      t.match(statement, { prepend: { as: 65000, count: 3 }, addCommunities: ['64512:1', 'no-export'] });
    }
    t.same(exportToMesh, of().exportToMesh, 'nodes get the same as before');
    t.same(taken.statements.at(-1), {
      name: 'custom-reject',
      inside: ['10.0.0.0/8', 'fd00::/16'],
      action: 'reject',
    });
  },
);

t.test('a reflector has the policies of everyone, and passes on what nodes told', async (t) => {
  const flags = ['--peer-router-ips=192.168.1.254', '--peer-router-asns=64512'];
  const server = of(flags, { 'kube-router.io/rr.server': '42' });
  const plain = of(flags);
  t.same(server.import, plain.import);
  t.same(server.exportToExternal, plain.exportToExternal);
  t.same(server.exportToMesh.statements, [
    ...plain.exportToMesh.statements,
    { name: 'reflected', reflected: { exceptFrom: ['192.168.1.254'] }, action: 'accept' },
  ]);
});
