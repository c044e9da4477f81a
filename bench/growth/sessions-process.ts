// Opens many sessions that announce some routes each, and counts what comes back. The driver starts it in a namespace of its own, with
// its order as JSON in a file; it says when nothing comes any more.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dataset, UpdateScript } from '../peers/dataset.js';
import { PlayedSession } from '../peers/played-session.js';
import type { SessionsMessage, SessionsOrder } from './sessions-messages.js';

const QUIET_MILLISECONDS = 3000;
const HOLD_SECONDS = 600;
/** Dialling all at once would fill the listener's queue. */
const AT_A_TIME = 50;

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SessionsOrder;
const tell = (message: SessionsMessage): void => void process.send!(message);
process.on('disconnect', () => process.exit(0));

try {
  const { world, scenario } = order;
  const dataset = new Dataset(scenario, world.peers, 1);
  const sessions = world.peers.map((peer) => new PlayedSession(peer, HOLD_SECONDS));
  const deadline = performance.now() + 120_000;
  for (let at = 0; at < sessions.length; at += AT_A_TIME) {
    const some = sessions.slice(at, at + AT_A_TIME);
    await Promise.all(some.map((session) => session.establish(world.port, deadline)));
  }
  tell({ event: 'up', sessions: sessions.length });
  for (const session of sessions) session.isForgetful = true;
  await Promise.all(
    sessions.map((session, feeder) =>
      session.send(new UpdateScript(dataset, feeder).announce(dataset.groups(feeder)).endOfRib().take()),
    ),
  );
  const active = (): number => Math.max(...sessions.map(({ activeAt }) => activeAt));
  while (performance.now() - active() < QUIET_MILLISECONDS) await sleep(100);
  const failure = sessions.find((session) => session.failure !== null)?.failure;
  if (failure != null) throw new Error(failure);
  tell({ event: 'quiet', octets: sessions.reduce((sum, { received }) => sum + received, 0) });
} catch (error) {
  tell({ event: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
