// test-timeout: 120
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { encodeOpen } from '../../../src/message/open.js';
import { addressToU32 } from '../../../src/net/address.js';
import { nodePorts } from '../../../src/node/index.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import { BgpSpeaker } from '../../../src/speaker/speaker.js';

const KEEPALIVE = Buffer.from(`${'ff'.repeat(16)}001304`, 'hex');
const [DEAF, GOOD] = ['127.0.0.182', '127.0.0.183'];
const patient = { timeout: 60_000 };

/** A peer by hand: it opens the session, and says that it is alive each second. */
async function dial(t: Teardown, port: number, address: string, reads: boolean): Promise<Socket> {
  const socket = connect({ host: '127.0.0.181', port, localAddress: address });
  socket.on('error', () => {});
  t.teardown(() => void socket.destroy());
  await once(socket, 'connect');
  const routerId = addressToU32(address);
  socket.write(encodeOpen({ version: 4, as: 64_513, holdTime: 9, routerId, capabilities: [] }));
  socket.write(KEEPALIVE);
  // Whoever never reads: the kernel's buffers fill, and its window closes.
  if (reads) socket.resume();
  const timer = setInterval(() => socket.write(KEEPALIVE), 1000);
  t.teardown(() => clearInterval(timer));
  return socket;
}

interface Teardown {
  teardown(after: () => void): void;
}

t.test('a peer that never reads falls by the send hold timer, with 8/0, and no other does', async (t) => {
  const lines: string[] = [];
  const log = {
    log: (level: string, event: string, fields: object) =>
      void lines.push(JSON.stringify({ level, event, ...fields })),
  };
  const listen = [{ address: '127.0.0.181', port: 0 }];
  const config = { localAs: 64_512, routerId: '192.0.2.1', listen };
  const speaker = new BgpSpeaker(config, { ...nodePorts(), log });
  t.teardown(() => speaker.close());
  await speaker.start();
  const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
  for (const address of [DEAF, GOOD])
    speaker.addPeer({ address, remoteAs: 64_513, passive: true, sendHoldTime: 3, ...policies });
  const port = speaker.listening[0]?.port ?? 0;
  await dial(t, port, DEAF, false);
  await dial(t, port, GOOD, true);
  const status = (address: string) => speaker.peer(address);
  await eventually(() => status(DEAF)?.state === 'established', patient);
  await eventually(() => status(GOOD)?.state === 'established', patient);
  // Loopback takes several megabytes before a window closes: each round has other attributes, so that all of it is sent.
  const prefixes = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const communities = Array.from({ length: 200 }, (_, i) => i + 1);
  let round = 0;
  await eventually(
    () => {
      speaker.announce(
        prefixes.map((prefix, i) => ({
          prefixes: [prefix],
          attributes: { med: round * 100_000 + i, communities },
        })),
      );
      round++;
      return status(DEAF)?.flaps === 1;
    },
    { ...patient, interval: 500 },
  );
  t.match(status(DEAF), {
    lastError: { code: 'send-hold-timer', message: /has taken nothing of \d+ octets for too long/ },
    lastNotification: { direction: 'sent', code: 8, subcode: 0 },
  });
  const down = lines.filter((line) => line.includes('send-hold-timer'));
  t.match(down[0], /"event":"session\.down".*"peer":"127\.0\.0\.182"/);
  t.match(status(GOOD), { state: 'established', flaps: 0 });
});
