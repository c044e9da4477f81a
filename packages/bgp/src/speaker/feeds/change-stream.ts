import type { Family } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { parseInto, wordMask } from '../../net/prefix.js';
import type { FamilyName } from '../settings/config.js';
import { parseField } from '../settings/field-check.js';
import type { ChangeLog } from './change-log.js';
import { type ChangedRoute, changedRoute } from './changed-routes.js';
import type { PrefixWords, RouteChanges, RouteSink } from './route-sink.js';

/** What `speaker.changes()` gives. */
export type RouteEvent =
  /** The token that was given cannot be resumed from: forget what is known, the whole table follows. */
  | { readonly kind: 'restart' }
  /** Destinations in their newest state; one without next hops was withdrawn. `token` is null before the in-sync mark. */
  | { readonly kind: 'routes'; readonly routes: readonly ChangedRoute[]; readonly token: string | null }
  /** Everything that was in the table when the iteration began was told. Once. */
  | { readonly kind: 'in-sync'; readonly token: string };

/** Which changes `speaker.changes()` tells, from where on, and how many at a time. */
export interface ChangesOptions {
  /** Default: IPv4 and IPv6 unicast. Any that the speaker can carry. */
  readonly families?: readonly FamilyName[];
  /** Only this prefix and those that it covers: of families whose destinations are prefixes. */
  readonly prefix?: string;
  /** A token of an earlier iteration: only what changed since is told. */
  readonly since?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Most destinations in one event. Default 1024. */
  readonly batchSize?: number;
}

/** What a stream needs of its speaker. */
export interface ChangeSource {
  readonly log: ChangeLog;
  readonly families: readonly Family[];
  addSink(sink: RouteSink, options: { readonly snapshot: boolean }): () => void;
  /** The snapshot may go on. */
  wake(): void;
}

interface Pending {
  readonly sequence: number;
  readonly order: number;
  readonly route: ChangedRoute;
}

/** The snapshot pauses while so many destinations wait to be read. */
export const SNAPSHOT_WAITING = 4096;

/**
 * One iteration over changes. A reader that is slow costs one entry for each destination that changed meanwhile, never one for
 * each change: what it gets is the newest state.
 *
 * ```
 * waiting  [ snapshot and changes until all was walked ][ changes since ]
 *                                                       └ in-sync mark
 * ```
 */
export class ChangeStream implements RouteSink, AsyncIterableIterator<RouteEvent> {
  private readonly source: ChangeSource;
  private readonly batchSize: number;
  private readonly filter: ((words: PrefixWords, family: Family) => boolean) | null;
  /** By name of the destination. */
  private readonly waiting = new Map<string, Pending>();
  private readonly unsynced: Set<string>;
  private readonly key = createNlriKey();
  private readonly removeSink: () => void;
  private readonly onEnd: (stream: ChangeStream) => void;
  private readonly signal: AbortSignal | undefined;
  private readonly abort = (): void => this.end();
  private order = 0;
  /** Entries up to here go before the mark; null until the snapshot was walked. */
  private markAfter: number | null = null;
  private isMarked = false;
  private owesRestart = false;
  private isEnded = false;
  private readonly readers: ((result: IteratorResult<RouteEvent>) => void)[] = [];

  constructor(source: ChangeSource, options: ChangesOptions, onEnd: (stream: ChangeStream) => void) {
    this.source = source;
    this.batchSize = options.batchSize ?? 1024;
    this.filter = options.prefix === undefined ? null : parseField('prefix', options.prefix, coveredBy);
    this.onEnd = onEnd;
    this.signal = options.signal;
    this.unsynced = new Set(source.families.map((family) => family.name));
    const missed = options.since === undefined ? null : source.log.after(options.since, source.families);
    if (missed === null) {
      this.owesRestart = options.since !== undefined;
      this.removeSink = source.addSink(this, { snapshot: true });
    } else {
      for (const { name, route, sequence } of missed) {
        if (this.isWanted(route.prefix)) this.put(name, route, sequence);
      }
      this.unsynced.clear();
      this.markAfter = this.order;
      this.removeSink = source.addSink(this, { snapshot: false });
    }
    if (options.signal?.aborted) this.end();
    else options.signal?.addEventListener('abort', this.abort, { once: true });
  }

