import t from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { policy } from '../../../src/policy/compile.js';
import { type ChangedRoute, changedRoutes } from '../../../src/speaker/feeds/changed-routes.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { Lab } from '../lab.js';
import { FarEnd, LOCAL_AS, path, pipeline, ROUTER_ID_TEXT, settle } from '../pipeline-fixture.js';

const WHOLE = '198.51.100.0/22';
const A = '198.51.100.0/24';
const B = '198.51.101.0/24';
const AGGREGATOR = { as: LOCAL_AS, address: ROUTER_ID_TEXT };

/** A source and a sink of routes around a pipeline. */
class Bench {
  readonly p: Pipeline = pipeline();
  readonly from: FarEnd;
  readonly to: FarEnd;

  constructor(to: Partial<PipelinePeer> = {}) {
    this.from = new FarEnd('10.0.0.1', 64_601).open(this.p);
    this.to = new FarEnd('10.0.0.2', 64_602, to).open(this.p);
  }

  announce(prefixes: readonly string[], attributes: PathAttributes = path(64_601)): void {
    this.from.announce(this.p, prefixes, attributes);
    settle(this.p);
  }

  withdraw(...prefixes: string[]): void {
    this.from.withdraw(this.p, prefixes);
    settle(this.p);
  }

  aggregate(config: Parameters<Pipeline['aggregates']['add']>[0]): void {
    this.p.aggregates.add(config);
    settle(this.p);
  }

  get held(): string[] {
    t.strictSame(this.to.problems, []);
    return [...this.to.held.keys()].sort();
  }

  contributors(prefix: string): number | undefined {
    return this.p.aggregates.list().find((one) => one.prefix === prefix)?.contributors;
  }
}

t.test('an aggregate is born with its first contributor, and goes with the last', async (t) => {
  const bench = new Bench();
  bench.aggregate({ prefix: WHOLE });
  t.strictSame(bench.held, []);
  bench.announce([A]);
  t.strictSame(bench.held, [WHOLE, A]);
  t.strictSame(bench.to.held.get(WHOLE), {
    nextHop: '10.0.0.254',
    attributes: {
      origin: 'igp',
      asPath: [{ type: 'sequence', ases: [LOCAL_AS] }],
      atomicAggregate: true,
      aggregator: AGGREGATOR,
    },
  });
  const sent = bench.to.announced;
  bench.announce([B, '198.51.102.128/25']);
  t.equal(bench.to.announced, sent + 2, 'another contributor changes nothing of it');
  t.equal(bench.contributors(WHOLE), 3);
  bench.withdraw(A, B);
  t.strictSame(bench.held, [WHOLE, '198.51.102.128/25']);
  bench.p.closePeer(bench.from.index);
  settle(bench.p);
  t.strictSame(bench.held, []);
  t.equal(bench.contributors(WHOLE), 0);
});

t.test('the prefix itself and less specific ones do not contribute', async (t) => {
  const bench = new Bench();
  bench.aggregate({ prefix: WHOLE });
  bench.announce([WHOLE, '198.51.0.0/16', '198.51.104.0/24']);
  t.equal(bench.contributors(WHOLE), 0);
  t.match(bench.to.held.get(WHOLE)?.attributes.aggregator, undefined);
});

t.test('what is in the table when the aggregate is configured contributes, in steps', async (t) => {
  const p = pipeline({ stepSize: 3 });
  const from = new FarEnd('10.0.0.1', 64_601).open(p);
  const to = new FarEnd('10.0.0.2', 64_602).open(p);
  const many = Array.from({ length: 40 }, (_, i) => `10.0.${i}.0/24`);
  from.announce(p, many, path(64_601));
  settle(p);
  p.aggregates.add({ prefix: '10.0.0.0/8', summaryOnly: true });
  settle(p);
  t.equal(p.aggregates.list()[0]?.contributors, 40);
  t.strictSame([...to.held.keys()], ['10.0.0.0/8']);
  p.aggregates.remove('10.0.0.0/8');
  settle(p);
  t.equal(to.held.size, 40);
  t.strictSame(to.problems, []);
  t.equal(p.totals().families[0]?.prefixes, 40);
});

