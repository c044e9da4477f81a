import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const served: Partial<PipelinePeer> = { routeServerClient: true };

t.test('a client gets AS path, next hop and MED as another told them', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, served).open(p);
  const b = new FarEnd('10.0.0.2', 64_602, served).open(p);
  const plain = new FarEnd('10.0.0.3', 64_603).open(p);
  const attributes = { ...path(64_601, 7), med: 12, communities: [9] };
  a.announce(p, [P, '2001:db8:1::/48'], attributes);
  settle(p);
  t.strictSame(b.held.get(P), { attributes, nextHop: '10.0.0.1' });
  t.strictSame(b.held.get('2001:db8:1::/48'), { attributes, nextHop: '2001:db8::1' });
  t.equal(a.held.size, 0);
  t.match(plain.held.get(P), { attributes: path(LOCAL_AS, 64_601, 7), nextHop: '10.0.0.254' });
  t.equal(plain.held.get(P)?.attributes.med, undefined);
});

t.test('LOCAL_PREF of an import policy does not reach a client, our own routes have our AS', async (t) => {
  const p = pipeline();
  const prefer = policyFunction(
    'prefer',
    () => ({ action: 'accept', statement: 'p', edits: { localPref: 500 } }),
    { reads: [] },
  );
  const a = new FarEnd('10.0.0.1', 64_601, { ...served, importPolicy: prefer }).open(p);
  const b = new FarEnd('10.0.0.2', 64_602, served).open(p);
  a.announce(p, [P], path(64_601));
  p.announce({ prefixes: ['198.51.100.0/24'] });
  settle(p);
  t.strictSame(b.held.get(P)?.attributes, path(64_601));
  t.match(b.held.get('198.51.100.0/24'), { attributes: path(LOCAL_AS), nextHop: '10.0.0.254' });
});

t.test('the policy of one client hides no path from it, nor from another', async (t) => {
  const p = pipeline();
  const notFromFirst = policyFunction(
    'not-from-first',
    (route) =>
      route.source?.as === 64_601
        ? { action: 'reject', statement: 'first' }
        : { action: 'accept', statement: 'rest' },
    { reads: ['peer'] },
  );
  const a = new FarEnd('10.0.0.1', 64_601, served).open(p);
  const b = new FarEnd('10.0.0.2', 64_602, served).open(p);
  const picky = new FarEnd('10.0.0.3', 64_603, { ...served, exportPolicy: notFromFirst }).open(p);
  const open = new FarEnd('10.0.0.4', 64_604, served).open(p);
  a.announce(p, [P], path(64_601));
  b.announce(p, [P], path(64_602, 7));
  settle(p);
  t.strictSame(open.held.get(P)?.attributes, path(64_601));
  t.strictSame(picky.held.get(P)?.attributes, path(64_602, 7));
  a.withdraw(p, [P]);
  settle(p);
  t.strictSame(open.held.get(P)?.attributes, path(64_602, 7));
  b.withdraw(p, [P]);
  settle(p);
  t.equal(open.held.size + picky.held.size, 0);
  t.equal(p.counts(picky.index, IPV4_UNICAST).advertised, 0);
});
