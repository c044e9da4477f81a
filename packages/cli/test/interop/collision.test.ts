// test-timeout: 600
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { nodePorts, tcpSocketFactory } from '@peerage/bgp/node';
import { linuxTcpSockets } from '@peerage/linux/tcp';
import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { type Collider, colliders, DAEMON_AS, SPEAKER_AS } from './collision-daemons.js';
import { type Collision, CollisionSockets, type Order } from './collision-sockets.js';

const SPEAKERS = 20;
const ROUNDS = 5;
const patient = { timeout: 60_000 };
/** Higher than ours, or lower: the connection that the higher one opened survives (RFC 4271 §6.8). */
const daemonIds = { higher: '198.51.100.2', lower: '1.0.0.2' } as const;

const run = promisify(execFile);

interface One {
  readonly address: string;
  readonly speaker: BgpSpeaker;
  readonly sockets: CollisionSockets;
}

/** Established TCP connections from an address to another, as the kernel counts them, by local port. */
async function connections(from: string, to: string): Promise<readonly number[]> {
  const { stdout } = await run('ss', ['-Htn', 'state', 'established', 'src', from, 'dst', to]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(/^\d+ +\d+ +\S+:(\d+) /.exec(line)?.[1]));
}

/** Makes one session collide, and waits until one is up. Milliseconds from the moment the OPENs were let go. */
async function collide(
  { speaker, sockets }: One,
  collider: Collider,
  armed: Promise<Collision>,
): Promise<{ readonly collision: Collision; readonly milliseconds: number; readonly retries: number }> {
  const late = sleep(120_000, undefined, { ref: false }).then(() => {
    throw new Error(`no collision: ${JSON.stringify(speaker.peer(collider.address))}`);
  });
  const collision = await Promise.race([armed, late]);
  await eventually(() => speaker.peer(collider.address)?.state === 'established', {
    ...patient,
    interval: 5,
  });
  return { collision, milliseconds: performance.now() - collision.releasedAt, retries: sockets.retries };
}

// They wait most of the time, on addresses and ports of their own.
t.jobs = 2;

for (const collider of colliders) {
  for (const [at, [which, routerId]] of Object.entries(daemonIds).entries()) {
    const title = `100 collisions with ${collider.name}, whose identifier is ${which}, leave one session each`;
    t.test(title, { ...needs(...collider.needs, 'command:ss'), buffered: true }, async (t) => {
      proves(t, 'collision', collider.name);
      const subnet = `127.1.${colliders.indexOf(collider) * 2 + at}`;
      const port = await freePort(`${subnet}.1`);
      const daemonPort = await freePort(collider.address);
      const all: readonly One[] = await Promise.all(
        Array.from({ length: SPEAKERS }, async (_, i) => {
          const address = `${subnet}.${i + 1}`;
          const sockets = new CollisionSockets(tcpSocketFactory(linuxTcpSockets()));
          const speaker = new BgpSpeaker(
            { localAs: SPEAKER_AS, routerId: `100.64.0.${i + 1}`, listen: [{ address, port }] },
            nodePorts({ sockets }),
          );
          t.teardown(() => speaker.close());
          speaker.addPeer({
            address: collider.address,
            remoteAs: DAEMON_AS,
            port: daemonPort,
            localAddress: address,
            connectRetryTime: 1,
            // A KEEPALIVE after a second proves the session, so that a reset does not lengthen the idle hold.
            holdTime: 3,
            importPolicy: acceptAll,
            exportPolicy: acceptAll,
          });
          return { address, speaker, sockets };
        }),
      );
      const orderOf = (round: number, i: number): Order =>
        (round + i) % 2 === 0 ? 'dialled first' : 'accepted first';
      let armed = all.map(({ sockets }, i) => sockets.arm(orderOf(0, i)));
      for (const { speaker } of all) await speaker.start();
      const daemon = await collider.start(t, {
        address: collider.address,
        port: daemonPort,
        routerId,
        neighbors: all.map(({ address }) => ({ address, port })),
      });

      const seen = { tries: 0, bothOpenSent: 0, oneSurvived: 0, rightOne: 0, agreed: 0, retries: 0 };
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const results = await Promise.all(all.map((one, i) => collide(one, collider, armed[i]!)));
        // Long enough for a loser's NOTIFICATION and FIN to cross, for a session that is wrongly up to fall, and for a KEEPALIVE.
        await sleep(1_500);
        const established = await eventually(async () => {
          const up = await collider.established(daemon);
          return up.size === all.length && up;
        }, patient);
        for (const [i, { collision, milliseconds, retries }] of results.entries()) {
          const { address, speaker } = all[i]!;
          const { dialled, accepted } = collision;
          const survivors = [dialled, accepted].filter((transport) => !transport.isOver);
          const kernel = await connections(address, collider.address);
          const expected = which === 'higher' ? accepted : dialled;
          const status = speaker.peer(collider.address);
          seen.tries += 1;
          if (dialled.wasOpenSent && accepted.wasOpenSent) seen.bothOpenSent += 1;
          if (survivors.length === 1) seen.oneSurvived += 1;
          if (survivors[0] === expected) seen.rightOne += 1;
          if (established.has(address) && kernel.length === 1 && kernel[0] === survivors[0]?.local.port)
            seen.agreed += 1;
          seen.retries = Math.max(seen.retries, retries);
          times.push(milliseconds);
          t.match(
            status,
            {
              state: 'established',
              establishedCount: round + 1,
              flaps: round,
              // One for each connection: nobody had to try again.
              sent: { open: 2 * (round + 1) },
            },
            `${address}, round ${round + 1}`,
          );
        }
        if (round + 1 === ROUNDS) break;
        armed = all.map(({ sockets }, i) => sockets.arm(orderOf(round + 1, i)));
        for (const { speaker } of all) speaker.resetPeer(collider.address);
      }
      t.comment(
        `${collider.name}, identifier ${which}: ${JSON.stringify(seen)}, up after at most ${Math.max(...times).toFixed(0)} ms`,
      );
      t.same(seen, {
        tries: 100,
        bothOpenSent: 100,
        oneSurvived: 100,
        rightOne: 100,
        agreed: 100,
        retries: 0,
      });
    });
  }
}

proofsOf(t, import.meta.url);
