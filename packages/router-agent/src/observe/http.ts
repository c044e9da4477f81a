import { createServer, type Server } from 'node:http';
import type { Log } from './log.js';

/** What a path answers. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface HttpOptions {
  /** For the log: `health`, `metrics`. */
  readonly name: string;
  /** Empty: all addresses. */
  readonly address: string;
  readonly port: number;
  readonly paths: Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>;
  readonly log: Log;
}

const retryMilliseconds = 10_000;

/** A small HTTP server. When its port is taken it says so and tries again from time to time; the agent goes on. */
export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      const path = new URL(request.url ?? '/', 'http://agent').pathname;
      const answer = Object.hasOwn(options.paths, path) ? options.paths[path] : undefined;
      const send = ({ status, type, body }: HttpAnswer): void => {
        response.writeHead(status, { 'content-type': type });
        response.end(request.method === 'HEAD' ? '' : body);
      };
      if (answer === undefined) {
        send({ status: 404, type: 'text/plain', body: 'not found\n' });
        return;
      }
      Promise.resolve()
        .then(answer)
        .then(send, (error: Error) => send({ status: 500, type: 'text/plain', body: `${error.message}\n` }));
    });
    this.#server.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
  }

  /** The port that the system chose for port 0; null while it does not listen. */
  get port(): number | null {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** Resolves when it listens, or when that failed for the first time. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.once('listening', resolve);
      this.#server.once('error', () => resolve());
      this.#listen();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #listen(): void {
    const { address, port } = this.#options;
    this.#server.listen(address === '' ? { port } : { port, host: address });
  }

  #failed(error: NodeJS.ErrnoException): void {
    const { name, address, port, log } = this.#options;
    const at = `${address === '' ? '*' : address}:${port}`;
    const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
    const message = `the ${name} server cannot listen on ${at}: ${reason}; choose another with --${name}-port (0 = off)`;
    log.log('error', 'http.listen-failed', { name, address, port, message });
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#listen(), retryMilliseconds).unref();
  }
}
