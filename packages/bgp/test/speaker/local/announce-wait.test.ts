import t from 'tap';
import { policy } from '../../../src/policy/compile.js';
import type { PeerIndex } from '../../../src/rib/ids.js';
import {
  type AnnounceResult,
  type WatchedPeer,
  type WatchHost,
  watchAnnouncement,
} from '../../../src/speaker/local/announce-watch.js';
import { FakeClock } from '../../../src/testing/index.js';
import { best, Lab, type LabSpeaker, peerOf } from '../lab.js';

/** Lets virtual time pass until a promise is settled. */
async function settled<T>(lab: Lab, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = (): void => {
    isSettled = true;
  };
  promise.then(done, done);
  await lab.until(() => isSettled, 60_000);
  return promise;
}

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `10.${i >>> 8}.${i & 255}.0/24`);

const outcomes = (results: readonly AnnounceResult[]): readonly string[] =>
  results.map(({ peer, outcome }) => `${peer} ${outcome}`);

async function three(): Promise<readonly [Lab, LabSpeaker, LabSpeaker, LabSpeaker]> {
  const lab = new Lab();
  const [left, right, other] = [lab.speaker(1, 64512), lab.speaker(2, 64513), lab.speaker(3, 64514)];
  const some = policy('some', [{ match: { prefixes: ['203.0.113.0/24'] }, action: 'accept' }]);
  left.speaker.addPeer(peerOf(right));
  left.speaker.addPeer(peerOf(other, { exportPolicy: some }));
  left.speaker.addPeer({ address: '192.0.2.99', remoteAs: 64599 });
  right.speaker.addPeer(peerOf(left));
  other.speaker.addPeer(peerOf(left));
  await lab.start(left, right, other);
  await lab.up(right, other);
  await lab.clock.runFor(100);
  return [lab, left, right, other];
}

t.test('a peer is told as written or filtered, one that is down not at all', async (t) => {
  const [lab, left, right] = await three();
  const announcement = { prefixes: ['203.0.113.0/24', '198.51.100.0/24'] };
  t.same(await settled(lab, left.speaker.announceAndWait(announcement)), [
    { peer: '192.0.2.2', outcome: 'written', written: 2, filtered: 0, superseded: 0 },
    { peer: '192.0.2.3', outcome: 'written', written: 1, filtered: 1, superseded: 0 },
  ]);
  await lab.clock.runFor(10);
  t.ok(best(right, '203.0.113.0/24'), 'and it is there');
  const filtered = await settled(lab, left.speaker.announceAndWait({ prefixes: ['10.0.0.0/8'] }));
  t.same(outcomes(filtered), ['192.0.2.2 written', '192.0.2.3 filtered']);
  const otherFamily = await settled(lab, left.speaker.announceAndWait({ prefixes: ['2001:db8::/32'] }));
  t.same(outcomes(otherFamily), ['192.0.2.2 filtered', '192.0.2.3 filtered']);
});

t.test('what is withdrawn before it goes out was superseded', async (t) => {
  const [lab, left] = await three();
  const waiting = left.speaker.announceAndWait({ prefixes: ['203.0.113.0/24'] });
  left.speaker.withdraw(['203.0.113.0/24']);
  t.same(outcomes(await settled(lab, waiting)), ['192.0.2.2 superseded', '192.0.2.3 superseded']);
});

t.test('a session that is lost before it is known is told as such', async (t) => {
  const [lab, left] = await three();
  const waiting = left.speaker.announceAndWait({ prefixes: ['203.0.113.0/24'] });
  left.speaker.removePeer('192.0.2.2');
  t.same(outcomes(await settled(lab, waiting)), ['192.0.2.2 session-lost', '192.0.2.3 written']);
});

t.test('a lost session comes with its reason, and the NOTIFICATION that the peer sent', async (t) => {
  const [lab, left, right, other] = await three();
  // It goes on reading, and is gone before the route could leave.
  right.speaker.removePeer('192.0.2.1');
  await lab.clock.runFor(0);
  const waiting = left.speaker.announceAndWait({ prefixes: many(50_000) });
  const [lost, written] = await settled(lab, waiting);
  t.match(lost, {
    peer: '192.0.2.2',
    outcome: 'session-lost',
    error: {
      code: 'notification-received',
      notification: { direction: 'received', code: 6, subcode: 3, text: 'Cease / Peer De-configured' },
    },
  });
  t.match(written, { peer: other.address, outcome: 'filtered', filtered: 50_000 });
  t.equal(written?.error, undefined);
});

t.test('many prefixes are looked up in slices, each peer told of all of them', async (t) => {
  const looked: number[] = [];
  const open = new Set(many(10_000));
  let turn: (() => boolean) | null = null;
  let looks = 0;
  const host: WatchHost = {
    clock: new FakeClock(),
    delivery: (_, prefix) => {
      looks++;
      return open.has(prefix) ? 'pending' : 'sent';
    },
    version: () => 1,
    eachTurn: (look) => {
      turn = look;
      return () => {
        turn = null;
      };
    },
    wake() {},
  };
  const watched = ['192.0.2.2', '192.0.2.3'].map((address, i): WatchedPeer => {
    const position = { given: 10, taken: 10 };
    return { address, index: (i + 1) as PeerIndex, position: () => position, lastError: () => null };
  });
  const result = watchAnnouncement(host, watched, [...open], {});
  const pass = (): void => {
    let goesOn = true;
    while (goesOn && turn !== null) {
      looks = 0;
      goesOn = turn();
      looked.push(looks);
    }
  };
  pass();
  for (const prefix of many(9_000)) open.delete(prefix);
  pass();
  pass();
  open.clear();
  pass();
  t.ok(Math.max(...looked) <= 4096, `${looked.join(' ')} in one turn`);
  t.same(await result, [
    { peer: '192.0.2.2', outcome: 'written', written: 10_000, filtered: 0, superseded: 0 },
    { peer: '192.0.2.3', outcome: 'written', written: 10_000, filtered: 0, superseded: 0 },
  ]);
  t.equal(turn, null, 'and no turn is asked for any more');
});

t.test('time and a signal end the waiting', async (t) => {
  const [lab, left] = await three();
  const late = await left.speaker.announceAndWait({ prefixes: ['203.0.113.0/24'] }, { timeout: 0 });
  t.same(outcomes(late), ['192.0.2.2 timed-out', '192.0.2.3 timed-out']);
  const controller = new AbortController();
  const waiting = left.speaker.announceAndWait({ prefixes: ['10.0.0.0/8'] }, { signal: controller.signal });
  controller.abort();
  await t.rejects(waiting, { code: 'BGP_ERR_ABORTED' });
  await t.rejects(left.speaker.announceAndWait({ prefixes: ['10.0.0.0/8'] }, { signal: controller.signal }), {
    code: 'BGP_ERR_ABORTED',
  });
  t.equal(left.speaker.announced().length, 2, 'what was announced stays');
  await t.rejects(left.speaker.announceAndWait({ prefixes: ['10.0.0.1/8'] }), { code: 'BGP_ERR_PREFIX' });
  await lab.clock.runFor(100);
});
