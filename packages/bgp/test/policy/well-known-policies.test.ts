import t from 'tap';
import { compilePolicies } from '../../src/policy/policies.js';
import { FarEnd, path, pipeline, settle } from '../speaker/pipeline-fixture.js';

const GRACEFUL_SHUTDOWN = 0xffff0000;
const BLACKHOLE = 0xffff029a;
const NO_EXPORT = 0xffffff01;

t.test(
  'GRACEFUL_SHUTDOWN: a policy that calls graceful-shutdown prefers every other path (RFC 8326)',
  async (t) => {
    const { policies } = { policies: { in: [{ call: 'graceful-shutdown' }, { action: 'accept' as const }] } };
    const importPolicy = compilePolicies({ policies }).get('in')!;
    const p = pipeline();
    const leaving = new FarEnd('10.0.0.1', 64_601, { importPolicy }).open(p);
    const staying = new FarEnd('10.0.0.2', 64_602, { importPolicy }).open(p);
    leaving.announce(p, ['192.0.2.0/24'], path(64_601));
    staying.announce(p, ['192.0.2.0/24'], path(64_602, 7, 8, 9));
    settle(p);
    const best = () => p.rib({}).routes[0]?.paths[0];
    t.equal(best()?.peer, '10.0.0.1');
    leaving.announce(p, ['192.0.2.0/24'], { ...path(64_601), communities: [GRACEFUL_SHUTDOWN] });
    settle(p);
    t.equal(best()?.peer, '10.0.0.2');
    t.match(p.rib({}).routes[0]?.paths[1], {
      peer: '10.0.0.1',
      reason: 'lower local preference',
      attributes: { localPref: 0, communities: [GRACEFUL_SHUTDOWN] },
    });
  },
);

t.test(
  'BLACKHOLE: a policy that calls blackhole keeps the route here, and says where packets go (RFC 7999)',
  async (t) => {
    const policies = compilePolicies({
      policies: {
        in: [
          { call: 'blackhole' },
          {
            match: { anyCommunity: ['blackhole'], prefixes: [{ prefix: '192.0.2.0/24', ge: 32, le: 32 }] },
            action: 'accept',
            edits: { nextHop: '203.0.113.66' },
          },
          { match: { anyCommunity: ['blackhole'] }, action: 'reject' },
          { match: { prefixes: ['192.0.2.0/24'] }, action: 'accept' },
        ],
      },
    });
    const p = pipeline();
    const customer = new FarEnd('10.0.0.1', 64_601, { importPolicy: policies.get('in')! }).open(p);
    const upstream = new FarEnd('10.0.0.2', 64_602).open(p);
    const internal = new FarEnd('10.0.0.3', 65_000).open(p);
    customer.announce(p, ['192.0.2.0/24'], path(64_601));
    const marked = { ...path(64_601), communities: [BLACKHOLE] };
    customer.announce(p, ['192.0.2.7/32', '192.0.2.128/25', '198.51.100.1/32'], marked);
    settle(p);
    t.strictSame([...upstream.held.keys()], ['192.0.2.0/24']);
    t.strictSame([...internal.held.keys()].sort(), ['192.0.2.0/24', '192.0.2.7/32']);
    t.match(internal.held.get('192.0.2.7/32'), {
      nextHop: '203.0.113.66',
      attributes: { communities: [BLACKHOLE, NO_EXPORT] },
    });
  },
);

t.test('without such a policy both communities are passed on, and change nothing', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, ['192.0.2.7/32'], { ...path(64_601), communities: [GRACEFUL_SHUTDOWN, BLACKHOLE] });
  settle(p);
  t.strictSame(b.held.get('192.0.2.7/32')?.attributes.communities, [GRACEFUL_SHUTDOWN, BLACKHOLE]);
  t.equal(p.rib({}).routes[0]?.paths[0]?.attributes.localPref, undefined);
});

t.test('the names of ready-made policies are taken', async (t) => {
  for (const name of ['graceful-shutdown', 'blackhole', 'accept-all', 'reject-all']) {
    t.throws(() => compilePolicies({ policies: { [name]: [] } }), {
      code: 'BGP_ERR_POLICY',
      message: /built in/,
    });
  }
});
