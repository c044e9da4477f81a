import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { RouteChanges, RouteSink } from '../../../src/speaker/feeds/route-sink.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const table = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);

/** Counts what it is told. */
class Counter implements RouteSink {
  routesTold = 0;
  withdrawnTold = 0;
  batches = 0;
  longest = 0;
  readonly synced: string[] = [];
  readonly onRoutes: (changes: RouteChanges) => void;

  constructor(onRoutes: (changes: RouteChanges) => void = () => {}) {
    this.onRoutes = onRoutes;
  }

  routes(changes: RouteChanges): void {
    this.batches++;
    this.longest = Math.max(this.longest, changes.length);
    for (let i = 0; i < changes.length; i++) {
      if (changes.nextHopCount(i) === 0) this.withdrawnTold++;
      else this.routesTold++;
    }
    this.onRoutes(changes);
  }

  inSync(family: { readonly name: string }): void {
    this.synced.push(family.name);
  }
}

t.test('a lost peer is swept in steps, and the others hear of all its prefixes', async (t) => {
  const p = pipeline({ stepSize: 100 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, table(1000), path(64_601));
  settle(p);
  t.equal(b.held.size, 1000);
  p.closePeer(a.index);
  let turns = 0;
  while (p.work(() => true)) turns++;
  t.ok(turns >= 9, `${turns} turns`);
  t.equal(b.held.size, 0);
  t.equal(p.totals().families[0]!.paths, 0);
});

t.test('a peer that returns during the sweep of its former life keeps its new routes', async (t) => {
  const p = pipeline({ stepSize: 50 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, table(400), path(64_601));
  settle(p);
  const before = a.index;
  p.closePeer(a.index);
  p.work(() => true);
  a.open(p);
  t.not(a.index, before, 'the index is in use until the sweep is done');
  a.announce(p, table(300), path(64_601, 1));
  p.work(() => true);
  settle(p);
  t.equal(b.held.size, 300);
  t.strictSame(b.held.get('10.0.0.0/24')?.attributes, path(LOCAL_AS, 64_601, 1));
  t.equal(p.counts(a.index, IPV4_UNICAST).received, 300);
  t.equal(p.totals().families[0]!.paths, 300);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  t.equal(c.index, before, 'then it is free');
  settle(p);
  t.strictSame(c.summary(), b.summary());
});

t.test('a turn stops after one step of each kind when its time is over', async (t) => {
  const p = pipeline({ stepSize: 10 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  a.announce(p, table(500), path(64_601));
  t.equal(
    p.work(() => true),
    true,
  );
  t.ok(b.held.size <= 20, `${b.held.size} prefixes in one turn`);
  settle(p);
  t.equal(b.held.size, 500);
});

t.test('many changes of a prefix between two turns send its newest state once', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  for (let n = 1; n <= 20; n++) {
    a.withdraw(p, ['10.0.0.0/24']);
    a.announce(p, ['10.0.0.0/24'], path(64_601, n));
  }
  settle(p);
  t.equal(b.announced, 1);
  t.strictSame(b.held.get('10.0.0.0/24')?.attributes, path(LOCAL_AS, 64_601, 20));
});

t.test('a sink gets the table as it stands, then changes, each destination once a batch', async (t) => {
  const p = pipeline({ stepSize: 64 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  a.announce(p, table(1000), path(64_601));
  a.announce(p, ['2001:db8::/32'], path(64_601));
  settle(p);
  const sink = new Counter();
  p.addSink(sink);
  p.work(() => true);
  t.strictSame(sink.synced, []);
  const told = sink.routesTold;
  a.withdraw(p, [table(1000)[999]!]);
  a.announce(p, [table(1000)[998]!], path(64_601, 1));
  p.work(() => true);
  t.equal(sink.withdrawnTold, 0, 'what the snapshot has not come to is not told as a change');
  t.ok(told < 200);
  settle(p);
  t.strictSame(sink.synced, ['ipv4-unicast', 'ipv6-unicast']);
  t.equal(sink.routesTold, 1000, '999 and one of IPv6, each once');
  t.ok(sink.longest <= 128);
  a.withdraw(p, [table(1000)[0]!]);
  settle(p);
  t.equal(sink.withdrawnTold, 1);
});

t.test('a sink that asks for one family gets that family', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const sink = new Counter();
  const remove = p.addSink(sink, [IPV6_UNICAST]);
  a.announce(p, ['10.0.0.0/24', '2001:db8::/32'], path(64_601));
  settle(p);
  t.equal(sink.routesTold, 1);
  t.strictSame(sink.synced, ['ipv6-unicast']);
  remove();
  a.withdraw(p, ['2001:db8::/32']);
  settle(p);
  t.equal(sink.withdrawnTold, 0);
});

t.test(
  'next hop ids stay with a destination, are distinct, and are given away only after the sink was told',
  async (t) => {
    const p = pipeline({ maximumPaths: 4 });
    const ends = [1, 2, 3].map((n) => new FarEnd(`10.0.0.${n}`, 64_601).open(p));
    const ids = new Map<string, number[]>();
    const sink = new Counter((changes) => {
      const key = { a: 0, b: 0, c: 0, d: 0, length: 0 };
      for (let i = 0; i < changes.length; i++) {
        changes.readPrefix(i, key);
        const hops = Array.from({ length: changes.nextHopCount(i) }, (_, k) => changes.nextHopId(i, k));
        ids.set(`${key.a >>> 8}`, hops);
      }
    });
    p.addSink(sink);
    for (const end of ends) end.announce(p, ['10.0.0.0/24'], path(64_601));
    settle(p);
    const [first = []] = ids.values();
    t.equal(new Set(first).size, 3);
    ends[1]!.withdraw(p, ['10.0.0.0/24']);
    ends[1]!.announce(p, ['10.9.0.0/24'], path(64_601), '10.0.0.77');
    settle(p);
    const after = ids.get(`${0x0a0000}`)!;
    t.strictSame(after, [first[0], first[2]]);
    t.notOk(after.includes(ids.get(`${0x0a0900}`)![0]!));
  },
);

t.test('a new import policy judges again what was received, without the peer', async (t) => {
  const p = pipeline({ stepSize: 16 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, table(300), { ...path(64_601), communities: [5] });
  a.announce(p, table(310).slice(300), path(64_601));
  settle(p);
  const noFive = policyFunction(
    'no-five',
    (route) => ({ action: route.hasCommunity(5) ? 'reject' : 'accept', statement: 'five' }),
    { reads: [] },
  );
  p.setPolicies(a.index, { importPolicy: noFive, exportPolicy: null });
  p.work(() => true);
  a.withdraw(p, table(120).slice(90));
  settle(p);
  t.equal(b.held.size, 10);
  t.strictSame(p.counts(a.index, IPV4_UNICAST), {
    received: 280,
    accepted: 10,
    advertised: 0,
    endOfRib: false,
    stale: 0,
  });
  t.equal(p.received(a.index, { limit: 1000 }).routes.length, 280, 'still there to show');
  p.setPolicies(a.index, { importPolicy: null, exportPolicy: null });
  settle(p);
  t.equal(b.held.size, 280);
});

t.test('a policy that reads nothing but attributes is asked once for each set', async (t) => {
  const p = pipeline();
  let asked = 0;
  const counting = policyFunction(
    'counting',
    () => {
      asked++;
      return { action: 'accept', statement: 's', edits: { localPref: 5 } };
    },
    { reads: [] },
  );
  const ends = [1, 2, 3].map((n) => new FarEnd(`10.0.0.${n}`, 64_601, { importPolicy: counting }).open(p));
  for (const end of ends) {
    for (let n = 0; n < 20; n++) end.announce(p, [`10.${n}.0.0/16`], path(64_601, 1 + (n % 2)));
  }
  settle(p);
  t.equal(asked, 2);
});

t.test('End-of-RIB from the peer is counted and told', async (t) => {
  const p = pipeline();
  const told: string[] = [];
  p.onEndOfRib = (_peer, family) => told.push(family.name);
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  a.sendEndOfRib(p, IPV6_UNICAST);
  t.strictSame(told, ['ipv6-unicast']);
  t.equal(p.counts(a.index, IPV6_UNICAST).endOfRib, true);
  t.equal(p.counts(a.index, IPV4_UNICAST).endOfRib, false);
});

t.test('a malformed attribute withdraws the routes of its UPDATE, and worse is handed back', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  a.announce(p, ['10.0.0.0/24'], path(64_601));
  // ORIGIN 9 is no origin; RFC 7606 §7.1: treat as withdrawn.
  const body = Uint8Array.from([
    0, 0, 0, 20, 0x40, 1, 1, 9, 0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0x59, 0x40, 3, 4, 10, 0, 0, 1, 24, 10, 0, 0,
  ]);
  const fault = p.receive(a.index, body, 0, body.length);
  t.equal(fault?.severity, 'withdraw');
  t.equal(p.totals().families[0]!.paths, 0);
  const reset = p.receive(a.index, Uint8Array.from([0, 9, 0, 0]), 0, 4);
  t.equal(reset?.severity, 'reset');
});

/** A full collection, also where the process was not started with `--expose-gc`. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

t.test('a change of a route leaves next to nothing on the heap', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  // A far end that decodes would allocate itself.
  new FarEnd('10.0.0.2', 64_602, { outbox: { send: () => true } }).open(p);
  settle(p);
  const rounds = [1, 2].map((n) => {
    const bodies: Uint8Array[] = [];
    const receive = (_peer: unknown, bytes: Uint8Array, start: number, end: number): null => {
      bodies.push(bytes.slice(start, end));
      return null;
    };
    a.announce({ receive } as unknown as Pipeline, table(4000), path(64_601, n));
    return bodies;
  });
  const isOver = (): boolean => false;
  const run = (count: number): void => {
    for (let n = 0; n < count; n++) {
      for (const body of rounds[n % 2]!) p.receive(a.index, body, 0, body.length);
      while (p.work(isOver));
    }
  };
  run(100);
  // A collection or a recompilation in between spoils a figure, not three of them.
  const perChange = [1, 2, 3].map(() => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    run(10);
    return (process.memoryUsage().heapUsed - before) / 40_000;
  });
  const lowest = Math.min(...perChange.map(Math.abs));
  t.ok(lowest < 8, `${lowest.toFixed(2)} octets a change`);
  t.comment(`${lowest.toFixed(2)} octets a change`);
});

t.test('memory goes back when all routes are gone', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  new FarEnd('10.0.0.2', 64_602, { outbox: { send: () => true } }).open(p);
  settle(p);
  const collect = (): number => {
    // Twice: buffers are freed a while after their arrays were found dead.
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const empty = collect();
  const prefixes = Array.from(
    { length: 150_000 },
    (_, i) => `${10 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.0/24`,
  );
  for (let n = 0; n < 150; n++) a.announce(p, prefixes.slice(n * 1000, n * 1000 + 1000), path(64_601, 1 + n));
  settle(p);
  const full = collect();
  for (let n = 0; n < 150; n++) a.withdraw(p, prefixes.slice(n * 1000, n * 1000 + 1000));
  settle(p);
  const after = collect();
  t.strictSame([p.totals().families[0]!.prefixes, p.totals().attributeSets <= 1], [0, true]);
  t.ok(after - empty < (full - empty) * 0.2, `${empty} -> ${full} -> ${after}`);
});
