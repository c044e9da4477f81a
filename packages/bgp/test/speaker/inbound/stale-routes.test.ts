import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { seeded } from '../../rib/seeded.js';
import { prefixes } from '../lab.js';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const PREFIXES = 60;
const prefixOf = (number: number): string => `10.0.${number}.0/24`;

/** One peer as people would keep it: at once, with a mark on each route. */
class Twin {
  readonly routes = new Map<string, { stale: boolean; long: boolean }>();
  opened: 'restart' | 'refresh' | null = null;

  announce(list: readonly string[]): void {
    for (const prefix of list) this.routes.set(prefix, { stale: false, long: false });
  }

  withdraw(list: readonly string[]): void {
    for (const prefix of list) this.routes.delete(prefix);
  }

  lose(): void {
    for (const [prefix, route] of this.routes) {
      if (this.opened === 'restart' && route.stale && !route.long) this.routes.delete(prefix);
      route.stale = true;
    }
    this.opened = 'restart';
  }

  begin(): void {
    for (const route of this.routes.values()) route.stale = true;
    this.opened = 'refresh';
  }

  end(): void {
    for (const [prefix, { stale }] of this.routes) if (stale) this.routes.delete(prefix);
    this.opened = null;
  }

  longLive(): void {
    for (const route of this.routes.values()) if (route.stale) route.long = true;
  }

  dropLong(): void {
    for (const [prefix, { long }] of this.routes) if (long) this.routes.delete(prefix);
  }

  dropShort(): void {
    for (const [prefix, { stale, long }] of this.routes) if (stale && !long) this.routes.delete(prefix);
  }

  /** Sorted, those that are stale with a mark. */
  get shown(): readonly string[] {
    return [...this.routes.keys()].sort();
  }

  get staleCount(): number {
    if (this.opened === null) return 0;
    return [...this.routes.values()].filter(({ stale }) => stale).length;
  }
}

t.test('restarts and refreshes in any order leave what a naive twin has', async (t) => {
  const runs = Number(process.env.RUNS ?? 30);
  const first = Number(process.env.SEED ?? 1);
  for (let seed = first; seed < first + runs; seed++) run(seed);
  t.pass(`${runs} runs of 400 commands`);
});

t.test(
  '14 refreshes may begin behind one whose sweep goes on; a 15th counts for the one that is open',
  async (t) => {
    const p = pipeline({ stepSize: 1 });
    const far = new FarEnd('10.0.0.1', 64_601).open(p);
    const age = (how: 'begin refresh' | 'end refresh'): boolean => p.age(far.index, IPV4_UNICAST, how);
    const announce = (number: number): void => far.announce(p, [prefixOf(number)], path(64_601));
    for (const number of [1, 2, 3, 4]) announce(number);
    settle(p);
    t.equal(age('begin refresh'), true, 'the first');
    for (let behind = 1; behind <= 14; behind++) {
      announce(1);
      t.equal(age('end refresh'), true);
      t.equal(age('begin refresh'), true, `${behind} behind it`);
    }
    announce(2);
    t.equal(age('begin refresh'), false, '15 behind it');
    announce(3);
    t.equal(age('end refresh'), true);
    settle(p);
    const held = [...prefixes(p.received(far.index, {}))].sort();
    t.same(held, [prefixOf(2), prefixOf(3)], 'what came since the last one that could begin');
    t.equal(age('begin refresh'), true, 'the sweep has ended: another one may begin');
  },
);

function run(seed: number): void {
  const random = seeded(seed);
  const p = pipeline({ stepSize: 3 });
  const far = new FarEnd('10.0.0.1', 64_601).open(p);
  const twin = new Twin();
  let isUp = true;
  const some = (): string[] => [
    ...new Set(Array.from({ length: 1 + random(12) }, () => prefixOf(random(PREFIXES)))),
  ];
  const age = (how: Parameters<Pipeline['age']>[2]): boolean => p.age(far.index, IPV4_UNICAST, how);
  const commands: readonly (() => void)[] = [
    () => announce(),
    () => announce(),
    () => announce(),
    () => {
      const list = some();
      if (!isUp) return;
      far.withdraw(p, list);
      twin.withdraw(list);
    },
    () => {
      if (!isUp || random(3) > 0) return;
      isUp = false;
      p.keepPeer(far.index, [IPV4_UNICAST]);
      twin.lose();
    },
    () => {
      if (isUp) return;
      isUp = true;
      far.index = p.openPeer(far.peer, far.index);
    },
    () => {
      if (!isUp || twin.opened !== 'restart') return;
      age('drop stale');
      twin.end();
    },
    () => {
      if (isUp || random(2) > 0) return;
      age('long-live');
      twin.longLive();
    },
    () => {
      if (isUp || random(3) > 0) return;
      age('drop long-lived');
      twin.dropLong();
    },
    () => {
      if (!isUp || twin.opened !== 'restart') return;
      age('drop short-lived');
      twin.dropShort();
    },
    () => {
      if (!isUp || twin.opened === 'restart') return;
      if (age('begin refresh')) twin.begin();
    },
    () => {
      if (!isUp || twin.opened !== 'refresh') return;
      age('end refresh');
      twin.end();
    },
    () => void p.work(() => true),
    () => void p.work(() => true),
  ];
  const announce = (): void => {
    const list = some();
    if (!isUp) return;
    // Now and then with other attributes: a row that changes, not one that comes again.
    far.announce(p, list, { ...path(64_601), med: random(2) });
    twin.announce(list);
  };
  for (let step = 0; step < 400; step++) {
    commands[random(commands.length)]!();
    if (random(20) > 0) continue;
    settle(p);
    const held = [...prefixes(p.received(far.index, { limit: 1000 }))].sort();
    const stale = p.counts(far.index, IPV4_UNICAST).stale;
    const isSame = held.join() === twin.shown.join() && stale === twin.staleCount;
    if (!isSame) {
      const wanted = `${twin.staleCount} stale of ${twin.shown.join()}`;
      throw new Error(`seed ${seed}, step ${step}: ${stale} stale of ${held.join()}, not ${wanted}`);
    }
  }
}
