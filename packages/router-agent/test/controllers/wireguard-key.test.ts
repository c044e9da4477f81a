import t from 'tap';
import { WireguardIdentity } from '../../src/controllers/wireguard-key.js';
import { annotationKind } from '../../src/items/annotation.js';
import { MemoryDriver } from '../../src/testing/fake-agent-kernel.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from '../desired/samples.js';

const { signal } = new AbortController();
const hour = 3_600_000;

/** What a node with a key of that age, in hours, does about a next one, by a lifetime of 48 hours. */
async function makesNext(ageHours: number): Promise<boolean> {
  const now = 1_800_000_000_000;
  let next: { publicKey: string; madeAt: number } | null = null;
  const facts = {
    config: configOf('n1', ['--wireguard-key-lifetime=48h']),
    snapshot: () => snapshot({ nodes: [node('n1', ['192.0.2.1'])] }),
    tellProblems: () => {},
    tellAdvertisements: () => {},
  };
  const identity = new WireguardIdentity(facts, {
    keys: {
      read: async () => ({ current: { publicKey: 'a', madeAt: now - ageHours * hour }, next }),
      makeCurrent: async () => {},
      makeNext: async () => {
        next = { publicKey: 'b', madeAt: now };
      },
      promote: async () => {},
    },
    annotations: new MemoryDriver(annotationKind),
    now: () => now,
  });
  await identity.controller().run(signal);
  return next !== null;
}

t.test(
  'a key has a successor when its lifetime is over, and a wall clock that is set costs one at most',
  async (t) => {
    for (const [age, expected] of [
      [0, false],
      [47, false],
      [49, true],
      // The clock was set back by an hour, by a day, and by a year: of a key of the far future nothing is known.
      [-1, false],
      [-24, false],
      [-24 * 365, true],
    ] as const)
      t.equal(await makesNext(age), expected, `${age} hours`);
  },
);
