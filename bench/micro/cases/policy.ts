import { randomAttributes, seeded } from '../../../packages/bgp/bench/updates.js';
import { policy as compile } from '../../../packages/bgp/src/policy/compile.js';
import type { Policy, RouteView } from '../../../packages/bgp/src/policy/policy.js';
import { prefixList } from '../../../packages/bgp/src/policy/prefix-list.js';
import { routeView } from '../../../packages/bgp/test/policy/view.js';
import type { Bench, BenchFile } from '../bench.js';

const VIEWS = 2000;
const ROUNDS = 20;

/** What policy says of a route: its lists and its statements, without what the tables remember of answers. */
export const policy: BenchFile = () => {
  const random = seeded(5);
  const pick = (limit: number): number => Math.floor(random() * limit);
  const prefix = (): string => `${20 + pick(100)}.${pick(256)}.0.0/16`;
  const views = Array.from({ length: VIEWS }, () =>
    routeView(prefix(), { attributes: randomAttributes(random) }),
  );
  const listed = prefixList(Array.from({ length: 1000 }, () => ({ prefix: prefix(), le: 24 })));
  const lists = compile('lists', [
    { match: { prefixes: listed }, action: 'next', edits: { localPref: 200 } },
    { match: { anyCommunity: ['64512-64612:*'] }, action: 'accept', edits: { addCommunities: ['64512:1'] } },
    { action: 'accept' },
  ]);
  const path = compile('path', [
    { match: { asPath: '^[0-9]+ [0-9]+$' }, action: 'accept' },
    { match: { asPathLength: { atLeast: 4 } }, action: 'reject' },
    { action: 'accept' },
  ]);
  return [
    overViews('policy: list of 1000 prefixes', views, (view) => listed.matches(view)),
    overViews('policy: prefix list, communities, local preference', views, asking(lists)),
    overViews('policy: AS path as an expression, and its length', views, asking(path)),
  ];
};

const asking =
  (asked: Policy) =>
  (view: RouteView): boolean =>
    asked.evaluate(view).action === 'accept';

function overViews(name: string, views: readonly RouteView[], ask: (view: RouteView) => boolean): Bench {
  let yes = 0;
  return {
    name,
    unit: 'route',
    units: VIEWS * ROUNDS,
    work: () => {
      for (let round = 0; round < ROUNDS; round++) for (const view of views) if (ask(view)) yes++;
      if (yes < 0) throw new Error('the count is used, so that the loop stays');
    },
  };
}
