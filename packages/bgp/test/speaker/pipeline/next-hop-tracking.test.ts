import t from 'tap';
import { FakeNextHops } from '../../../src/testing/index.js';
import { seeded } from '../../rib/seeded.js';
import { best, Lab, TextSink } from '../lab.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const away = { reachable: false, metric: 0 };

t.test('paths over a next hop that cannot be reached are left out, and come back with it', async (t) => {
  const tracker = new FakeNextHops();
  tracker.set('10.0.0.1', away);
  const p = pipeline({ nextHopTracker: tracker });
  tracker.subscribe((address, state) => p.nextHopChanged(address, state));
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const watcher = new FarEnd('10.0.0.3', 64_603).open(p);
  const sink = new TextSink();
  p.addSink(sink);
  const state = (): unknown[] => {
    settle(p);
    return [watcher.held.get(P)?.attributes.asPath?.[0]?.ases[1], sink.table.get(P)];
  };
  a.announce(p, [P], path(64_601));
  t.strictSame(state(), [undefined, undefined]);
  t.equal(p.rib({ prefix: P }).routes[0]?.paths[0]?.reason, 'next hop is unreachable');
  b.announce(p, [P], path(64_602, 7));
  t.strictSame(state(), [64_602, '10.0.0.2']);
  tracker.set('10.0.0.1', { reachable: true, metric: 5 });
  t.strictSame(state(), [64_601, '10.0.0.1']);
  tracker.set('10.0.0.1', away);
  t.strictSame(state(), [64_602, '10.0.0.2']);
  tracker.set('10.0.0.2', away);
  t.strictSame(state(), [undefined, undefined]);
  t.strictSame(watcher.problems, []);
});

t.test('the nearer next hop is chosen, again when the metric changes', async (t) => {
  const tracker = new FakeNextHops();
  const p = pipeline({ nextHopTracker: tracker, maximumPaths: 2 });
  tracker.subscribe((address, state) => p.nextHopChanged(address, state));
  const a = new FarEnd('10.0.0.1', LOCAL_AS).open(p);
  const b = new FarEnd('10.0.0.2', LOCAL_AS).open(p);
  const sink = new TextSink();
  p.addSink(sink);
  const told = (): string | undefined => {
    settle(p);
    return sink.table.get(P);
  };
  for (const end of [a, b]) end.announce(p, [P], path(7));
  t.equal(told(), '10.0.0.1 10.0.0.2');
  tracker.set('10.0.0.1', { reachable: true, metric: 20 });
  t.equal(told(), '10.0.0.2');
  t.equal(p.rib({ prefix: P }).routes[0]?.paths[0]?.reason, 'nearer next hop');
  tracker.set('10.0.0.2', { reachable: true, metric: 0xffffffff });
  t.equal(told(), '10.0.0.1');
  tracker.set('10.0.0.1', { reachable: true, metric: 0xffffffff });
  t.equal(told(), '10.0.0.1 10.0.0.2');
  const bad = { reachable: true, metric: -1 };
  t.throws(() => tracker.set('10.0.0.1', bad), { code: 'BGP_ERR_NEXT_HOP' });
});

t.test('each address is tracked once, as long as it is used; routes of our own need no way', async (t) => {
  const tracker = new FakeNextHops();
  tracker.set('10.9.9.9', away);
  const p = pipeline({ nextHopTracker: tracker });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, [P, '2001:db8:1::/48'], path(64_601), undefined);
  p.announce({ prefixes: ['198.51.100.0/24'], nextHop: '10.9.9.9' });
  settle(p);
  t.equal(b.held.get('198.51.100.0/24')?.nextHop, '10.9.9.9');
  t.strictSame([...tracker.tracked].sort(), [
    '10.0.0.1',
    '10.0.0.254',
    '10.9.9.9',
    '2001:db8::1',
    '2001:db8::254',
  ]);
  p.withdraw(['198.51.100.0/24']);
  for (const end of [a, b]) p.closePeer(end.index);
  settle(p);
  settle(p);
  t.equal(tracker.tracked.size, 0);
});

t.test('by random changes of ways and routes, the best path is what a full look finds', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const tracker = new FakeNextHops();
    const p = pipeline({ nextHopTracker: tracker, stepSize: 2 });
    tracker.subscribe((address, state) => p.nextHopChanged(address, state));
    const ends = [1, 2, 3].map((last) => new FarEnd(`10.0.0.${last}`, LOCAL_AS).open(p));
    const states = new Map(ends.map((end) => [end, { reachable: true, metric: 0 }]));
    const routes = new Map(ends.map((end) => [end, new Set<string>()]));
    const prefixes = Array.from({ length: 9 }, (_, i) => `10.${i}.0.0/16`);
    for (let step = 0; step < 300; step++) {
      const end = ends[random(3)]!;
      const prefix = prefixes[random(9)]!;
      const kind = random(4);
      if (kind === 0) {
        const state = { reachable: random(3) > 0, metric: random(3) };
        states.set(end, state);
        tracker.set(end.address, state);
      } else if (kind === 1) {
        end.announce(p, [prefix], path(7));
        routes.get(end)!.add(prefix);
      } else if (kind === 2) {
        end.withdraw(p, [prefix]);
        routes.get(end)!.delete(prefix);
      } else {
        p.work(() => true);
      }
      if (random(10) > 0) continue;
      settle(p);
      for (const each of prefixes) {
        const usable = ends.filter((one) => routes.get(one)!.has(each) && states.get(one)!.reachable);
        const least = Math.min(...usable.map((one) => states.get(one)!.metric));
        const wanted = usable.find((one) => states.get(one)!.metric === least)?.address;
        const found = p.rib({ prefix: each }).routes[0]?.paths.find((one) => one.best)?.peer;
        if (found !== wanted) t.fail(`seed ${seed}, step ${step}, ${each}: ${found}, not ${wanted}`);
      }
    }
  }
});

t.test('a speaker asks its port, and lets go of it when it closes', async (t) => {
  const lab = new Lab();
  const tracker = new FakeNextHops();
  const a = lab.speaker(1, 64512, {}, { nextHopTracker: tracker });
  const b = lab.speaker(2, 64513);
  lab.join(a, b);
  await lab.start(a, b);
  t.ok(await lab.up(a, b));
  b.speaker.announce({ prefixes: ['203.0.113.0/24'] });
  t.ok(await lab.until(() => best(a, '203.0.113.0/24') !== undefined));
  tracker.set('192.0.2.2', away);
  t.ok(await lab.until(() => best(a, '203.0.113.0/24') === undefined));
  tracker.set('192.0.2.2', { reachable: true, metric: 1 });
  t.ok(await lab.until(() => best(a, '203.0.113.0/24') !== undefined));
  const closed = a.speaker.close();
  await lab.clock.runUntil(() => false, 5000);
  await closed;
  t.equal(tracker.tracked.size, 0);
});
