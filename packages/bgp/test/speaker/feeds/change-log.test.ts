import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { createNlriKey } from '../../../src/net/nlri-key.js';
import { parseInto } from '../../../src/net/prefix.js';
import { RESUMABLE_CHANGES } from '../../../src/speaker/feeds/change-feed.js';
import { ChangeLog } from '../../../src/speaker/feeds/change-log.js';
import { SNAPSHOT_WAITING } from '../../../src/speaker/feeds/change-stream.js';
import type { RouteChanges } from '../../../src/speaker/feeds/route-sink.js';
import { Lab } from '../lab.js';

const prefix = (i: number): string => `10.${i >>> 8}.${i & 255}.0/24`;

/** Destinations that were withdrawn, as a sink is told of them. */
function gone(from: number, count: number): RouteChanges {
  return {
    family: IPV4_UNICAST,
    length: count,
    readPrefix(i, into) {
      const key = createNlriKey();
      parseInto(prefix(from + i), key);
      Object.assign(into, key);
    },
    readNlri() {},
    name: (i) => prefix(from + i),
    text: (i) => prefix(from + i),
    nextHopCount: () => 0,
    nextHopId: () => 0,
    nextHopAddress: () => new Uint8Array(4),
    nextHopInterface: () => null,
    nextHopWeight: () => 1,
    bestPeer: () => '',
    isLocal: () => false,
    isDiscard: () => false,
  };
}

t.test('as many changes as the limit can be resumed from, one more begins anew', async (t) => {
  const log = new ChangeLog('life', 3);
  const families = [IPV4_UNICAST];
  log.begin(families);
  const start = log.token(log.sequence);
  log.routes(gone(0, 3));
  t.equal(log.after(start, families)?.length, 3);
  const oldest = log.token(1);
  log.routes(gone(3, 1));
  t.equal(log.after(start, families), null, 'the first change was forgotten');
  t.same(
    log.after(oldest, families)?.map(({ route }) => route.prefix),
    [1, 2, 3].map(prefix),
  );
  log.routes(gone(1, 1));
  t.same(
    log.after(oldest, families)?.map(({ route }) => route.prefix),
    [2, 3, 1].map(prefix),
    'one that changes again takes no place more',
  );
});

t.test('a speaker resumes after 65,536 changed destinations, and begins anew after one more', async (t) => {
  t.equal(RESUMABLE_CHANGES, 65_536);
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  await lab.start({ speaker, address: '192.0.2.1', as: 64512, lines: [], events: [] });
  const events = speaker.changes({ families: ['ipv4-unicast'], batchSize: 1_000_000 });
  const next = async () => {
    const reading = events.next();
    await lab.clock.runFor(200);
    return (await reading).value;
  };
  const mark = await next();
  const token: string = mark.token;
  speaker.announce({ prefixes: Array.from({ length: 65_536 }, (_, i) => prefix(i)) });
  await lab.clock.runFor(1_000);
  const kindAfter = async (since: string): Promise<string> => {
    const resumed = speaker.changes({ families: ['ipv4-unicast'], since });
    const first = await resumed.next();
    await resumed.return?.();
    return first.value.kind;
  };
  t.equal(await kindAfter(token), 'routes');
  speaker.announce({ prefixes: ['192.0.2.0/24'] });
  await lab.clock.runFor(1_000);
  t.equal(await kindAfter(token), 'restart');
  await speaker.close();
});

t.test('of the first table 4,096 destinations wait for a reader, and those of one step more', async (t) => {
  t.equal(SNAPSHOT_WAITING, 4_096);
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  await lab.start({ speaker, address: '192.0.2.1', as: 64512, lines: [], events: [] });
  for (const [count, waits] of [
    [4_096, 4_096],
    [40_000, 4_096 + 1_024],
  ] as const) {
    speaker.announce({ prefixes: Array.from({ length: count }, (_, i) => prefix(i)) });
    await lab.clock.runFor(1_000);
    const events = speaker.changes({ families: ['ipv4-unicast'], batchSize: 1_000_000 });
    await lab.clock.runFor(1_000);
    const { value } = await events.next();
    const found = value.kind === 'routes' ? value.routes.length : 0;
    t.ok(found <= waits && found >= Math.min(count, 4_096), `${found} of ${count} were waiting`);
    await events.return?.();
  }
  await speaker.close();
});
