import { Column32 } from './columns.js';
import { IdAllocator } from './id-allocator.js';
import { NO_SLOT, type OutKey, type PathRow, type PrefixId, type SlotId } from './ids.js';

/** Somebody who may hold what an adj-RIB-out is keyed by over turns. */
export interface OutKeyHolder {
  holds(key: OutKey): boolean;
}

/** What the ids of an adj-RIB-out stand for: the prefixes of a table, or its slots. */
export interface OutKeys {
  /** Highest id in use + 1. */
  readonly limit: number;
  readonly holders: Set<OutKeyHolder>;
  /** Says that an id may have lost its last holder. */
  offer(key: OutKey): void;
}

/** So many offered slots are looked at in one turn. */
const MOST_COLLECTED = 8192;

/**
 * Destinations with add-path (RFC 7911): a prefix with a path identifier. The identifier is the row of the path in the
 * adj-RIB-in: the same for all peers, and as long as the path lives. A row that is used again for the same prefix means the
 * same slot, so that what was sent for the old path is replaced or withdrawn.
 *
 * ```
 * prefix ─▶ head ─▶ slot ─▶ slot ─▶ 0          slot: prefix, path id
 * ```
 *
 * A slot lives as long as a group advertises it, or a member has yet to be told that it is gone; its prefix with it.
 */
export class SlotTable implements OutKeys {
  readonly holders = new Set<OutKeyHolder>();
  private readonly heads = new Column32();
  private readonly nexts = new Column32();
  private readonly prefixes = new Column32();
  private readonly pathIds = new Column32();
  private readonly ids = new IdAllocator(this.nexts);
  private offered: SlotId[] = [];

  get limit(): number {
    return this.ids.limit;
  }

  /** Slots in use. */
  get size(): number {
    return this.ids.live;
  }

  /** The slot of a path of a prefix, made when there is none. */
  of(prefix: PrefixId, row: PathRow): SlotId {
    for (let slot = this.first(prefix); slot !== NO_SLOT; slot = this.next(slot)) {
      if (this.pathIds.get(slot) === row) return slot;
    }
    const slot = this.ids.take() as SlotId;
    this.prefixes.set(slot, prefix);
    this.pathIds.set(slot, row);
    this.nexts.set(slot, this.heads.get(prefix));
    this.heads.set(prefix, slot);
    return slot;
  }

  first(prefix: PrefixId): SlotId {
    return this.heads.get(prefix) as SlotId;
  }

  next(slot: SlotId): SlotId {
    return this.nexts.get(slot) as SlotId;
  }

  prefix(slot: SlotId): PrefixId {
    return this.prefixes.get(slot) as PrefixId;
  }

  /** As it is sent; also the row of the path, while that lives. */
  pathId(slot: SlotId): number {
    return this.pathIds.get(slot);
  }

  /** As a holder of prefixes. */
  holds(prefix: PrefixId): boolean {
    return this.heads.get(prefix) !== 0;
  }

  offer(slot: OutKey): void {
    this.offered.push(slot as SlotId);
  }

  /** Frees offered slots that nobody holds, and calls back for prefixes that lost their last. True: there are more. */
  collect(orphaned: (prefix: PrefixId) => void): boolean {
    for (let n = 0; n < MOST_COLLECTED; n++) {
      const slot = this.offered.pop();
      if (slot === undefined) return false;
      // A slot may be offered twice, and may be in use again.
      const prefix = this.prefix(slot);
      if (prefix === 0 || this.isHeld(slot)) continue;
      this.unlink(prefix, slot);
      this.prefixes.set(slot, 0);
      this.ids.give(slot);
      if (!this.holds(prefix)) orphaned(prefix);
      if (this.ids.live === 0) this.restart();
    }
    return this.offered.length > 0;
  }

  private isHeld(slot: SlotId): boolean {
    for (const holder of this.holders) if (holder.holds(slot)) return true;
    return false;
  }

  private unlink(prefix: PrefixId, slot: SlotId): void {
    const next = this.nexts.get(slot);
    let at = this.heads.get(prefix);
    if (at === slot) {
      this.heads.set(prefix, next);
      return;
    }
    while (this.nexts.get(at) !== slot) at = this.nexts.get(at);
    this.nexts.set(at, next);
  }

  private restart(): void {
    this.ids.restart();
    for (const column of [this.heads, this.nexts, this.prefixes, this.pathIds]) column.clear();
    this.offered = [];
  }
}
