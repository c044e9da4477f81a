import { createServer } from 'node:net';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { acceptorFromServer, createSpeaker } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { BgpSpeaker } from '../../src/speaker/speaker.js';

const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };

function knows(speaker: BgpSpeaker, prefix: string): boolean {
  return speaker.rib({ prefix }).routes.length > 0;
}

t.test('two speakers of one process over real TCP on loopback', async (t) => {
  const left = createSpeaker({
    localAs: 64512,
    routerId: '192.0.2.1',
    listen: [{ address: '127.0.0.1', port: 0 }],
  });
  const right = createSpeaker({ localAs: 64513, routerId: '192.0.2.2' });
  t.teardown(() => Promise.all([left.close(), right.close()]));
  await left.start();
  left.addPeer({ address: '127.0.0.5', remoteAs: 64513, passive: true, ...policies });
  const port = left.listening[0]?.port ?? 0;
  right.addPeer({ address: '127.0.0.1', remoteAs: 64512, port, localAddress: '127.0.0.5', ...policies });
  left.announce({ prefixes: ['203.0.113.0/24'] });
  right.announce({ prefixes: Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`) });
  await right.start();
  await eventually(() => knows(right, '203.0.113.0/24'));
  await eventually(() => left.peer('127.0.0.5')?.families[0]?.accepted === 10_000);
  await right.close({ communication: 'done' });
  await eventually(() => !knows(left, '10.0.0.0/24'));
  t.match(left.peer('127.0.0.5')?.lastNotification, { code: 6, subcode: 2, communication: 'done' });
});

t.test('a port that is in use is told with its number', async (t) => {
  const one = createSpeaker({
    localAs: 64512,
    routerId: '192.0.2.1',
    listen: [{ address: '127.0.0.1', port: 0 }],
  });
  t.teardown(() => one.close());
  await one.start();
  const port = one.listening[0]?.port ?? 0;
  const other = createSpeaker({
    localAs: 64512,
    routerId: '192.0.2.2',
    listen: [{ address: '127.0.0.1', port }],
  });
  await t.rejects(other.start(), { code: 'BGP_ERR_LISTEN', message: new RegExp(`127\\.0\\.0\\.1.*${port}`) });
});

t.test('a server that is given is listened on', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const listen = [{ acceptor: acceptorFromServer(server) }];
  const left = createSpeaker({ localAs: 64512, routerId: '192.0.2.1', listen });
  const right = createSpeaker({ localAs: 64512, routerId: '192.0.2.2' });
  t.teardown(() => Promise.all([left.close(), right.close()]));
  left.addPeer({ address: '127.0.0.5', remoteAs: 64512, passive: true });
  right.addPeer({ address: '127.0.0.1', remoteAs: 64512, port, localAddress: '127.0.0.5' });
  await Promise.all([left.start(), right.start()]);
  await eventually(() => right.peer('127.0.0.1')?.state === 'established');
});

t.test('a password that plain sockets cannot give keeps the peer down, with the reason', async (t) => {
  const speaker = createSpeaker({ localAs: 64512, routerId: '192.0.2.1' });
  t.teardown(() => speaker.close());
  await speaker.start();
  speaker.addPeer({ address: '127.0.0.5', remoteAs: 64513, password: 'secret' });
  t.match(speaker.peer('127.0.0.5'), {
    state: 'idle',
    refused: { code: 'BGP_ERR_SOCKET_FEATURE', message: /@peerage\/linux\/tcp/ },
  });
});
