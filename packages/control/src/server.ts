import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type {
  FamilyName,
  PeerStatus,
  RouteExplanation,
  RoutePage,
  RouteQuery,
  RouteRef,
  SpeakerStatus,
} from '@peerage/bgp';
import { ControlError } from './errors.js';
import {
  type About,
  clearQuerySchema,
  explainQuerySchema,
  PROTOCOL_VERSION,
  routeQuerySchema,
  type WireAdvertisement,
  type WireCleared,
  type WireKernel,
  type WireProblem,
  type WireSetting,
} from './protocol.js';

/** What a speaker can be asked: a `BgpSpeaker` has these methods. */
export interface SpeakerViews {
  status(): SpeakerStatus;
  peers(): readonly PeerStatus[];
  peer(address: string): PeerStatus | undefined;
  rib(query?: RouteQuery): RoutePage;
  received(peer: string, query?: RouteQuery): RoutePage;
  advertised(peer: string, query?: RouteQuery): RoutePage;
  explain(route: RouteRef, peer?: string): RouteExplanation | undefined;
}

/** What a speaker can be told: a `BgpSpeaker` has these methods. */
export interface SpeakerActions {
  resetPeer(address: string, communication?: string): void;
  refreshPeer(address: string, direction: 'in' | 'out', families?: readonly FamilyName[]): readonly string[];
}

/** What an agent can be asked beyond its speaker. */
export interface AgentViews {
  problems(): readonly WireProblem[];
  advertisements(): readonly WireAdvertisement[];
  kernel(): WireKernel;
  config(): readonly WireSetting[];
}

export interface ControlServerOptions {
  /** Path of the Unix socket; its folder is made (0755) when it is missing. */
  readonly path: string;
  readonly about: About;
  readonly speaker: SpeakerViews;
  readonly agent?: AgentViews;
  /** Sessions may be reset by POST. Absent: nothing can be changed. */
  readonly actions?: SpeakerActions;
}

export interface ControlServer {
  readonly path: string;
  /** Stops answering and removes the socket. */
  close(): Promise<void>;
}

/**
 * Answers questions about a running speaker on a local socket that only its owner can open (mode 0600). With `actions` it also
 * resets sessions when it is told to; it changes nothing else. A socket file that nobody answers on is replaced.
 *
 * @throws ControlError `CONTROL_ERR_IN_USE` when another process answers there, `CONTROL_ERR_PERMISSION` when the
 * path cannot be written.
 */
export async function createControlServer(options: ControlServerOptions): Promise<ControlServer> {
  if (await answers(options.path)) {
    throw new ControlError('CONTROL_ERR_IN_USE', `another process answers on ${options.path}`);
  }
  const server = createServer((request, response) => answer(options, request, response));
  try {
    mkdirSync(dirname(options.path), { recursive: true });
    rmSync(options.path, { force: true });
    await listenPrivately(server, options.path);
  } catch (cause) {
    throw new ControlError(
      'CONTROL_ERR_PERMISSION',
      `cannot listen on the control socket ${options.path}: ${(cause as Error).message}; choose another with --socket`,
      { cause },
    );
  }
  server.unref();
  return {
    path: options.path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file is created by bind(2), which happens inside `listen`: with this mask it never exists more openly. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function answer(options: ControlServerOptions, request: IncomingMessage, response: ServerResponse): void {
  try {
    const url = new URL(request.url ?? '/', 'http://peerage');
    if (request.method === 'POST') {
      request.resume();
      send(response, 200, act(options, url));
      return;
    }
    if (request.method !== 'GET') throw requestError(`method ${request.method} is not offered; use GET`);
    send(response, 200, view(options, url));
  } catch (error) {
    const code = error instanceof ControlError ? error.code : codeOf(error);
    send(response, error instanceof ControlError ? 400 : 500, {
      error: { code, message: (error as Error).message },
    });
  }
}

function view(options: ControlServerOptions, url: URL): unknown {
  const [version, noun, address, table] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (version !== PROTOCOL_VERSION) throw requestError(`no such path: ${url.pathname}`);
  const { speaker, agent } = options;
  if (noun === 'neighbors' && address !== undefined) {
    const peer = speaker.peer(address);
    if (peer === undefined) throw requestError(`no neighbor ${address}; configured: ${names(speaker)}`);
    if (table === undefined) return peer;
    if (table === 'received') return speaker.received(address, query(url));
    if (table === 'advertised') return speaker.advertised(address, query(url));
  } else {
    switch (noun) {
      case 'about':
        return options.about;
      case 'status':
        return speaker.status();
      case 'neighbors':
        return speaker.peers();
      case 'explain':
        return explain(speaker, url);
      case 'rib':
        return speaker.rib(query(url));
      case 'problems':
        return agent?.problems() ?? [];
      case 'advertisements':
        return agent?.advertisements() ?? [];
      case 'config':
        return agent?.config() ?? [];
      case 'kernel':
        return agent?.kernel() ?? { families: [] };
    }
  }
  throw requestError(`no such path: ${url.pathname}`);
}

function act({ speaker, actions }: ControlServerOptions, url: URL): WireCleared {
  const [version, noun, address = '', verb] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (version !== PROTOCOL_VERSION || noun !== 'neighbors' || verb !== 'clear') {
    throw requestError(`no such path to POST to: ${url.pathname}`);
  }
  if (actions === undefined) throw requestError('sessions cannot be reset through this socket');
  const peer = speaker.peer(address);
  if (peer === undefined) throw requestError(`no neighbor ${address}; configured: ${names(speaker)}`);
  const parsed = clearQuerySchema.safeParse({
    ...Object.fromEntries(url.searchParams),
    families: url.searchParams.getAll('family'),
    family: undefined,
  });
  if (!parsed.success) throw badQuery(parsed.error);
  const { soft, families, communication } = parsed.data;
  if (soft === undefined) {
    actions.resetPeer(address, communication);
    return { address: peer.address, families: [] };
  }
  const wanted = families.length === 0 ? undefined : families;
  return { address: peer.address, soft, families: [...actions.refreshPeer(address, soft, wanted)] };
}

function explain(speaker: SpeakerViews, url: URL): RouteExplanation {
  const parsed = explainQuerySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) throw badQuery(parsed.error);
  const { prefix, to, family } = parsed.data;
  if (to !== undefined && speaker.peer(to) === undefined) {
    throw requestError(`no neighbor ${to}; configured: ${names(speaker)}`);
  }
  const found = speaker.explain(family === undefined ? prefix : routeRef(family, prefix), to);
  if (found === undefined) throw requestError(`the table has no route for ${prefix}`);
  return found;
}

/** A destination of a family by its octets, or as tables show it. */
function routeRef(family: string, text: string): RouteRef {
  const isHex = text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text);
  const named = family as FamilyName;
  return isHex ? { family: named, hex: text } : { family: named, value: text };
}

function badQuery(error: {
  readonly issues: readonly { path: PropertyKey[]; message: string }[];
}): ControlError {
  const issue = error.issues[0];
  return requestError(`bad query: ${issue?.path.map(String).join('.')}: ${issue?.message}`);
}

function query(url: URL): RouteQuery {
  const parsed = routeQuerySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) throw badQuery(parsed.error);
  return Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
}

function names(speaker: SpeakerViews): string {
  return (
    speaker
      .peers()
      .map((peer) => peer.address)
      .join(', ') || 'none'
  );
}

function requestError(message: string): ControlError {
  return new ControlError('CONTROL_ERR_REQUEST', message);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'INTERNAL';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${text}\n`);
}
