import { eventually } from './eventually.js';

/** What is known of a next hop; as in the port of `@peerage/bgp`. */
interface State {
  readonly reachable: boolean;
  readonly metric: number;
}

/** The port of `@peerage/bgp`, by its form. */
interface Tracker {
  track(address: string): State;
  untrack(address: string): void;
  subscribe(listener: (address: string, state: State) => void): () => void;
}

/** A tracker and the world behind it. */
export interface NextHopWorld {
  readonly tracker: Tracker;
  /** Two addresses that nothing else changes. */
  readonly addresses: readonly [string, string];
  /** Makes this the state of an address. */
  set(address: string, state: State): Promise<void> | void;
}

/** The part of a tap test that the cases use. */
interface Check {
  equal(found: unknown, wanted: unknown): unknown;
  strictSame(found: unknown, wanted: unknown): unknown;
  throws(call: () => unknown, wanted: RegExp): unknown;
}

/** One thing that every next-hop tracker does. */
export interface NextHopCase {
  readonly title: string;
  run(t: Check, world: NextHopWorld): Promise<void>;
}

/** A fake passes the same cases as a tracker of a kernel. */
export const nextHopCases: readonly NextHopCase[] = [
  {
    title: 'what was so before an address is tracked is known soon after',
    async run(t, { tracker, addresses, set }) {
      const [one, two] = addresses;
      await set(one, { reachable: true, metric: 7 });
      await set(two, { reachable: false, metric: 0 });
      const states = following(tracker);
      for (const address of addresses) states.set(address, tracker.track(address));
      await eventually(() => states.get(one)?.metric === 7 && states.get(one)?.reachable, {
        timeout: 30_000,
      });
      t.strictSame(states.get(two), { reachable: false, metric: 0 });
    },
  },

  {
    title: 'changes are told, of tracked addresses alone',
    async run(t, { tracker, addresses, set }) {
      const [one, two] = addresses;
      const states = following(tracker);
      tracker.track(one);
      await set(two, { reachable: true, metric: 5 });
      await set(one, { reachable: true, metric: 20 });
      await eventually(() => states.get(one)?.metric === 20, { timeout: 30_000 });
      await set(one, { reachable: true, metric: 10 });
      await eventually(() => states.get(one)?.metric === 10, { timeout: 30_000 });
      await set(one, { reachable: false, metric: 0 });
      await eventually(() => states.get(one)?.reachable === false, { timeout: 30_000 });
      t.equal(states.has(two), false);
      tracker.untrack(one);
      states.clear();
      tracker.track(two);
      await set(one, { reachable: true, metric: 1 });
      await set(two, { reachable: true, metric: 6 });
      await eventually(() => states.get(two)?.metric === 6, { timeout: 30_000 });
      t.equal(states.has(one), false);
    },
  },

  {
    title: 'an address is tracked once, and let go once',
    async run(t, { tracker, addresses }) {
      const [one, two] = addresses;
      tracker.track(one);
      t.throws(() => tracker.track(one), /is tracked already/);
      t.throws(() => tracker.untrack(two), /is not tracked/);
      tracker.untrack(one);
      tracker.track(one);
    },
  },

  {
    title: 'who has ended a subscription hears no more',
    async run(t, { tracker, addresses, set }) {
      const [one] = addresses;
      const heard: string[] = [];
      const end = tracker.subscribe((address) => heard.push(address));
      const states = following(tracker);
      tracker.track(one);
      end();
      heard.length = 0;
      await set(one, { reachable: true, metric: 3 });
      await eventually(() => states.get(one)?.metric === 3, { timeout: 30_000 });
      t.strictSame(heard, []);
    },
  },
];

/** The newest state of each address that was told. */
function following(tracker: Tracker): Map<string, State> {
  const states = new Map<string, State>();
  tracker.subscribe((address, state) => states.set(address, state));
  return states;
}