  // --- RouteSink ---

  routes(changes: RouteChanges): void {
    for (let i = 0; i < changes.length; i++) {
      changes.readPrefix(i, this.key);
      if (this.filter !== null && !this.filter(this.key, changes.family)) continue;
      const name = changes.name(i);
      this.put(name, changedRoute(changes, i), this.source.log.sequenceOf(name));
    }
    this.serve();
  }

  inSync(family: Family): void {
    this.unsynced.delete(family.name);
    if (this.unsynced.size === 0) this.markAfter ??= this.order;
    this.serve();
  }

  isReady(): boolean {
    return this.waiting.size < SNAPSHOT_WAITING;
  }

  // --- AsyncIterableIterator ---

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<RouteEvent>> {
    const event = this.take();
    if (event !== null) return Promise.resolve({ done: false, value: event });
    if (this.isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.readers.push(resolve));
  }

  return(): Promise<IteratorResult<RouteEvent>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Nothing more comes. What waits is dropped. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.removeSink();
    this.signal?.removeEventListener('abort', this.abort);
    this.waiting.clear();
    this.onEnd(this);
    for (const reader of this.readers.splice(0)) reader({ done: true, value: undefined });
  }

  private put(name: string, route: ChangedRoute, sequence: number): void {
    const before = this.waiting.get(name);
    if (before !== undefined && before.order <= (this.markAfter ?? this.order) && !this.isMarked) {
      // Before the mark it keeps its place: the mark must not come before it.
      this.waiting.set(name, { route, sequence, order: before.order });
      return;
    }
    this.waiting.delete(name);
    this.waiting.set(name, { route, sequence, order: ++this.order });
  }

  private serve(): void {
    while (this.readers.length > 0) {
      const event = this.take();
      if (event === null) return;
      this.readers.shift()?.({ done: false, value: event });
    }
  }

  private take(): RouteEvent | null {
    if (this.isEnded) return null;
    if (this.owesRestart) {
      this.owesRestart = false;
      return { kind: 'restart' };
    }
    if (this.isMarkDue()) {
      this.isMarked = true;
      return { kind: 'in-sync', token: this.token() };
    }
    if (this.waiting.size === 0) return null;
    const wasReady = this.isReady();
    const routes: ChangedRoute[] = [];
    for (const [name, { route, order }] of this.waiting) {
      if (routes.length === this.batchSize) break;
      if (!this.isMarked && this.markAfter !== null && order > this.markAfter) break;
      routes.push(route);
      this.waiting.delete(name);
    }
    if (!wasReady) this.source.wake();
    return { kind: 'routes', routes, token: this.isMarked ? this.token() : null };
  }

  private isMarkDue(): boolean {
    if (this.isMarked || this.markAfter === null) return false;
    const [first] = this.waiting.values();
    return first === undefined || first.order > this.markAfter;
  }

  /** Everything up to the change before the first that waits was told. */
  private token(): string {
    const { log } = this.source;
    // What waits behind the mark is in the order of its changes.
    const [first] = this.waiting.values();
    return log.token(first === undefined ? log.sequence : first.sequence - 1);
  }

  private isWanted(prefix: string): boolean {
    if (this.filter === null) return true;
    const family = parseInto(prefix, this.key);
    return this.filter(this.key, family);
  }
}

function coveredBy(prefix: string): (words: PrefixWords, family: Family) => boolean {
  const key = createNlriKey();
  const wanted = parseInto(prefix, key);
  const { a, b, c, d, length } = key;
  const masks = [wordMask(length), wordMask(length - 32), wordMask(length - 64), wordMask(length - 96)];
  const [ma = 0, mb = 0, mc = 0, md = 0] = masks;
  return (words, family) =>
    family.afi === wanted.afi &&
    words.length >= length &&
    (words.a & ma) >>> 0 === a &&
    (words.b & mb) >>> 0 === b &&
    (words.c & mc) >>> 0 === c &&
    (words.d & md) >>> 0 === d;
}
