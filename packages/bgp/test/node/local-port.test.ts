import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createSpeaker, tcpSocketFactory } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';

// test-timeout: 240

const LEFT = '127.0.41.1';
const RIGHT = '127.0.41.2';
const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 3600; tries++) {
    if (condition()) return;
    await sleep(25);
  }
  throw new Error('what was waited for did not come within 90 s');
}

/** A port that nobody has at this address: the system chose it, and it was given back. */
async function freePort(address: string): Promise<number> {
  const listener = await tcpSocketFactory().listen({ address, port: 0 }, (transport) => transport.destroy());
  await listener.close();
  return listener.local.port;
}

t.test('a session over TCP comes from the local port; a port that is taken is told', async (t) => {
  const localPort = await freePort(LEFT);
  const holder = await tcpSocketFactory().listen({ address: LEFT, port: localPort }, (transport) =>
    transport.destroy(),
  );
  const right = createSpeaker({ localAs: 64_513, routerId: RIGHT, listen: [{ address: RIGHT, port: 0 }] });
  right.addPeer({ address: LEFT, remoteAs: 64_512, passive: true, ...policies });
  await right.start();
  const { port } = right.status().listening[0]!;
  const left = createSpeaker({ localAs: 64_512, routerId: LEFT });
  left.addPeer({
    ...{ address: RIGHT, remoteAs: 64_513, port, connectRetryTime: 0.1, idleHoldTime: 0, ...policies },
    ...{ localAddress: LEFT, localPort },
  });
  await left.start();
  t.teardown(() => Promise.all([left.close(), right.close()]));

  await until(() => left.peer(RIGHT)?.lastError !== undefined);
  t.match(left.peer(RIGHT)?.lastError?.message, `the local port ${localPort} is taken on this host`);
  await holder.close();
  await until(() => left.peer(RIGHT)?.state === 'established' && right.peer(LEFT)?.state === 'established');
  t.match(left.peer(RIGHT), { localAddress: LEFT, localPort, remotePort: port });
  t.equal(right.peer(LEFT)?.remotePort, localPort);

  // The far side closes: its end has to wait, ours has not, and the port serves again.
  right.resetPeer(LEFT);
  await until(() => (left.peer(RIGHT)?.establishedCount ?? 0) >= 2);
  t.equal(left.peer(RIGHT)?.localPort, localPort);
});
