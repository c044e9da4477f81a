import { request } from 'node:http';
import * as z from 'zod';
import { ControlError } from './errors.js';
import {
  aboutSchema,
  advertisementSchema,
  clearedSchema,
  errorSchema,
  explanationSchema,
  kernelSchema,
  PROTOCOL_VERSION,
  peerSchema,
  problemSchema,
  type RouteQueryText,
  routePageSchema,
  settingSchema,
  statusSchema,
  type WireRoute,
} from './protocol.js';

export interface ControlClientOptions {
  /** Path of the Unix socket. */
  readonly path: string;
  /** For one answer. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

/** How a session is reset. */
export interface ClearOptions {
  /** Absent: by a new session. `in`: the neighbour is asked for its routes again; `out`: ours are sent again. */
  readonly soft?: 'in' | 'out';
  /** Softly for these families only. Default: all of the session. */
  readonly families?: readonly string[];
  /** Text for the operator at the other end (RFC 9003), with a new session. */
  readonly communication?: string;
}

/**
 * Asks a running speaker or agent. Every answer is checked against the protocol's schemas.
 *
 * @example
 * const control = new ControlClient({ path: '/run/peerage/speaker.sock' });
 * for (const peer of await control.neighbors()) console.log(peer.address, peer.state);
 */
export class ControlClient {
  readonly path: string;
  readonly #timeout: number;

  constructor(options: ControlClientOptions) {
    this.path = options.path;
    this.#timeout = options.timeoutMilliseconds ?? 10_000;
  }

  about() {
    return this.#get('about', aboutSchema);
  }

  status() {
    return this.#get('status', statusSchema);
  }

  neighbors() {
    return this.#get('neighbors', z.array(peerSchema));
  }

  neighbor(address: string) {
    return this.#get(`neighbors/${encodeURIComponent(address)}`, peerSchema);
  }

  problems() {
    return this.#get('problems', z.array(problemSchema));
  }

  advertisements() {
    return this.#get('advertisements', z.array(advertisementSchema));
  }

  /** Settings of an agent; a speaker has none to show. */
  config() {
    return this.#get('config', z.array(settingSchema));
  }

  kernel() {
    return this.#get('kernel', kernelSchema);
  }

  /** Routes of the local table, page after page. */
  rib(query: RouteQueryText = {}): AsyncIterable<WireRoute> {
    return this.#routes('rib', query);
  }

  /** Why a destination is as it is; `to`: and what that neighbour is sent; `family`: of that one, by octets or as it is shown. */
  explain(prefix: string, to?: string, family?: string) {
    const search = new URLSearchParams({
      prefix,
      ...(to === undefined ? {} : { to }),
      ...(family === undefined ? {} : { family }),
    });
    return this.#get(`explain?${search}`, explanationSchema);
  }

  /** What a neighbour sent, before policy. */
  received(peer: string, query: RouteQueryText = {}): AsyncIterable<WireRoute> {
    return this.#routes(`neighbors/${encodeURIComponent(peer)}/received`, query);
  }

  /** What a neighbour was sent. */
  advertised(peer: string, query: RouteQueryText = {}): AsyncIterable<WireRoute> {
    return this.#routes(`neighbors/${encodeURIComponent(peer)}/advertised`, query);
  }

  /**
   * Resets a session: anew (Cease / Administrative Reset), or softly, when `soft` says which side's routes are to be sent again.
   */
  clear(peer: string, options: ClearOptions = {}) {
    const search = new URLSearchParams();
    if (options.soft !== undefined) search.set('soft', options.soft);
    for (const family of options.families ?? []) search.append('family', family);
    if (options.communication !== undefined) search.set('communication', options.communication);
    return this.#get(`neighbors/${encodeURIComponent(peer)}/clear?${search}`, clearedSchema, 'POST');
  }

  async *#routes(path: string, query: RouteQueryText): AsyncIterable<WireRoute> {
    let after = query.after;
    do {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...query, after })) {
        if (value !== undefined) search.set(name, String(value));
      }
      const page = await this.#get(`${path}?${search}`, routePageSchema);
      yield* page.routes;
      after = page.next;
    } while (after !== undefined);
  }

  async #get<T>(path: string, schema: z.ZodType<T>, method: 'GET' | 'POST' = 'GET'): Promise<T> {
    const { status, body } = await this.#exchange(`/${PROTOCOL_VERSION}/${path}`, method);
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch (cause) {
      throw new ControlError(
        'CONTROL_ERR_PROTOCOL',
        `${this.path} answered with something that is not JSON`,
        {
          cause,
        },
      );
    }
    if (status !== 200) {
      const { error } = errorSchema.parse(json);
      throw new ControlError('CONTROL_ERR_REQUEST', error.message);
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new ControlError(
      'CONTROL_ERR_PROTOCOL',
      `${this.path} answered ${path} in another form (${issue?.path.join('.')}: ${issue?.message}); do both sides have the same version?`,
    );
  }

  #exchange(path: string, method: 'GET' | 'POST'): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { socketPath: this.path, path, method, timeout: this.#timeout, headers: { host: 'peerage' } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      outgoing.on('timeout', () =>
        outgoing.destroy(
          new ControlError('CONTROL_ERR_TIMEOUT', `${this.path} did not answer within ${this.#timeout} ms`),
        ),
      );
      outgoing.on('error', (error) => reject(this.#explain(error)));
      outgoing.end();
    });
  }

  #explain(error: NodeJS.ErrnoException): Error {
    if (error instanceof ControlError) return error;
    switch (error.code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
        return new ControlError(
          'CONTROL_ERR_UNREACHABLE',
          `nobody answers on ${this.path}; is the speaker or agent running? Another socket is named with --socket`,
          { cause: error },
        );
      case 'EACCES':
      case 'EPERM':
        return new ControlError(
          'CONTROL_ERR_PERMISSION',
          `not allowed to open ${this.path}; run as its owner (root)`,
          {
            cause: error,
          },
        );
      default:
        return new ControlError('CONTROL_ERR_UNREACHABLE', `asking ${this.path} failed: ${error.message}`, {
          cause: error,
        });
    }
  }
}
