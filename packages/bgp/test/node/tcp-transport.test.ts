import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { tcpSocketFactory } from '../../src/node/index.js';
import { type TransportWorld, transportCases } from './transport.cases.js';

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (condition()) return;
    await sleep(5);
  }
  throw new Error('what was waited for did not come within 5 s');
}

const world = (address: string) => (): TransportWorld => {
  const factory = tcpSocketFactory();
  return { dialler: factory, listener: factory, address, until };
};

t.test('TCP over IPv4', async (t) => transportCases(t, world('127.0.0.1')));
t.test('TCP over IPv6', async (t) => transportCases(t, world('::1')));

t.test('an IPv4 connection to a socket of both families has IPv4 addresses', async (t) => {
  const factory = tcpSocketFactory();
  let remote: string | undefined;
  const listener = await factory.listen({ port: 0 }, (transport) => {
    remote = transport.remote.address;
    transport.destroy();
  });
  const { port } = listener.local;
  const dialled = await factory.connect({ address: '127.0.0.1', port }, new AbortController().signal);
  await until(() => remote !== undefined);
  t.equal(remote, '127.0.0.1');
  dialled.destroy();
  await listener.close();
});
