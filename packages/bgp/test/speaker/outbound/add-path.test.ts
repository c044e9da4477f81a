import t, { type Test } from 'tap';
import { type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { ALL_PATHS } from '../../../src/speaker/settings/path-options.js';
import { seeded } from '../../rib/seeded.js';
import { describe, FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';
import { bestOf, exported, isReflected, type TwinPath } from '../pipeline-twin.js';

const P = '192.0.2.0/24';

function sends(most: number): Partial<PipelinePeer> {
  return {
    addPathSend: new Map<FamilyKey, number>([
      [IPV4_UNICAST.key, most],
      [IPV6_UNICAST.key, most],
    ]),
  };
}

/** First ASes of the paths that an end holds of a prefix, sorted. */
function heads(end: FarEnd, prefix: string): number[] {
  return [...end.held]
    .filter(([key]) => key.startsWith(`${prefix}#`))
    .map(([, route]) => route.attributes.asPath?.[0]?.ases[1] ?? 0)
    .sort();
}

const idOf = (end: FarEnd, as: number): string | undefined =>
  [...end.held].find(([, route]) => route.attributes.asPath?.[0]?.ases[1] === as)?.[0];

t.test('paths of one peer are told apart by the identifiers that it sends', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, {}, true).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, [`${P}#1`], path(64_601, 7, 7));
  a.announce(p, [`${P}#4294967295`], path(64_601, 7));
  settle(p);
  t.strictSame(
    p.rib({ prefix: P }).routes[0]?.paths.map(({ pathId, best }) => [pathId, best]),
    [
      [0xffffffff, true],
      [1, false],
    ],
  );
  t.strictSame(b.held.get(P)?.attributes, path(LOCAL_AS, 64_601, 7));
  a.withdraw(p, [`${P}#4294967295`]);
  settle(p);
  t.strictSame(b.held.get(P)?.attributes, path(LOCAL_AS, 64_601, 7, 7));
  a.withdraw(p, [`${P}#1`]);
  settle(p);
  t.equal(b.held.size, 0);
});

t.test('all paths go out, each under an identifier that it keeps while it lives', async (t) => {
  const p = pipeline();
  const ends = [1, 2, 3].map((last) => new FarEnd(`10.0.0.${last}`, 64_600 + last).open(p));
  const all = new FarEnd('10.0.0.9', 64_609, sends(ALL_PATHS)).open(p);
  for (const end of ends) end.announce(p, [P], path(end.as, 7));
  settle(p);
  t.strictSame(heads(all, P), [64_601, 64_602, 64_603]);
  const before = idOf(all, 64_602);
  ends[1]!.announce(p, [P], path(64_602, 8, 9));
  ends[0]!.withdraw(p, [P]);
  settle(p);
  t.strictSame(heads(all, P), [64_602, 64_603]);
  t.equal(idOf(all, 64_602), before);
  t.strictSame(
    p.advertised(all.index, { prefix: P }).routes[0]?.paths.map((route) => `${P}#${route.pathId}`),
    [...all.held.keys()].sort((x, y) => Number(x.split('#')[1]) - Number(y.split('#')[1])),
  );
  t.equal(p.counts(all.index, IPV4_UNICAST).advertised, 2);
  t.strictSame(all.problems, []);
});

t.test('the best of them go out, and change places with those behind', async (t) => {
  const p = pipeline();
  const ends = [1, 2, 3].map((last) => new FarEnd(`10.0.0.${last}`, 64_600 + last).open(p));
  for (const end of ends) end.announce(p, [P], path(end.as, ...Array(end.as - 64_600).fill(7)));
  const two = new FarEnd('10.0.0.9', 64_609, sends(2)).open(p);
  settle(p);
  t.strictSame(heads(two, P), [64_601, 64_602]);
  ends[1]!.announce(p, [P], path(64_602, 7, 7, 7, 7, 7));
  settle(p);
  t.strictSame(heads(two, P), [64_601, 64_603]);
  ends[2]!.withdraw(p, [P]);
  settle(p);
  t.strictSame(heads(two, P), [64_601, 64_602]);
  t.strictSame(two.problems, []);
});

