import { eventually } from './eventually.js';

type End = 'left' | 'right';

/** A link with a router at each end, real or not. */
export interface DiscoveryWorld {
  /** Begins to watch at one end, as the neighbour discovery under test does. */
  watch(end: End, listener: (neighbour: string | null) => void): () => void;
  /** Link-local addresses of the two ends. */
  readonly addresses: Readonly<Record<End, string>>;
  setUp(isUp: boolean): Promise<void> | void;
  /** Lets time pass, where it is not real. */
  pass?(): Promise<unknown>;
}

/** The part of a tap test that the cases use. */
interface Check {
  strictSame(found: unknown, wanted: unknown): unknown;
}

/** One thing that every neighbour discovery does. */
export interface DiscoveryCase {
  readonly title: string;
  run(t: Check, world: DiscoveryWorld): Promise<void>;
}

/** A fake passes the same cases as discovery on a kernel's interfaces. */
export const discoveryCases: readonly DiscoveryCase[] = [
  {
    title: 'two routers hear each other, once each, and not within the call',
    async run(t, world) {
      const [left, right] = [told(world, 'left'), told(world, 'right')];
      t.strictSame([...left.heard, ...right.heard], []);
      await until(world, () => left.heard.length > 0 && right.heard.length > 0);
      t.strictSame(left.heard, [world.addresses.right]);
      t.strictSame(right.heard, [world.addresses.left]);
      left.stop();
      right.stop();
    },
  },

  {
    title: 'a link that goes is told with null, and who is there when it is back',
    async run(t, world) {
      const [left, right] = [told(world, 'left'), told(world, 'right')];
      const { addresses } = world;
      await until(world, () => left.heard.length > 0 && right.heard.length > 0);
      await world.setUp(false);
      await until(world, () => left.heard.at(-1) === null && right.heard.at(-1) === null);
      await world.setUp(true);
      await until(
        world,
        () => left.heard.at(-1) === addresses.right && right.heard.at(-1) === addresses.left,
      );
      t.strictSame(left.heard, [addresses.right, null, addresses.right]);
      left.stop();
      right.stop();
    },
  },

  {
    title: 'after the end nothing is told',
    async run(t, world) {
      const [left, right] = [told(world, 'left'), told(world, 'right')];
      await until(world, () => left.heard.length > 0 && right.heard.length > 0);
      left.stop();
      await world.setUp(false);
      await until(world, () => right.heard.at(-1) === null);
      t.strictSame(left.heard, [world.addresses.right]);
      right.stop();
    },
  },
];

function told(world: DiscoveryWorld, end: End): { readonly heard: (string | null)[]; stop(): void } {
  const heard: (string | null)[] = [];
  return { heard, stop: world.watch(end, (neighbour) => void heard.push(neighbour)) };
}

async function until(world: DiscoveryWorld, condition: () => boolean): Promise<void> {
  const attempt = async (): Promise<boolean> => {
    await world.pass?.();
    return condition();
  };
  await eventually(attempt, { timeout: 30_000, interval: 20 });
}
