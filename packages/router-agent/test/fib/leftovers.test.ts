import t from 'tap';
import { leftoverVerdict, type PeerProgress } from '../../src/fib/leftovers.js';

const spoken: PeerProgress = { address: '192.0.2.1', endOfRib: true, establishedFor: 100, quietFor: 0 };
const silent: PeerProgress = {
  address: '192.0.2.2',
  endOfRib: false,
  establishedFor: 9_999,
  quietFor: 9_999,
};
const down: PeerProgress = { address: '192.0.2.3', endOfRib: false, establishedFor: null, quietFor: 50_000 };
const facts = { peersKnown: true, runningFor: 5_000, deferral: 360_000 };

const cases: readonly (readonly [string, Parameters<typeof leftoverVerdict>[0], boolean])[] = [
  ['go when every peer sent End-of-RIB', { ...facts, peers: [spoken] }, true],
  ['go when there is no peer at all', { ...facts, peers: [] }, true],
  [
    'stay while it is not known which peers there are',
    { ...facts, peersKnown: false, peers: [], runningFor: 400_000 },
    false,
  ],
  ['stay while a peer is down', { ...facts, peers: [spoken, down] }, false],
  ['stay while a peer is Established for less than 10 s', { ...facts, peers: [silent] }, false],
  [
    'go when it is Established for 10 s and quiet for 2 s',
    { ...facts, peers: [{ ...silent, establishedFor: 10_000, quietFor: 2_000 }] },
    true,
  ],
  [
    'stay while it still sends',
    { ...facts, peers: [{ ...silent, establishedFor: 60_000, quietFor: 1_999 }] },
    false,
  ],
  ['go when the deferral time is over', { ...facts, peers: [down], runningFor: 360_000 }, true],
  ['stay until then', { ...facts, peers: [down], runningFor: 359_999 }, false],
];

for (const [title, given, mayGo] of cases) {
  t.test(`leftovers ${title}`, async (t) => {
    const verdict = leftoverVerdict(given);
    t.equal(verdict.mayGo, mayGo);
    t.not(verdict.reason, '');
  });
}