t.test('a policy that begins to reject withdraws exactly what it rejects', async (t) => {
  const p = pipeline();
  const ends = [1, 2].map((last) => new FarEnd(`10.0.0.${last}`, 64_600 + last).open(p));
  const all = new FarEnd('10.0.0.9', 64_609, sends(ALL_PATHS)).open(p);
  for (const end of ends) end.announce(p, [P], { ...path(end.as), communities: [end.as - 64_600] });
  settle(p);
  const before = new Set(all.held.keys());
  p.setPolicies(all.index, { importPolicy: null, exportPolicy: rejectOne });
  settle(p);
  t.strictSame(heads(all, P), [64_602]);
  p.setPolicies(all.index, { importPolicy: null, exportPolicy: null });
  settle(p);
  t.strictSame(new Set(all.held.keys()), before, 'under the identifiers of before');
  p.setPolicies(ends[0]!.index, { importPolicy: rejectOne, exportPolicy: null });
  settle(p);
  t.strictSame(heads(all, P), [64_602]);
  t.equal(all.withdrawn, 2);
  t.strictSame(all.problems, []);
});

t.test('messages with path identifiers are filled up, and never over', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const all = new FarEnd('10.0.0.9', 64_609, sends(ALL_PATHS)).open(p);
  const prefixes = Array.from({ length: 5000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  a.announce(p, prefixes, path(64_601));
  settle(p);
  t.equal(all.held.size, 5000);
  a.withdraw(p, prefixes);
  settle(p);
  t.equal(all.held.size, 0);
  t.strictSame(all.problems, []);
});

const rejectOne: Policy = policyFunction(
  'reject-one',
  (route) =>
    route.hasCommunity(1) ? { action: 'reject', statement: 'one' } : { action: 'accept', statement: 'rest' },
  { reads: [] },
);

const PREFIXES = Array.from({ length: 8 }, (_, i) => `10.${i}.0.0/16`);

/** What one end is to hold: per prefix the paths in decision order that may go to it, at most `most`. */
function expected(paths: Map<string, TwinPath[]>, to: FarEnd, most: number, policy: Policy | null): string[] {
  const found: string[] = [];
  for (const [prefix, all] of paths) {
    let rest = all;
    let left = most;
    for (let best = bestOf(rest); best !== null && left > 0; best = bestOf(rest)) {
      const chosen = best;
      rest = rest.filter((other) => other !== chosen);
      if (policy === rejectOne && chosen.attributes.communities?.includes(1)) continue;
      // Its own paths take a place, because members with one profile share the choice.
      const asOther = exported(chosen, { ...to, address: 'other' } as FarEnd, chosen.from === null);
      if (asOther === null && !isReflected(chosen, to)) continue;
      left--;
      const route = exported(chosen, to, chosen.from === null);
      if (route === null) continue;
      const nextHop = to.as === LOCAL_AS && chosen.from !== null ? route.nextHop : '10.0.0.254';
      found.push(`${prefix} ${describe({ ...route, nextHop })}`);
    }
  }
  return found.sort();
}

function runTwin(t: Test, seed: number, commands: number): void {
  const random = seeded(seed);
  const p: Pipeline = pipeline({ stepSize: 1 + random(6) });
  const client = { routeReflectorClient: true };
  const rows: readonly [FarEnd, number, boolean][] = [
    [new FarEnd('10.0.0.1', 64_601, {}, true), 0, true],
    [new FarEnd('10.0.0.2', 64_602, sends(ALL_PATHS), true), ALL_PATHS, true],
    [new FarEnd('10.0.0.3', LOCAL_AS, { ...client, ...sends(2) }), 2, false],
    [new FarEnd('10.0.0.4', LOCAL_AS, { ...client, ...sends(ALL_PATHS) }, true), ALL_PATHS, true],
    [new FarEnd('10.0.0.5', 64_605, sends(2)), 2, false],
    [new FarEnd('10.0.0.6', 64_606, sends(ALL_PATHS)), ALL_PATHS, false],
  ];
  const held = new Map<FarEnd, Map<string, TwinPath>>();
  const policies = new Map<FarEnd, Policy | null>();
  const check = (step: number): boolean => {
    for (const [end] of rows) {
      if (!held.has(end) || !end.isBlocked) continue;
      end.isBlocked = false;
      p.writable(end.index);
    }
    settle(p);
    const paths = new Map(PREFIXES.map((prefix) => [prefix, [] as TwinPath[]]));
    for (const [, routes] of [...held].sort(([a], [b]) => a.peer.routerId - b.peer.routerId)) {
      const ids = [...routes].sort(([a], [b]) => Number(a.split('#')[1]) - Number(b.split('#')[1]));
      for (const [key, route] of ids) paths.get(key.split('#')[0]!)!.push(route);
    }
    const found: unknown[] = [];
    const wanted: unknown[] = [];
    for (const [end, most] of rows) {
      if (!held.has(end) || most === 0) continue;
      const own = [...end.held].map(([key, route]) => `${key.split('#')[0]} ${describe(route)}`).sort();
      const shown = p.advertised(end.index, {}).routes.flatMap(({ prefix, paths: list }) => {
        return list.map((one) => `${prefix}#${one.pathId}`);
      });
      found.push([end.address, end.problems, own, shown.sort()]);
      wanted.push([
        end.address,
        [],
        expected(paths, end, most, policies.get(end) ?? null),
        [...end.held.keys()].sort(),
      ]);
    }
    return t.strictSame(found, wanted, `seed ${seed}, after command ${step}`, { diagnostic: true, at: null });
  };
  for (let step = 1; step <= commands; step++) {
    const [end, , sendsIds] = rows[random(rows.length)]!;
    const routes = held.get(end);
    const keys = [...new Set(Array.from({ length: 1 + random(4) }, () => PREFIXES[random(8)]!))].map(
      (prefix) => (sendsIds ? `${prefix}#${1 + random(3)}` : prefix),
    );
    const kind = random(12);
    if (kind === 0 && routes === undefined) {
      end.problems.length = 0;
      end.open(p);
      held.set(end, new Map());
      policies.set(end, null);
    } else if (kind === 0 && random(3) === 0) {
      p.closePeer(end.index);
      held.delete(end);
    } else if (routes !== undefined && kind < 6) {
      const first = end.as === LOCAL_AS ? [] : [end.as];
      const attributes = {
        ...path(...first, ...Array(random(3)).fill(7)),
        ...(random(2) === 0 && { med: random(2) }),
        ...(random(2) === 0 && { communities: [[1], [2], [0xffffff01]][random(3)]! }),
        ...(end.as === LOCAL_AS && { localPref: 100 }),
      };
      end.announce(p, keys, attributes);
      for (const key of keys) routes.set(key, { from: end, attributes, nextHop: end.address });
    } else if (routes !== undefined && kind < 8) {
      end.withdraw(p, keys);
      for (const key of keys) routes.delete(key);
    } else if (routes !== undefined && kind === 8) {
      end.isBlocked = true;
    } else if (routes !== undefined && kind === 9) {
      const exportPolicy = random(2) === 0 ? null : rejectOne;
      policies.set(end, exportPolicy);
      p.setPolicies(end.index, { importPolicy: null, exportPolicy });
    } else if (routes !== undefined && kind === 10 && random(3) === 0) {
      p.refreshOut(end.index, IPV4_UNICAST);
    } else {
      for (let n = random(4); n > 0; n--) p.work(() => true);
    }
    if (random(20) === 0 && !check(step)) return;
  }
  check(commands);
  for (const end of held.keys()) p.closePeer(end.index);
  settle(p);
  settle(p);
  const { families, attributeSets, nextHops } = p.totals();
  t.strictSame(
    [families.map(({ prefixes, paths }) => prefixes + paths), attributeSets, nextHops],
    [families.map(() => 0), 0, 0],
    `seed ${seed}: nothing is left`,
  );
}

t.test('by random commands, peers with add-path hold what a naive twin expects', async (t) => {
  const first = Number(process.env.SEED ?? 1);
  const runs = Number(process.env.RUNS ?? 15);
  for (let seed = first; seed < first + runs && t.passing(); seed++) runTwin(t, seed, 400);
});
