import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { Policy, RouteEdits } from '../../../src/policy/policy.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const Q = '198.51.100.0/24';

function editing(name: string, edits: RouteEdits): Policy {
  return policyFunction(name, () => ({ action: 'accept', statement: 's', edits }), { reads: [] });
}

t.test('a change of what stays here is not told to external peers, and is to internal ones', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const c = new FarEnd('10.0.0.3', LOCAL_AS).open(p);
  a.announce(p, [P], { ...path(64_601), med: 1 });
  settle(p);
  t.same([b.announced, c.announced], [1, 1]);
  a.announce(p, [P], { ...path(64_601), med: 2 });
  settle(p);
  t.same([b.announced, c.announced], [1, 2], 'MED goes no further than our AS');
  t.equal(c.held.get(P)?.attributes.med, 2);
  a.announce(p, [P], { ...path(64_601, 5), med: 2 });
  settle(p);
  t.same([b.announced, c.announced], [2, 3]);
  p.refreshOut(b.index, IPV4_UNICAST);
  settle(p);
  t.equal(b.announced, 3, 'who asks is sent it all the same');
  for (const end of [a, b, c]) t.strictSame(end.problems, []);
});

t.test('policies that are replaced by others with the same outcome cost no message', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const exportPolicy = editing('before', { addCommunities: [7] });
  const b = new FarEnd('10.0.0.2', 64_602, { exportPolicy }).open(p);
  a.announce(p, [P, Q], path(64_601));
  settle(p);
  t.equal(b.announced, 2);
  p.setPolicies(a.index, { importPolicy: editing('import', { localPref: 300 }), exportPolicy: null });
  settle(p);
  t.equal(b.announced, 2, 'LOCAL_PREF stays here');
  p.setPolicies(b.index, { importPolicy: null, exportPolicy: editing('after', { setCommunities: [7] }) });
  settle(p);
  t.equal(b.announced, 2, 'the octets are the same');
  p.setPolicies(b.index, { importPolicy: null, exportPolicy: editing('last', { setCommunities: [8] }) });
  settle(p);
  t.equal(b.announced, 4);
  t.strictSame(b.held.get(P)?.attributes.communities, [8]);
  t.strictSame([...a.problems, ...b.problems], []);
});

t.test('what a slow peer missed is told only where the outcome differs', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, [P, Q], path(64_601));
  settle(p);
  b.isBlocked = true;
  a.announce(p, ['203.0.113.0/24'], path(64_601));
  settle(p);
  const before = b.announced;
  a.announce(p, [P], path(64_601, 9));
  a.announce(p, [Q], path(64_601, 9));
  settle(p);
  a.announce(p, [P], { ...path(64_601), med: 4 });
  settle(p);
  b.isBlocked = false;
  p.writable(b.index);
  settle(p);
  t.equal(b.announced - before, 1, 'of two that changed, one is back to what it was sent');
  t.strictSame(b.held.get(Q)?.attributes, path(LOCAL_AS, 64_601, 9));
  t.strictSame(b.held.get(P)?.attributes, path(LOCAL_AS, 64_601));
});

t.test('sets that differ in what stays here only go into one message', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const blocks: [number, number][] = [];
  const outbox = { send: (block: Uint8Array, messages: number) => blocks.push([block.length, messages]) > 0 };
  new FarEnd('10.0.0.2', 64_602, { outbox }).open(p);
  settle(p);
  blocks.length = 0;
  a.announce(p, [P], { ...path(64_601), med: 1 });
  a.announce(p, [Q], { ...path(64_601), med: 2 });
  a.announce(p, ['203.0.113.0/24'], { ...path(64_601, 1), med: 2 });
  settle(p);
  t.equal(blocks.length, 1);
  t.equal(blocks[0]?.[1], 2, 'messages');
});

t.test('edits that are made anew for each route are right, however many', async (t) => {
  const count = 20_000;
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  let med = 0;
  const exportPolicy = policyFunction(
    'numbering',
    () => ({ action: 'accept', statement: 's', edits: { med: med++ } }),
    { reads: ['prefix'] },
  );
  const b = new FarEnd('10.0.0.2', 64_602, { exportPolicy }).open(p);
  settle(p);
  const prefixes = Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  for (let i = 0; i < count; i += 500) a.announce(p, prefixes.slice(i, i + 500), path(64_601));
  settle(p);
  t.equal(b.held.size, count);
  t.equal(new Set([...b.held.values()].map((route) => route.attributes.med)).size, count);
  t.strictSame(b.problems, []);
  for (let i = 0; i < count; i += 500) a.withdraw(p, prefixes.slice(i, i + 500));
  settle(p);
  t.equal(b.held.size, 0);
});
