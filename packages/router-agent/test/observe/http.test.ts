import { createServer } from 'node:http';
import { freePort } from '@peerage/test-fixtures';
import t from 'tap';
import { HttpServer } from '../../src/observe/http.js';

t.test('a path answers, any other does not', async (t) => {
  const server = new HttpServer({
    name: 'health',
    address: '127.0.0.1',
    port: 0,
    log: { log: () => {} },
    paths: {
      '/healthz': () => ({ status: 200, type: 'text/plain', body: 'OK\n' }),
      '/broken': () => {
        throw new Error('out of order');
      },
    },
  });
  t.teardown(() => server.close());
  await server.open();
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  t.equal(await get('/healthz'), '200 OK\n');
  t.equal(await get('/healthz?verbose'), '200 OK\n');
  t.equal(await get('/constructor'), '404 not found\n');
  t.equal(await get('/broken'), '500 out of order\n');
});

t.test('a port in use is told with the port, and nothing ends', async (t) => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(port, '127.0.0.1', resolve);
  });
  t.teardown(() => other.close());
  const told: unknown[] = [];
  const server = new HttpServer({
    name: 'metrics',
    address: '127.0.0.1',
    port,
    log: { log: (level, event, fields) => told.push({ level, event, ...fields }) },
    paths: {},
  });
  await server.open();
  t.match(told, [
    {
      level: 'error',
      event: 'http.listen-failed',
      port,
      message: new RegExp(`127.0.0.1:${port}: another program`),
    },
  ]);
  await server.close();
});