t.test('ORIGIN is the worst of all, ATOMIC_AGGREGATE says that ASes are left out', async (t) => {
  const bench = new Bench();
  bench.aggregate({ prefix: WHOLE });
  const told = () => bench.to.held.get(WHOLE)?.attributes;
  bench.p.announce({ prefixes: [A] });
  settle(bench.p);
  t.match(told(), { origin: 'igp', atomicAggregate: undefined }, 'a path without ASes loses none');
  bench.announce([B], { ...path(64_601), origin: 'incomplete' });
  t.match(told(), { origin: 'incomplete', atomicAggregate: true });
  bench.announce([B], { ...path(64_601), origin: 'egp' });
  t.equal(told()?.origin, 'egp');
  bench.withdraw(B);
  t.match(told(), { origin: 'igp', atomicAggregate: undefined });
});

t.test('with asSet the paths are one: what they begin with, and a set of the rest', async (t) => {
  const bench = new Bench();
  bench.aggregate({ prefix: WHOLE, asSet: true });
  const told = () => bench.to.held.get(WHOLE)?.attributes;
  bench.announce([A], { ...path(64_601, 7, 8), communities: [1] });
  t.strictSame(told(), {
    origin: 'igp',
    asPath: [{ type: 'sequence', ases: [LOCAL_AS, 64_601, 7, 8] }],
    aggregator: AGGREGATOR,
    communities: [1],
  });
  bench.announce([B], { ...path(64_601, 7, 9, 8), communities: [2], atomicAggregate: true });
  t.strictSame(told(), {
    origin: 'igp',
    asPath: [
      { type: 'sequence', ases: [LOCAL_AS, 64_601, 7] },
      { type: 'set', ases: [8, 9] },
    ],
    atomicAggregate: true,
    aggregator: AGGREGATOR,
    communities: [1, 2],
  });
  bench.withdraw(A);
  t.match(told()?.asPath, [{ ases: [LOCAL_AS, 64_601, 7, 9, 8] }]);
});

t.test('summary-only keeps the contributors from peers, but for those that ask for them', async (t) => {
  const bench = new Bench();
  const all = new FarEnd('10.0.0.3', 64_603, { unsuppress: true }).open(bench.p);
  bench.aggregate({ prefix: WHOLE, summaryOnly: true });
  bench.announce([A, B, '192.0.2.0/24']);
  t.strictSame(bench.held, ['192.0.2.0/24', WHOLE]);
  t.strictSame([...all.held.keys()].sort(), ['192.0.2.0/24', WHOLE, A, B]);
  t.equal(bench.to.withdrawn, 0, 'they were never advertised');
  const why = bench.p.explain(A, bench.to.index)?.export;
  t.match(why, { advertised: false, reason: `the aggregate ${WHOLE} is sent in its place` });
  t.equal(bench.p.explain(A, all.index)?.export?.advertised, true);
  const policies = { importPolicy: null, exportPolicy: null };
  bench.p.setPolicies(all.index, { ...policies, unsuppress: false });
  settle(bench.p);
  t.strictSame([...all.held.keys()].sort(), ['192.0.2.0/24', WHOLE]);
  bench.aggregate({ prefix: WHOLE });
  t.strictSame(bench.held, ['192.0.2.0/24', WHOLE, A, B]);
  bench.aggregate({ prefix: WHOLE, summaryOnly: true });
  t.strictSame(bench.held, ['192.0.2.0/24', WHOLE]);
  bench.p.aggregates.remove(WHOLE);
  settle(bench.p);
  t.strictSame(bench.held, ['192.0.2.0/24', A, B]);
});

t.test('a policy picks the contributors, and attributes are set', async (t) => {
  const bench = new Bench();
  const contributors = policy('tagged', [{ match: { anyCommunity: ['1:1'] }, action: 'accept' }]);
  const attributes: PathAttributes = { med: 5, communities: [0x20002] };
  bench.aggregate({ prefix: WHOLE, contributors, summaryOnly: true, attributes });
  bench.announce([A]);
  t.strictSame(bench.held, [A]);
  bench.announce([B], { ...path(64_601), communities: [0x10001] });
  t.strictSame(bench.held, [WHOLE, A]);
  t.match(bench.to.held.get(WHOLE)?.attributes, { med: 5, communities: [0x20002], aggregator: AGGREGATOR });
  bench.announce([B]);
  t.strictSame(bench.held, [A, B], 'it does not contribute any more');
  bench.aggregate({ prefix: WHOLE });
  t.equal(bench.contributors(WHOLE), 2);
});

