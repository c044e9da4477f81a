import { createServer } from 'node:net';
import t from 'tap';
import { freePort, freePorts } from '../src/free-port.js';

t.test('a server can listen on the port that freePort gives', async (t) => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.match(server.address(), { port });
  await new Promise((resolve) => server.close(resolve));
});

t.test('freePorts gives as many different ports as asked', async (t) => {
  const ports = await freePorts(5);
  t.equal(new Set(ports).size, 5);
});

t.test('freePort refuses an address that is not ours', async (t) => {
  await t.rejects(freePort('192.0.2.1'), { code: 'EADDRNOTAVAIL' });
});
