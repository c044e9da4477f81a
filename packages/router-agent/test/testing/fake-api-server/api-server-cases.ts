import type { Test } from 'tap';
import type { KubeAnswer } from '../../sources/kube/kube-writer.js';
import { type RawSample, sampleNode, sampleService } from '../../sources/sample-objects.js';

/** An API server, as its users see it. */
export interface ApiServerClient {
  /** As administrator, with a wrong token, or as nobody. */
  send(method: string, path: string, body?: unknown, as?: 'admin' | 'wrong' | 'nobody'): Promise<KubeAnswer>;
  /** Lines of a watch until it ends, or until there are `count`. */
  watch(path: string, count: number): Promise<readonly WatchLine[]>;
  /** Forgets the history of changes. */
  forgetHistory(): Promise<void>;
}

export interface WatchLine {
  readonly type: string;
  readonly object: {
    readonly kind?: string;
    readonly apiVersion?: string;
    readonly code?: number;
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
  };
}

interface List {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly RawSample[];
}

const NODES = '/api/v1/nodes';
const SERVICES = '/api/v1/namespaces/default/services';

/** What the fake API server must do as the real one does. */
export function apiServerCases(t: Test, open: () => Promise<ApiServerClient>): void {
  let api: ApiServerClient;
  t.before(async () => {
    api = await open();
    for (const n of [1, 2, 3, 4, 5]) await api.send('POST', NODES, sampleNode(n));
  });
  const list = async (query = '', path = NODES): Promise<List> => {
    const { status, body } = await api.send('GET', `${path}${query}`);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as unknown as List;
  };
  const names = ({ items }: List): readonly string[] => items.map(({ metadata }) => metadata.name);

  t.test('a list comes in pages of one moment, in the order of names', async (t) => {
    const first = await list('?limit=2');
    t.same(names(first), ['node-1', 'node-2']);
    t.match(first, { kind: 'NodeList', apiVersion: 'v1', metadata: { remainingItemCount: 3 } });
    t.equal(first.items[0]?.kind, undefined, 'items in a list have no kind');
    await api.send('POST', NODES, sampleNode(6));
    const second = await list(`?limit=2&continue=${first.metadata.continue}`);
    t.same(names(second), ['node-3', 'node-4']);
    t.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const last = await list(`?limit=2&continue=${second.metadata.continue}`);
    t.same(names(last), ['node-5'], 'what came after the first page is not in it');
    t.equal(last.metadata.continue ?? '', '');
    await api.send('DELETE', `${NODES}/node-6`);
  });

  t.test('a watch tells what changed after its resource version', async (t) => {
    const { metadata } = await list();
    await api.send('POST', NODES, sampleNode(7));
    const { body } = await api.send('GET', `${NODES}/node-7`);
    const labelled = { ...body, metadata: { ...(body.metadata as object), labels: { a: 'b' } } };
    t.equal((await api.send('PUT', `${NODES}/node-7`, labelled)).status, 200);
    await api.send('DELETE', `${NODES}/node-7`);
    const lines = await api.watch(`${NODES}?watch=1&resourceVersion=${metadata.resourceVersion}`, 3);
    t.same(
      lines.map(({ type }) => type),
      ['ADDED', 'MODIFIED', 'DELETED'],
    );
    t.match(lines[0]?.object, { kind: 'Node', apiVersion: 'v1', metadata: { name: 'node-7' } });
    const versions = lines.map(({ object }) => Number(object.metadata.resourceVersion));
    t.ok(versions[0]! < versions[1]! && versions[1]! < versions[2]!, 'a deletion has a version of its own');
  });

  t.test('a watch with a time limit ends by itself; bookmarks may come, and are not promised', async (t) => {
    const { metadata } = await list();
    const query = `?watch=1&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=2&allowWatchBookmarks=true`;
    const lines = await api.watch(`${NODES}${query}`, Number.POSITIVE_INFINITY);
    for (const line of lines) {
      t.match(line, { type: 'BOOKMARK', object: { kind: 'Node', metadata: { resourceVersion: /^\d+$/ } } });
    }
    t.ok(lines.length <= 1);
  });

  t.test('a write that changes nothing is no event', async (t) => {
    const { body } = await api.send('GET', `${NODES}/node-1`);
    const again = await api.send('PUT', `${NODES}/node-1`, body);
    t.equal(again.status, 200);
    t.match(again.body, {
      metadata: { resourceVersion: (body.metadata as { resourceVersion: string }).resourceVersion },
    });
  });

  t.test('conflicts, doubles and absent objects have their status', async (t) => {
    t.match(await api.send('POST', NODES, sampleNode(1)), { status: 409, body: { reason: 'AlreadyExists' } });
    const stale = { ...sampleNode(1), metadata: { ...sampleNode(1).metadata, resourceVersion: '1' } };
    t.match(await api.send('PUT', `${NODES}/node-1`, stale), { status: 409, body: { reason: 'Conflict' } });
    t.match(await api.send('GET', `${NODES}/node-99`), { status: 404, body: { reason: 'NotFound' } });
    t.match(await api.send('DELETE', `${NODES}/node-99`), { status: 404 });
  });

  t.test('the status of a service is written apart', async (t) => {
    const created = await api.send('POST', SERVICES, sampleService(1));
    t.equal(created.status, 201);
    t.same(created.body.status, { loadBalancer: {} });
    const withStatus = { ...created.body, status: sampleService(1).status };
    t.same((await api.send('PUT', `${SERVICES}/web-1`, withStatus)).body.status, { loadBalancer: {} });
    const now = (await api.send('GET', `${SERVICES}/web-1`)).body;
    const written = await api.send('PUT', `${SERVICES}/web-1/status`, {
      ...now,
      status: sampleService(1).status,
    });
    t.match(written.body.status, sampleService(1).status as object);
    await api.send('DELETE', `${SERVICES}/web-1`);
  });

  t.test('nobody gets 403, a wrong token 401, before anything else is looked at', async (t) => {
    t.match(await api.send('GET', NODES, undefined, 'nobody'), {
      status: 403,
      body: {
        message:
          'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
      },
    });
    t.match(await api.send('GET', '/apis/no.such.group/v1/things', undefined, 'nobody'), { status: 403 });
    t.match(await api.send('GET', NODES, undefined, 'wrong'), {
      status: 401,
      body: { message: 'Unauthorized' },
    });
  });

  t.test('a group that is not there is a page that is not found, without a Status', async (t) => {
    const answer = await api.send('GET', '/apis/no.such.group/v1/things');
    t.match(answer, { status: 404, body: { text: '404 page not found\n' } });
  });

  t.test('a watch that asks for the initial events is refused', async (t) => {
    const query =
      '?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    t.ok([200, 422].includes((await api.send('GET', `${NODES}${query}&timeoutSeconds=1`)).status));
  });

  t.test('after a compaction, page tokens and old positions are gone', async (t) => {
    const { metadata } = await list('?limit=2');
    await api.send('DELETE', `${NODES}/node-4`);
    await api.send('DELETE', `${NODES}/node-5`);
    await api.forgetHistory();
    t.match(await api.send('GET', `${NODES}?limit=2&continue=${metadata.continue}`), {
      status: 410,
      body: { reason: 'Expired' },
    });
    const lines = await api.watch(`${NODES}?watch=1&resourceVersion=${metadata.resourceVersion}`, 1);
    t.match(lines, [
      { type: 'ERROR', object: { kind: 'Status', code: 410, message: /^too old resource version/ } },
    ]);
    t.same(names(await list()), ['node-1', 'node-2', 'node-3']);
  });
}
