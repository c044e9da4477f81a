import type { Family, FamilyKey } from '../../net/family.js';
import { type ChangedRoute, changedRoute } from './changed-routes.js';
import type { RouteChanges, RouteSink } from './route-sink.js';

/** A changed destination with its place in the order of all changes. */
export interface LoggedChange {
  readonly sequence: number;
  readonly family: Family;
  /** What tells it from other destinations. */
  readonly name: string;
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
  /** By family: the newest change when changes of it began to be kept. */
  private readonly begun = new Map<FamilyKey, number>();
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
    const { family } = changes;
    for (let i = 0; i < changes.length; i++) {
      const name = changes.name(i);
      this.entries.delete(name);
      this.entries.set(name, { sequence: ++this.sequence, family, name, route: changedRoute(changes, i) });
    }
    for (const [name, entry] of this.entries) {
      if (this.entries.size <= this.limit) break;
      this.floor = entry.sequence;
      this.entries.delete(name);
    }
  }

  inSync(): void {
    // The log is about changes alone.
  }

  /** Number of the newest change of a destination; 0 when it is not known. */
  sequenceOf(name: string): number {
    return this.entries.get(name)?.sequence ?? 0;
  }

  /** Changes of these families are kept from now on. Those for which it is so only now. */
  begin(families: readonly Family[]): readonly Family[] {
    const fresh = families.filter(({ key }) => !this.begun.has(key));
    for (const { key } of fresh) this.begun.set(key, this.sequence);
    return fresh;
  }

  token(sequence: number): string {
    return `${this.id}.${sequence}`;
  }

  /** Changes of some families after a token, or null when they are not all there. */
  after(token: string, families: readonly Family[]): readonly LoggedChange[] | null {
    const dot = token.lastIndexOf('.');
    const sequence = Number(token.slice(dot + 1));
    if (token.slice(0, dot) !== this.id || !Number.isInteger(sequence)) return null;
    if (sequence < this.floor || sequence > this.sequence) return null;
    const wanted = new Set(families.map(({ key }) => key));
    for (const key of wanted) if (sequence < (this.begun.get(key) ?? Number.POSITIVE_INFINITY)) return null;
    return [...this.entries.values()].filter(
      (entry) => entry.sequence > sequence && wanted.has(entry.family.key),
    );
  }
}
