import t from 'tap';
import { parseAddress } from '../../../src/net/address.js';
import { IPV6_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { RouteEdits } from '../../../src/policy/policy.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';

/** The next hop with which a route of 10.0.0.1 arrives at another peer. */
function nextHopAt(to: { as?: number; edits?: RouteEdits; nextHopSelf?: boolean }): string | undefined {
  const p = pipeline();
  const { as = 64_602, edits, nextHopSelf = false } = to;
  const editing = policyFunction(
    'editing',
    () => ({ action: 'accept', statement: 's', ...(edits && { edits }) }),
    { reads: [] },
  );
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', as, { exportPolicy: editing, nextHopSelf }).open(p);
  a.announce(p, [P], path(64_601));
  settle(p);
  return b.held.get(P)?.nextHop;
}

t.test('next hop self on an internal session, and what a policy says of it', async (t) => {
  t.equal(nextHopAt({ as: LOCAL_AS }), '10.0.0.1');
  t.equal(nextHopAt({ as: LOCAL_AS, nextHopSelf: true }), '10.0.0.254');
  t.equal(nextHopAt({ as: LOCAL_AS, edits: { nextHop: 'self' } }), '10.0.0.254');
  t.equal(nextHopAt({ edits: { nextHop: 'unchanged' } }), '10.0.0.1');
  t.equal(nextHopAt({ edits: { nextHop: { address: '10.0.0.99' } } }), '10.0.0.99');
});

t.test('a link-local next hop is not passed beyond its link', async (t) => {
  const p = pipeline();
  const both = Uint8Array.from([...parseAddress('2001:db8::254'), ...parseAddress('fe80::1')]);
  const nextHops = new Map([[IPV6_UNICAST.key, both]]);
  const a = new FarEnd('10.0.0.1', 64_601, { families: [IPV6_UNICAST], nextHops }).open(p);
  const b = new FarEnd('10.0.0.2', LOCAL_AS, { families: [IPV6_UNICAST], nextHops }).open(p);
  a.announce(p, ['2001:db8:1::/48'], path(64_601), '2001:db8::7');
  a.announce(p, ['2001:db8:2::/48'], path(64_601), '2001:db8::254');
  p.announce({ prefixes: ['2001:db8:3::/48'] });
  settle(p);
  t.equal(b.held.get('2001:db8:1::/48')?.nextHop, '2001:db8::7');
  t.equal(b.held.has('2001:db8:2::/48'), false, 'our own address as next hop is refused');
  t.equal(b.held.get('2001:db8:3::/48')?.nextHop, '2001:db8::254');
  t.match(p.received(a.index, { prefix: '2001:db8:2::/48' }).routes[0]?.paths[0], {
    reason: 'next hop is our own address',
  });
});
