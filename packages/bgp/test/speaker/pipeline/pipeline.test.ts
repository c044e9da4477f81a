import t, { type Test } from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { formatAddress } from '../../../src/net/address.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { createNlriKey } from '../../../src/net/nlri-key.js';
import { nlriCodec } from '../../../src/nlri/nlri.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { RouteSink } from '../../../src/speaker/feeds/route-sink.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { seeded } from '../../rib/seeded.js';
import { describe, FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';
import { bestOf, equalsOf, exported, isReflected, type TwinPath } from '../pipeline-twin.js';

const PREFIXES = [
  ...Array.from({ length: 14 }, (_, i) => `10.${i}.0.0/${16 + (i % 9)}`),
  ...Array.from({ length: 6 }, (_, i) => `2001:db8:${i + 1}::/${48 + i}`),
];

/** A sink that keeps what it is told, as a kernel would. */
class Kernel implements RouteSink {
  readonly routes_ = new Map<string, string>();
  readonly synced: string[] = [];
  readonly problems: string[] = [];
  private readonly key = createNlriKey();

  routes(changes: Parameters<RouteSink['routes']>[0]): void {
    const seen = new Set<string>();
    for (let i = 0; i < changes.length; i++) {
      changes.readPrefix(i, this.key);
      const prefix = nlriCodec(changes.family)!.format(this.key);
      if (seen.has(prefix)) this.problems.push(`${prefix} is twice in a batch`);
      seen.add(prefix);
      const hops = Array.from({ length: changes.nextHopCount(i) }, (_, k) =>
        formatAddress(changes.nextHopAddress(changes.nextHopId(i, k))),
      );
      if (hops.length === 0) this.routes_.delete(prefix);
      else this.routes_.set(prefix, `${hops.join(' ')} from ${changes.bestPeer(i)}`);
    }
  }

  inSync(family: { readonly name: string }): void {
    this.synced.push(family.name);
  }
}

const rejectOne: Policy = policyFunction(
  'reject-one',
  (route) =>
    route.hasCommunity(1) ? { action: 'reject', statement: 'one' } : { action: 'accept', statement: 'rest' },
  { reads: [] },
);
const prefer: Policy = policyFunction(
  'prefer',
  (route) => ({
    action: 'accept',
    statement: 'p',
    edits: { localPref: route.prefixLength % 2 === 0 ? 300 : 50 },
  }),
  { reads: ['prefix'] },
);

const LIFT = { localPref: 250 };
const lift: Policy = policyFunction(
  'lift',
  (route) =>
    route.hasCommunity(2)
      ? { action: 'accept', statement: 'two', edits: LIFT }
      : { action: 'accept', statement: 'rest' },
  { reads: [] },
);

/** The naive twin: Maps of objects, everything computed anew. */
class Twin {
  readonly received = new Map<FarEnd, Map<string, TwinPath>>();
  readonly importPolicy = new Map<FarEnd, Policy | null>();
  readonly exportPolicy = new Map<FarEnd, Policy | null>();
  readonly local = new Map<string, TwinPath>();

  paths(prefix: string): TwinPath[] {
    const found: TwinPath[] = [];
    const own = this.local.get(prefix);
    if (own !== undefined) found.push(own);
    for (const [from, routes] of this.received) {
      const route = routes.get(prefix);
      if (route === undefined || route.attributes.asPath?.[0]?.ases.includes(LOCAL_AS)) continue;
      const accepted = this.judged(route, this.importPolicy.get(from) ?? null, prefix);
      if (accepted !== null) found.push(accepted);
    }
    return found;
  }

  private judged(route: TwinPath, policy: Policy | null, prefix: string): TwinPath | null {
    if (policy === rejectOne) return route.attributes.communities?.includes(1) ? null : route;
    if (policy === lift && route.attributes.communities?.includes(2)) {
      return { ...route, attributes: { ...route.attributes, localPref: 250 } };
    }
    if (policy !== prefer) return route;
    const localPref = Number(prefix.split('/')[1]) % 2 === 0 ? 300 : 50;
    return { ...route, attributes: { ...route.attributes, localPref } };
  }

  expected(to: FarEnd): Record<string, string> {
    const routes: Record<string, string> = {};
    for (const prefix of [...PREFIXES].sort()) {
      let paths = this.paths(prefix);
      const rejects = this.exportPolicy.get(to) === rejectOne;
      let best = bestOf(paths);
      // A path that policy rejects makes room for the next, one that session rules keep back does not.
      while (rejects && best?.attributes.communities?.includes(1) && mayLeave(best, to)) {
        paths = paths.filter((path) => path !== best);
        best = bestOf(paths);
      }
      const isOurs = best?.from === null;
      const route = exported(best, to, isOurs);
      if (route === null) continue;
      const own = prefix.includes(':') ? '2001:db8::254' : '10.0.0.254';
      const nextHop = to.as === LOCAL_AS && !isOurs ? route.nextHop : own;
      routes[prefix] = describe({ ...route, nextHop });
    }
    return routes;
  }

  kernel(maximumPaths: number): Record<string, string> {
    const routes: Record<string, string> = {};
    for (const prefix of [...PREFIXES].sort()) {
      const paths = this.paths(prefix);
      const best = bestOf(paths);
      if (best === null) continue;
      const equal = equalsOf(paths).sort(
        (a, b) => (a.from?.peer.routerId ?? 0) - (b.from?.peer.routerId ?? 0),
      );
      const same = equal.filter(
        (p) => JSON.stringify(p.attributes.asPath) === JSON.stringify(best.attributes.asPath),
      );
      const hops = [...new Set(same.map((p) => p.nextHop))].slice(0, maximumPaths);
      routes[prefix] = `${hops.join(' ')} from ${best.from?.address ?? 'local'}`;
    }
    return routes;
  }
}

function mayLeave(best: TwinPath, to: FarEnd): boolean {
  const internal = to.as === LOCAL_AS;
  if (internal && best.from?.as === LOCAL_AS && !isReflected(best, to)) return false;
  const communities = best.attributes.communities ?? [];
  return !communities.includes(0xffffff02) && (internal || !communities.includes(0xffffff01));
}

function drawAttributes(random: (below: number) => number, from: FarEnd | null): PathAttributes {
  const internal = from?.as === LOCAL_AS;
  const first = from === null ? [] : internal ? [[], [64_601], [64_602], [70_000]][random(4)]! : [from.as];
  const more = Array.from(
    { length: random(3) },
    () => [7, 8, 70_001, LOCAL_AS][random(random(6) === 0 ? 4 : 3)]!,
  );
  const communities = [[], [1], [2, 3], [0xffffff01], [0xffffff02]][random(5)]!;
  return {
    ...path(...first, ...more),
    origin: (['igp', 'egp', 'incomplete'] as const)[random(3)]!,
    ...(random(2) === 0 && { med: random(3) }),
    ...(internal && { localPref: [100, 100, 200][random(3)]! }),
    ...(communities.length > 0 && { communities }),
  };
}

function draw<T>(random: (below: number) => number, from: readonly T[], most: number): T[] {
  return [...new Set(Array.from({ length: 1 + random(most) }, () => from[random(from.length)]!))];
}

function hopOf(from: FarEnd, prefix: string): string {
  return prefix.includes(':') ? '2001:db8::1' : from.address;
}

function runTwin(t: Test, seed: number, commands: number): void {
  const random = seeded(seed);
  const maximumPaths = 1 + random(3);
  const p = pipeline({ stepSize: 1 + random(8), maximumPaths });
  const twin = new Twin();
  const ends = [
    new FarEnd('10.0.0.1', 64_601),
    new FarEnd('10.0.0.2', 64_602),
    new FarEnd('10.0.0.3', 64_601),
    new FarEnd('10.0.0.4', LOCAL_AS),
    new FarEnd('10.0.0.5', LOCAL_AS, { routeReflectorClient: random(2) === 0 }),
    new FarEnd('10.0.0.6', 70_000),
    new FarEnd('10.0.0.7', LOCAL_AS, { routeReflectorClient: random(2) === 0 }),
  ];
  const open = new Set<FarEnd>();
  let kernel = new Kernel();
  let removeKernel = p.addSink(kernel);

  const check = (step: number): boolean => {
    for (const end of open) {
      if (end.isBlocked) {
        end.isBlocked = false;
        p.writable(end.index);
      }
    }
    settle(p);
    const found: unknown[] = [kernel.problems, Object.fromEntries([...kernel.routes_].sort(byKey))];
    const wanted: unknown[] = [[], twin.kernel(maximumPaths)];
    for (const end of open) {
      found.push([end.address, end.problems, end.summary(), advertised(p, end)]);
      const expected = twin.expected(end);
      wanted.push([end.address, [], expected, expected]);
    }
    found.push(best(p));
    wanted.push(
      Object.fromEntries(
        [...PREFIXES].sort().flatMap((prefix) => {
          const chosen = bestOf(twin.paths(prefix));
          return chosen === null ? [] : [[prefix, chosen.from?.address ?? 'local']];
        }),
      ),
    );
    return t.strictSame(found, wanted, `seed ${seed}, after command ${step}`, { diagnostic: true, at: null });
  };

  for (let step = 1; step <= commands; step++) {
    const end = ends[random(ends.length)]!;
    const prefixes = draw(random, PREFIXES, 6);
    const isOpen = open.has(end);
    switch (random(14)) {
      case 0:
        if (!isOpen) {
          end.problems.length = 0;
          end.open(p);
          open.add(end);
          twin.received.set(end, new Map());
          twin.importPolicy.set(end, null);
          twin.exportPolicy.set(end, null);
        } else if (random(4) === 0) {
          p.closePeer(end.index);
          open.delete(end);
          twin.received.delete(end);
        }
        break;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: {
        if (!isOpen) break;
        const attributes = drawAttributes(random, end);
        end.announce(p, prefixes, attributes);
        for (const prefix of prefixes) {
          twin.received.get(end)!.set(prefix, { from: end, attributes, nextHop: hopOf(end, prefix) });
        }
        break;
      }
      case 6:
      case 7:
        if (!isOpen) break;
        end.withdraw(p, prefixes);
        for (const prefix of prefixes) twin.received.get(end)!.delete(prefix);
        break;
      case 8: {
        const attributes = drawAttributes(random, null);
        p.announce({ prefixes, attributes, owner: 'o' });
        for (const prefix of prefixes) {
          twin.local.set(prefix, {
            from: null,
            attributes,
            nextHop: prefix.includes(':') ? '::' : '0.0.0.0',
          });
        }
        break;
      }
      case 9:
        p.withdraw(prefixes, 'o');
        for (const prefix of prefixes) twin.local.delete(prefix);
        break;
      case 10:
        if (isOpen) end.isBlocked = true;
        break;
      case 11: {
        if (!isOpen) break;
        if (random(3) === 0) {
          p.refreshOut(end.index, random(2) === 0 ? IPV4_UNICAST : IPV6_UNICAST);
          break;
        }
        const importPolicy = [null, rejectOne, prefer, lift][random(4)]!;
        const exportPolicy = [null, rejectOne][random(2)]!;
        p.setPolicies(end.index, { importPolicy, exportPolicy });
        twin.importPolicy.set(end, importPolicy);
        twin.exportPolicy.set(end, exportPolicy);
        break;
      }
      case 12:
        p.work(() => true);
        break;
      default:
        if (random(3) === 0) {
          removeKernel();
          kernel = new Kernel();
          removeKernel = p.addSink(kernel);
        }
        for (let n = random(4); n > 0; n--) p.work(() => true);
        if (isOpen && end.isBlocked && random(2) === 0) {
          end.isBlocked = false;
          p.writable(end.index);
        }
    }
    if (random(25) === 0 && !check(step)) return;
  }
  check(commands);
  p.withdrawOwner('o');
  for (const end of open) p.closePeer(end.index);
  settle(p);
  settle(p);
  const totals = p.totals();
  t.strictSame(
    [totals.families.map(({ prefixes, paths }) => [prefixes, paths]), totals.attributeSets, totals.nextHops],
    [
      [
        [0, 0],
        [0, 0],
      ],
      0,
      0,
    ],
    `seed ${seed}: nothing is left`,
  );
  t.equal(kernel.routes_.size, 0);
}

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

function best(p: Pipeline): Record<string, string> {
  const routes = p
    .rib({})
    .routes.flatMap(({ prefix, paths }): [string, string][] =>
      paths[0]?.best ? [[prefix, paths[0].peer]] : [],
    );
  return Object.fromEntries(routes.sort(byKey));
}

function advertised(p: Pipeline, end: FarEnd): Record<string, string> {
  const routes = p
    .advertised(end.index, {})
    .routes.map(({ prefix, paths }): [string, string] => [prefix, describe(paths[0]!)]);
  return Object.fromEntries(routes.sort(byKey));
}

t.test('by random commands, peers and sinks hold what a naive twin expects', async (t) => {
  const first = Number(process.env.SEED ?? 1);
  const runs = Number(process.env.RUNS ?? 15);
  for (let seed = first; seed < first + runs && t.passing(); seed++) runTwin(t, seed, 400);
});
