import t from 'tap';
import { desiredPolicies } from '../../src/desired/policies.js';
import { configOf } from '../config-of.js';
import { ownNodeOf } from './samples.js';

const of = (flags: readonly string[] = []) => desiredPolicies(configOf('n1', flags), ownNodeOf('n1'));

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