t.test('an aggregate within another contributes to it, and is suppressed by it', async (t) => {
  const bench = new Bench();
  bench.aggregate({ prefix: '198.51.0.0/16', summaryOnly: true });
  bench.aggregate({ prefix: WHOLE });
  bench.announce([A]);
  t.strictSame(bench.held, ['198.51.0.0/16']);
  t.equal(bench.contributors('198.51.0.0/16'), 2);
  bench.withdraw(A);
  t.strictSame(bench.held, []);
  t.equal(bench.contributors('198.51.0.0/16'), 0);
});

t.test('IPv6, and the default route as an aggregate', async (t) => {
  const bench = new Bench();
  for (const prefix of ['::/0', '2001:db8::/32', '2001:db8:1:2:8000::/66']) bench.aggregate({ prefix });
  bench.announce(['2001:db8:1:2:8000:1::/96', '2001:db8:8000::/33']);
  t.strictSame(
    bench.p.aggregates.list().map(({ prefix, contributors }) => [prefix, contributors]),
    [
      ['::/0', 4],
      ['2001:db8::/32', 3],
      ['2001:db8:1:2:8000::/66', 1],
    ],
  );
});

t.test(
  'an announcement of the same prefix goes before the aggregate, which takes over after it',
  async (t) => {
    const bench = new Bench();
    bench.aggregate({ prefix: WHOLE });
    bench.announce([A]);
    bench.p.announce({ prefixes: [WHOLE], attributes: { med: 9 }, owner: 'me' });
    settle(bench.p);
    t.equal(bench.to.held.get(WHOLE)?.attributes.med, 9);
    bench.p.withdraw([WHOLE]);
    settle(bench.p);
    t.strictSame(bench.to.held.get(WHOLE)?.attributes.aggregator, AGGREGATOR);
  },
);

t.test('tables say how many contribute, and sinks what is to be dropped', async (t) => {
  const bench = new Bench();
  const told: ChangedRoute[] = [];
  bench.p.addSink({ routes: (changes) => void told.push(...changedRoutes(changes)), inSync() {} });
  bench.aggregate({ prefix: WHOLE, discard: true });
  bench.announce([A]);
  t.match(bench.p.rib({ prefix: WHOLE }).routes[0]?.paths[0], {
    peer: 'local',
    reason: 'aggregate of 1; only path',
    aggregate: { contributors: 1, asSet: false, summaryOnly: false, discard: true },
  });
  t.equal(bench.p.rib({ prefix: WHOLE }).routes[0]?.paths[0]?.pathId, undefined);
  const last = (prefix: string) => told.findLast((route) => route.prefix === prefix);
  t.match(last(WHOLE), { local: true, discard: true });
  t.equal(last(A)?.discard, undefined);
  bench.aggregate({ prefix: WHOLE });
  t.equal(last(WHOLE)?.discard, undefined);
  bench.withdraw(A);
  t.strictSame(last(WHOLE), { prefix: WHOLE, nextHops: [], bestPeer: '', local: false });
});

