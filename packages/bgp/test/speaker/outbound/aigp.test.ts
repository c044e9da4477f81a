import t from 'tap';
import { policyFunction } from '../../../src/policy/compile.js';
import { routeEdits } from '../../../src/policy/edits.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { FakeNextHops } from '../../../src/testing/fake-next-hops.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const MOST = '18446744073709551615';

/** A far end that exchanges AIGP, or not; what it says is read as such a session reads it. */
function end(address: string, as: number, aigp: boolean, more: Partial<PipelinePeer> = {}): FarEnd {
  return new FarEnd(address, as, { aigp, ...more });
}

const told = (at: FarEnd): string | undefined => at.held.get(P)?.attributes.aigp;

function between(from: FarEnd, to: FarEnd, aigp: string, p: Pipeline = pipeline()): string | undefined {
  from.open(p);
  to.open(p);
  from.announce(p, [P], { ...path(...(from.as === LOCAL_AS ? [7] : [from.as])), aigp });
  settle(p);
  t.strictSame(to.problems, []);
  t.ok(to.held.has(P));
  return told(to);
}

t.test('AIGP is exchanged with internal peers, and with external ones where it is configured', async (t) => {
  const of = (remoteAs: number, aigp?: boolean) =>
    peerSettings({ address: '10.0.0.1', remoteAs, ...(aigp !== undefined && { aigp }) }, LOCAL_AS).aigp;
  t.strictSame([of(LOCAL_AS), of(7), of(7, true), of(LOCAL_AS, false)], [true, false, true, false]);
  t.equal(between(end('10.0.0.1', 7, true), end('10.0.0.2', 9, true), '5'), '5');
  t.equal(between(end('10.0.0.1', 7, true), end('10.0.0.2', 9, false), '5'), undefined);
  t.equal(between(end('10.0.0.1', LOCAL_AS, true), end('10.0.0.2', 9, true), '5'), '5');
});

t.test('from a session that does not exchange it, it is dropped and told, and the route stays', async (t) => {
  const p = pipeline();
  const from = end('10.0.0.1', 7, false).open(p);
  const to = end('10.0.0.2', LOCAL_AS, true).open(p);
  t.throws(() => from.announce(p, [P], { ...path(7), aigp: '5' }), /AIGP from an external peer is dropped/);
  settle(p);
  t.ok(to.held.has(P));
  t.equal(told(to), undefined);
});

t.test('who becomes the next hop adds the metric of the one before, and tells when it changes', async (t) => {
  const nextHops = new FakeNextHops();
  nextHops.set('10.0.0.1', { reachable: true, metric: 30 });
  const p = pipeline({ nextHopTracker: nextHops });
  nextHops.subscribe((address, state) => p.nextHopChanged(address, state));
  const from = end('10.0.0.1', LOCAL_AS, true);
  const to = end('10.0.0.2', 9, true);
  const kept = end('10.0.0.3', LOCAL_AS, true, { routeReflectorClient: true }).open(p);
  t.equal(between(from, to, '5', p), '35');
  t.equal(told(kept), '5', 'where the next hop stays, so does AIGP');
  nextHops.set('10.0.0.1', { reachable: true, metric: 40 });
  settle(p);
  t.equal(told(to), '45');
  from.announce(p, [P], { ...path(7), aigp: MOST });
  settle(p);
  t.equal(told(to), MOST, 'it does not begin at 0 again');
  from.announce(p, [P], { ...path(7), aigp: '4294967290' });
  settle(p);
  t.equal(told(to), '4294967330', 'beyond 32 bits');
});

t.test('routes of our own tell it, and policies set and remove it', async (t) => {
  const p = pipeline();
  const edits = routeEdits({ aigp: 77 });
  const setting = policyFunction('setting', () => ({ action: 'accept', statement: 's', edits }));
  const removing = policyFunction('removing', () => ({
    action: 'accept',
    statement: 's',
    edits: routeEdits({ aigp: null }),
  }));
  const plain = end('10.0.0.1', 7, true).open(p);
  const set = end('10.0.0.2', 8, true, { exportPolicy: setting }).open(p);
  const none = end('10.0.0.3', 9, true, { exportPolicy: removing }).open(p);
  const off = end('10.0.0.4', 10, false, { exportPolicy: setting }).open(p);
  p.announce({ prefixes: [P], attributes: { aigp: '3' } });
  settle(p);
  t.strictSame([plain, set, none, off].map(told), ['3', '77', undefined, undefined]);
  for (const aigp of [-1, 1.5, 2 ** 53, '3']) {
    t.throws(() => routeEdits({ aigp: aigp as number }), { code: 'BGP_ERR_POLICY', message: /aigp/ });
  }
});

t.test('the path with the least AIGP wins over a shorter AS path', async (t) => {
  const p = pipeline();
  const near = end('10.0.0.1', 7, true).open(p);
  const far = end('10.0.0.2', 8, true).open(p);
  near.announce(p, [P], { ...path(7), aigp: '20' });
  far.announce(p, [P], { ...path(8, 9, 9), aigp: '10' });
  settle(p);
  t.match(p.rib({}).routes[0]?.paths, [
    { peer: '10.0.0.2', reason: 'lower accumulated IGP metric' },
    { peer: '10.0.0.1', reason: 'higher accumulated IGP metric, or none' },
  ]);
});
