import type { ChangedRoute } from './changed-routes.js';
import { changedRoutes } from './changed-routes.js';
import type { RouteChanges, RouteSink } from './route-sink.js';

/** A changed destination with its place in the order of all changes. */
export interface LoggedChange {
  readonly sequence: number;
  readonly family: string;
  readonly route: ChangedRoute;
}

/**
 * The last changes of a speaker, for those that resume: a destination occurs once, at its newest change.
 *
 * ```
 * entries  oldest ─▶ … ─▶ newest      at most `limit`; `floor` is the newest change that was forgotten
 * ```
 */
export class ChangeLog implements RouteSink {
  private readonly entries = new Map<string, LoggedChange>();
  private readonly limit: number;
  /** Names this log, so that tokens of another speaker are not taken for ours. */
  readonly id: string;
  /** Number of the newest change. */
  sequence = 0;
  /** Changes up to this one cannot be repeated. */
  floor = 0;

  constructor(id: string, limit: number) {
    this.id = id;
    this.limit = limit;
  }

  routes(changes: RouteChanges): void {
    const family = changes.family.name;
    for (const route of changedRoutes(changes)) {
      this.entries.delete(route.prefix);
      this.entries.set(route.prefix, { sequence: ++this.sequence, family, route });
    }
    for (const [prefix, entry] of this.entries) {
      if (this.entries.size <= this.limit) break;
      this.floor = entry.sequence;
      this.entries.delete(prefix);
    }
  }

  inSync(): void {
    // The log is about changes alone.
  }

  /** Number of the newest change of a destination; 0 when it is not known. */
  sequenceOf(prefix: string): number {
    return this.entries.get(prefix)?.sequence ?? 0;
  }

  token(sequence: number): string {
    return `${this.id}.${sequence}`;
  }

  /** Changes after a token, or null when they are not all there any more. */
  after(token: string): readonly LoggedChange[] | null {
    const dot = token.lastIndexOf('.');
    const sequence = Number(token.slice(dot + 1));
    if (token.slice(0, dot) !== this.id || !Number.isInteger(sequence)) return null;
    if (sequence < this.floor || sequence > this.sequence) return null;
    return [...this.entries.values()].filter((entry) => entry.sequence > sequence);
  }
}