t.test('by random changes, the counts are those of a full look at the table', async (t) => {
  for (let seed = 1; seed <= 8; seed++) {
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * below);
    };
    const bench = new Bench();
    const other = new FarEnd('10.0.0.3', 64_603).open(bench.p);
    const wholes = ['10.0.0.0/8', '10.0.0.0/12', '10.1.0.0/16', '10.1.0.0/20', '0.0.0.0/0'];
    const specifics = Array.from({ length: 30 }, (_, i) => `10.${i % 3}.${i}.0/24`);
    for (let n = 0; n < 120; n++) {
      const from = random(2) === 0 ? bench.from : other;
      const prefix = specifics[random(specifics.length)]!;
      const whole = wholes[random(wholes.length)]!;
      const kind = random(8);
      if (kind < 4) from.announce(bench.p, [prefix], path(from.as, 1 + random(3)));
      else if (kind < 6) from.withdraw(bench.p, [prefix]);
      else if (kind === 6)
        bench.p.aggregates.add({ prefix: whole, summaryOnly: random(2) === 0, asSet: random(2) === 0 });
      else bench.p.aggregates.remove(whole);
      if (random(3) === 0) settle(bench.p);
    }
    settle(bench.p);
    const routes = bench.p.rib({ limit: 1000 }).routes.map((route) => route.prefix);
    const list = bench.p.aggregates.list();
    const inside = (prefix: string, whole: string): boolean => {
      const [network = '', length = ''] = whole.split('/');
      const word = (text: string): number =>
        text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
      const size = 2 ** (32 - Number(length));
      return (
        Number(prefix.split('/')[1]) > Number(length) &&
        Math.floor(word(prefix.split('/')[0]!) / size) === Math.floor(word(network) / size)
      );
    };
    for (const { prefix: whole, contributors } of list)
      t.equal(
        contributors,
        routes.filter((prefix) => inside(prefix, whole)).length,
        `seed ${seed}: ${whole}`,
      );
    const visible = routes.filter(
      (prefix) => !list.some((one) => one.summaryOnly && one.contributors > 0 && inside(prefix, one.prefix)),
    );
    t.strictSame(bench.held, [...visible].sort(), `seed ${seed}`);
    for (const { prefix } of list) bench.p.aggregates.remove(prefix);
    bench.p.closePeer(bench.from.index);
    bench.p.closePeer(other.index);
    settle(bench.p);
    t.equal(bench.p.totals().families[0]?.prefixes, 0);
    // What is told last to each session stays referred to.
    t.ok(bench.p.totals().attributeSets <= 1, `seed ${seed}: attribute sets are freed`);
  }
});

t.test('plan and apply change aggregates live, and contributors may be named', async (t) => {
  const { speaker } = new Lab().speaker(1, 64_512);
  const policies = { tagged: [{ match: { anyCommunity: ['1:1'] }, action: 'accept' as const }] };
  const aggregates = [{ prefix: WHOLE, contributors: 'tagged' }, { prefix: '2001:db8::/32' }];
  const added = (prefix: string) => ({ subject: `aggregate ${prefix}`, change: 'added', reason: 'new' });
  t.strictSame(speaker.apply({ policies, aggregates }), [added(WHOLE), added('2001:db8::/32')]);
  t.strictSame(speaker.plan({ policies, aggregates }), []);
  t.strictSame(speaker.plan({ peers: [] }), [], 'a list that is not given is left as it is');
  const changed = [{ prefix: WHOLE, contributors: 'tagged', summaryOnly: true, attributes: { med: 1 } }];
  t.strictSame(speaker.apply({ policies, aggregates: changed }), [
    { subject: `aggregate ${WHOLE}`, change: 'changed-live', reason: 'summaryOnly, attributes changed' },
    { subject: 'aggregate 2001:db8::/32', change: 'removed', reason: 'not in the configuration' },
  ]);
  t.match(speaker.aggregates.list(), [{ prefix: WHOLE, contributors: 0, summaryOnly: true }]);
  t.equal(speaker.aggregates.remove(WHOLE), true);
  t.equal(speaker.aggregates.remove(WHOLE), false);
  const rows: readonly [object, string][] = [
    [{ prefix: WHOLE, contributors: 'other' }, 'aggregates[0].contributors'],
    [{ prefix: WHOLE, asSet: 1 }, 'aggregates[0].asSet'],
    [{ prefix: WHOLE, summaryOnly: 'yes' }, 'aggregates[0].summaryOnly'],
    [{ prefix: WHOLE, discard: 1 }, 'aggregates[0].discard'],
    [{ prefix: WHOLE, attributes: null }, 'aggregates[0].attributes'],
    [{ prefix: WHOLE, set: true }, 'aggregates[0].set'],
  ];
  for (const [aggregate, at] of rows) {
    const wanted = { policies, aggregates: [aggregate as { prefix: string }] };
    t.throws(() => speaker.plan(wanted), { code: 'BGP_ERR_CONFIG', path: at });
  }
  const twice = { aggregates: [{ prefix: WHOLE }, { prefix: WHOLE }] };
  t.throws(() => speaker.plan(twice), { code: 'BGP_ERR_CONFIG', path: 'aggregates[1].prefix' });
  t.throws(() => speaker.aggregates.add({ prefix: '198.51.100.1/22' }), { code: 'BGP_ERR_PREFIX' });
  const med = { prefix: WHOLE, attributes: { med: -1 } };
  t.throws(() => speaker.aggregates.add(med), { code: 'BGP_ERR_ATTRIBUTE' });
  await speaker.close();
});
