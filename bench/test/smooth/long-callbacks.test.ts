import t from 'tap';
import { explained } from '../../smooth/long-callbacks.js';
import type { ProbeProfile } from '../../smooth/probe-messages.js';

const frame = (functionName: string) => ({ functionName });
/** Samples at 1, 2, 3, 4, 5 ms after the process began. */
const sampled: ProbeProfile = {
  zero: 1_000_000,
  profile: {
    startTime: 1_000_000,
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 4] },
      { id: 2, callFrame: frame('turn'), children: [3] },
      { id: 3, callFrame: frame('pack') },
      { id: 4, callFrame: frame('(idle)') },
    ],
    samples: [4, 3, 3, 2, 4],
    timeDeltas: [1000, 1000, 1000, 1000, 1000],
  },
};
const callback = { kind: 'turn' as const, at: 1.5, milliseconds: 3, cpuMilliseconds: 3 };

t.test('samples that fall into a callback say what it did, with and without what it called', async (t) => {
  const [one] = explained([callback], [], sampled);
  t.same(one?.functions, [
    { name: 'turn', share: 1 },
    { name: 'pack', share: 2 / 3 },
  ]);
  t.same(
    one?.own.map(({ name }) => name),
    ['pack', 'turn'],
  );
});

t.test('of pauses of the collector counts what falls into the callback', async (t) => {
  const pauses = [
    { kind: 'minor' as const, at: 0, milliseconds: 1 },
    { kind: 'major' as const, at: 1, milliseconds: 1 },
    { kind: 'minor' as const, at: 4, milliseconds: 10 },
  ];
  const [one] = explained([callback], pauses, null);
  t.equal(one?.collected, 1);
  t.same(one?.functions, []);
});
