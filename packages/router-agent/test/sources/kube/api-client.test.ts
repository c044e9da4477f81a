import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { ApiClient, type ApiLimits } from '../../../src/sources/kube/api-client.js';
import { type ApiFailure, ApiRequestError } from '../../../src/sources/kube/api-failure.js';
import { KubeConnection } from '../../../src/sources/kube/kube-connection.js';

const never = new AbortController().signal;

/** A client of a server that answers every request with `answer`. */
async function clientOf(
  t: Test,
  answer: (response: ServerResponse) => void,
  limits?: ApiLimits,
): Promise<ApiClient> {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return new ApiClient(
    () => new KubeConnection({ kubeconfig: null, master: `http://127.0.0.1:${port}` }),
    limits,
  );
}

/** What the work failed with. */
async function failureOf(work: Promise<unknown>): Promise<ApiFailure | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof ApiRequestError) return error.failure;
    throw error;
  }
}

const LIMITS: ApiLimits = { bodyBytes: 20, lineBytes: 10 };

t.test('an answer is read up to its limit, and no octet more', async (t) => {
  const exact = `"${'x'.repeat(18)}"`;
  t.equal(
    await (await clientOf(t, (response) => response.end(exact), LIMITS)).get('/', never),
    'x'.repeat(18),
  );
  const client = await clientOf(t, (response) => response.end(`${exact} `), LIMITS);
  t.match(await failureOf(client.get('/', never)), { reason: 'malformed', message: /more than 20 octets/ });
});

t.test('a line is read up to its limit, and no octet more, ended or not', async (t) => {
  const lines = async (text: string): Promise<readonly unknown[]> => {
    const got: unknown[] = [];
    const client = await clientOf(t, (response) => response.end(text), LIMITS);
    await client.stream(
      '/',
      never,
      () => {},
      (value) => got.push(value),
    );
    return got;
  };
  t.same(await lines('"12345678"\n\n[1]\n'), ['12345678', [1]]);
  t.match(await failureOf(lines('"123456789"\n')), {
    reason: 'malformed',
    message: /a line of more than 10 octets/,
  });
  t.match(await failureOf(lines('"123456789"')), { reason: 'malformed' });
});

t.test('a connection that breaks in the middle is a failure of the network', async (t) => {
  const client = await clientOf(t, (response) => {
    response.write('{"a":1}\n{"b"');
    setTimeout(() => response.destroy(), 20);
  });
  const got: unknown[] = [];
  t.match(
    await failureOf(
      client.stream(
        '/',
        never,
        () => {},
        (value) => got.push(value),
      ),
    ),
    { reason: 'network' },
  );
  t.same(got, [{ a: 1 }]);
});

t.test('what is no Status is told in its first words', async (t) => {
  const client = await clientOf(t, (response) => {
    response.writeHead(502);
    response.end('<html>bad gateway</html>');
  });
  t.match(await failureOf(client.get('/', never)), {
    reason: 'server',
    message: 'the API server answered 502 (<html>bad gateway</html>)',
  });
});

t.test('a request that is aborted ends at once', async (t) => {
  const client = await clientOf(t, () => {});
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 20);
  const began = Date.now();
  await t.rejects(client.get('/', abort.signal));
  t.ok(Date.now() - began < 2000);
});
