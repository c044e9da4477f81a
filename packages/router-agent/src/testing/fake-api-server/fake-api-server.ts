import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type AccessRule, ALLOW_ALL, forbiddenMessage, isAllowed } from './access-rules.js';
import { type ApiPath, parseApiPath } from './api-path.js';
import { type ApiAnswer, kindOf, ObjectApi, PAGE_NOT_FOUND, statusAnswer, typed } from './object-api.js';
import { ObjectLog } from './object-log.js';
import { WatchStream } from './watch-stream.js';

/** A failure to answer the next requests with, instead of what they ask for. */
export interface InjectedFailure {
  readonly status: number;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  /** How many requests. */
  readonly count: number;
}

/**
 * An API server for tests, over plain HTTP on a loopback port. Where it overlaps with the real one it behaves like it: pages with
 * tokens that expire, resource versions, watches with bookmarks, 410 after a compaction, RBAC before existence, `/status`.
 * Beyond that it can be told to misbehave.
 */
export class FakeApiServer {
  readonly #log = new ObjectLog();
  readonly #api = new ObjectApi(this.#log);
  readonly #users = new Map<string, { readonly name: string; readonly rules: readonly AccessRule[] }>([
    ['admin-token', { name: 'admin', rules: ALLOW_ALL }],
  ]);
  readonly #missingVersions = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #deadSockets = new WeakSet<Socket>();
  readonly #watches = new Set<WatchStream>();
  #server: Server | null = null;
  #port = 0;
  #stalled = false;
  #delay = 0;
  #failures: InjectedFailure | null = null;
  /** Requests that came, as `GET /api/v1/nodes?limit=500`. */
  readonly requests: string[] = [];
  /** Milliseconds between bookmarks of a quiet watch; the real one sends them each minute. */
  bookmarkMilliseconds = 60_000;

  /** Listens; after a `stop`, on the same port again. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Closes all connections and stops listening; objects stay. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const watch of [...this.#watches]) watch.end();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The text of a kubeconfig for this server. */
  kubeconfig(token = 'admin-token'): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      clusters: [{ name: 'fake', cluster: { server: this.url } }],
      users: [{ name: 'fake', user: { token } }],
    });
  }

  /** Lets a token in, with these rights. */
  allow(token: string, name: string, rules: readonly AccessRule[]): void {
    this.#users.set(token, { name, rules });
  }

  /** Takes an API version away (`discovery.k8s.io/v1`): requests get 404. */
  removeVersion(apiVersion: string): void {
    this.#missingVersions.add(apiVersion);
  }

  /** Forgets all history: older resource versions and page tokens get 410. */
  compact(): void {
    this.#log.compact();
  }

  /** Ends all watches: cleanly, or by cutting their connections. */
  dropWatches(how: 'end' | 'cut' = 'end'): void {
    for (const watch of [...this.#watches]) {
      if (how === 'end') watch.end();
      else watch.cut();
    }
  }

  /** Sends bookmarks to all watches now. */
  bookmark(): void {
    for (const watch of this.#watches) watch.bookmark();
  }

  /** Writes any text into all watches. */
  writeToWatches(text: string): void {
    for (const watch of this.#watches) watch.write(text);
  }

  /**
   * Half-open: connections stay and new ones are accepted, but nothing is sent on them any more, no FIN either. `unstall` answers
   * connections that come afterwards; those of the stall stay dead, as after a reboot without a word.
   */
  stall(): void {
    this.#stalled = true;
    for (const watch of [...this.#watches]) watch.forget();
  }

  unstall(): void {
    for (const socket of this.#sockets) this.#deadSockets.add(socket);
    this.#stalled = false;
  }

  /** Answers each request this many milliseconds late. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  failNext(failure: InjectedFailure): void {
    this.#failures = failure;
  }

  /** Number of watches that are open. */
  get watchCount(): number {
    return this.#watches.size;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const body = await readBody(request).catch(() => null);
    if (this.#delay > 0) await new Promise((resolve) => setTimeout(resolve, this.#delay));
    if (body === null || this.#stalled || this.#deadSockets.has(request.socket)) return;
    // The client went away while it waited: there will be no `close` to end a watch by.
    if (request.socket.destroyed) return;
    const failure = this.#takeFailure();
    if (failure !== null) {
      const headers: OutgoingHttpHeaders = {};
      if (failure.retryAfterSeconds !== undefined) headers['retry-after'] = String(failure.retryAfterSeconds);
      send(response, statusAnswer(failure.status, failure.message ?? 'injected'), headers);
      return;
    }
    const answer = this.#answer(request, url, body, response);
    if (answer !== null) send(response, answer);
    for (const watch of [...this.#watches]) watch.deliver();
  }

  /** Null when the answer is a watch, which goes on. */
  #answer(request: IncomingMessage, url: URL, body: string, response: ServerResponse): ApiAnswer | null {
    const path = parseApiPath(url.pathname);
    if (path === null) return PAGE_NOT_FOUND;
    const verb = verbOf(request.method ?? 'GET', path, url);
    const user = this.#userOf(request);
    if (user === null) return statusAnswer(401, 'Unauthorized', 'Unauthorized');
    if (!isAllowed(user.rules, verb, path)) {
      return statusAnswer(403, forbiddenMessage(user.name, verb, path), 'Forbidden');
    }
    const kind = kindOf(path);
    if (kind === null || this.#missingVersions.has(path.apiVersion)) return PAGE_NOT_FOUND;
    if (verb !== 'watch') return this.#api.answer(verb, path, kind, url.searchParams, body);
    if (url.searchParams.has('sendInitialEvents')) {
      const message = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
      return statusAnswer(422, message, 'Invalid');
    }
    this.#watch(path, kind, url.searchParams, response);
    return null;
  }

  #watch(path: ApiPath, kind: string, query: URLSearchParams, response: ServerResponse): void {
    const watch = new WatchStream(response, this.#log, {
      collection: path.plural,
      revision: Number(query.get('resourceVersion') ?? '0'),
      namespace: path.namespace,
      type: (object) => typed(object, path, kind),
      bookmarks: query.get('allowWatchBookmarks') === 'true',
      bookmarkMilliseconds: this.bookmarkMilliseconds,
      timeoutMilliseconds: Number(query.get('timeoutSeconds') ?? '1800') * 1000,
    });
    this.#watches.add(watch);
    watch.whenClosed(() => this.#watches.delete(watch));
    watch.open();
  }

  #takeFailure(): InjectedFailure | null {
    const failure = this.#failures;
    if (failure === null) return null;
    this.#failures = failure.count > 1 ? { ...failure, count: failure.count - 1 } : null;
    return failure;
  }

  #userOf(request: IncomingMessage): { readonly name: string; readonly rules: readonly AccessRule[] } | null {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return { name: 'system:anonymous', rules: [] };
    return this.#users.get(token) ?? null;
  }
}

function verbOf(method: string, path: ApiPath, url: URL): string {
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'DELETE') return 'delete';
  if (method !== 'GET') return method.toLowerCase();
  if (path.name !== null) return 'get';
  return ['1', 'true'].includes(url.searchParams.get('watch') ?? '') ? 'watch' : 'list';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  { status, body }: ApiAnswer,
  headers: OutgoingHttpHeaders = {},
): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : `${JSON.stringify(body)}\n`);
}
