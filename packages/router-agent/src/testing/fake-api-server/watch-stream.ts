import type { ServerResponse } from 'node:http';
import type { Change, KubeObject, ObjectLog } from './object-log.js';

/** What one watch request asked for. */
export interface WatchRequest {
  readonly collection: string;
  /** Changes after this one are sent; 0: all objects first. */
  readonly revision: number;
  readonly namespace: string | null;
  readonly type: (object: KubeObject) => KubeObject;
  readonly bookmarks: boolean;
  readonly bookmarkMilliseconds: number;
  readonly timeoutMilliseconds: number;
}

/** The server's side of one watch: writes what changed since the last time, one JSON object per line. */
export class WatchStream {
  readonly #response: ServerResponse;
  readonly #log: ObjectLog;
  readonly #request: WatchRequest;
  readonly #timers: NodeJS.Timeout[] = [];
  #sent: number;
  /** Ended, or never written to again. */
  #dead = false;

  constructor(response: ServerResponse, log: ObjectLog, request: WatchRequest) {
    this.#response = response;
    this.#log = log;
    this.#request = request;
    this.#sent = request.revision;
  }

  open(): void {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    const { bookmarkMilliseconds, timeoutMilliseconds } = this.#request;
    this.#timers.push(setInterval(() => this.bookmark(), bookmarkMilliseconds));
    this.#timers.push(setTimeout(() => this.#timeOut(), timeoutMilliseconds));
    if (this.#request.revision === 0) this.#deliverAll();
    else this.deliver();
  }

  whenClosed(callback: () => void): void {
    this.#response.on('close', () => {
      this.#stopTimers();
      callback();
    });
  }

  /** Sends what changed since the last delivery; a watch whose position is compacted gets 410 as an event and ends. */
  deliver(): void {
    if (this.#dead) return;
    const changes = this.#log.changesAfter(this.#request.collection, this.#sent);
    if (changes === null) {
      const message = `too old resource version: ${this.#sent} (${this.#log.compacted})`;
      const status = {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message,
        reason: 'Expired',
        code: 410,
      };
      this.write(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      this.end();
      return;
    }
    for (const change of changes) this.#sendChange(change);
    this.#sent = Math.max(this.#sent, this.#log.revision);
  }

  bookmark(): void {
    if (!this.#request.bookmarks) return;
    const object = this.#request.type({ metadata: { name: '', resourceVersion: String(this.#sent) } });
    const { name: _name, ...metadata } = object.metadata;
    this.write(`${JSON.stringify({ type: 'BOOKMARK', object: { ...object, metadata } })}\n`);
  }

  write(text: string): void {
    if (!this.#dead) this.#response.write(text);
  }

  end(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }

  /** Never writes again, and leaves the connection as it is. */
  forget(): void {
    this.#dead = true;
    this.#stopTimers();
  }

  #timeOut(): void {
    this.bookmark();
    this.end();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #deliverAll(): void {
    const revision = this.#log.revision;
    for (const [key, object] of this.#log.listAt(this.#request.collection, revision) ?? []) {
      this.#sendChange({ revision, collection: this.#request.collection, key, before: null, after: object });
    }
    this.#sent = revision;
  }

  #sendChange({ key, revision, before, after }: Change): void {
    if (this.#request.namespace !== null && !key.startsWith(`${this.#request.namespace}/`)) return;
    const type = after === null ? 'DELETED' : before === null ? 'ADDED' : 'MODIFIED';
    const object =
      after ??
      (before === null
        ? null
        : { ...before, metadata: { ...before.metadata, resourceVersion: String(revision) } });
    if (object !== null) this.write(`${JSON.stringify({ type, object: this.#request.type(object) })}\n`);
  }
}
