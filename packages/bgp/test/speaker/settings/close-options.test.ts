import t from 'tap';
import { RawPeerLab } from '../../pitfalls/raw-peer.js';

/** How many milliseconds `close` takes with a peer that never closes its side. */
async function closingTime(graceMilliseconds?: number): Promise<number> {
  const world = await new RawPeerLab(65_001).start();
  await world.up();
  const { clock } = world.lab;
  let isClosed = false;
  const start = clock.now();
  void world.at.speaker.close(graceMilliseconds === undefined ? {} : { graceMilliseconds }).then(() => {
    isClosed = true;
  });
  while (!isClosed && clock.now() - start < 10_000) await clock.runFor(1);
  return clock.now() - start;
}

t.test('close waits for a peer as long as it is told, and not longer', async (t) => {
  for (const grace of [1, 500, 1_900]) {
    const time = await closingTime(grace);
    t.ok(time >= grace && time <= grace + 2, `${grace} ms were given, ${time} ms it took`);
  }
});

t.test(
  'a connection that the peer does not close is dropped after 2 s, before the grace of 3 s',
  async (t) => {
    const time = await closingTime();
    t.ok(time >= 2_000 && time <= 2_002, `${time} ms`);
    t.equal(await closingTime(9_000), time, 'a longer grace keeps nothing open');
  },
);

t.test('a peer that closes its side is not waited for', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  const peer = await world.up();
  let isClosed = false;
  void world.at.speaker.close().then(() => {
    isClosed = true;
  });
  await world.lab.clock.runFor(20);
  t.equal(isClosed, false);
  peer.transport.end(1_000);
  for (let n = 0; n < 10 && !isClosed; n++) await world.lab.clock.runFor(2);
  t.equal(isClosed, true);
});
