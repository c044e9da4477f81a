import { Column16, Column32 } from './columns.js';
import { NO_OUT, type OutId, type OutKey, type PeerIndex } from './ids.js';
import type { OutTable } from './out-table.js';

/**
 * What one update group advertises, by prefix, or by slot with add-path: 6 octets. Members that keep up have been sent exactly this, but for routes
 * whose source they are.
 */
export class AdjRibOut {
  private readonly outs: OutTable;
  private readonly ids = new Column32();
  private readonly sources = new Column16();
  private readonly bySource = new Column32();
  /** Highest id that was ever set + 1. */
  limit = 1;
  /** Routes that are advertised. */
  size = 0;

  constructor(outs: OutTable) {
    this.outs = outs;
  }

  out(key: OutKey): OutId {
    return this.ids.get(key) as OutId;
  }

  /** Whom the advertised path was learned from. */
  source(key: OutKey): PeerIndex {
    return this.sources.get(key) as PeerIndex;
  }

  /** Advertised routes that were learned from this peer. */
  countFrom(peer: PeerIndex): number {
    return this.bySource.get(peer);
  }

  set(key: OutKey, out: OutId, source: PeerIndex): void {
    const old = this.out(key);
    if (old !== NO_OUT) this.count(this.source(key), -1);
    if (out !== NO_OUT) this.count(source, 1);
    if (old !== out) {
      if (out !== NO_OUT) this.outs.retain(out);
      if (old !== NO_OUT) this.outs.release(old);
      this.size += (out === NO_OUT ? 0 : 1) - (old === NO_OUT ? 0 : 1);
      this.ids.set(key, out);
      if (key >= this.limit) this.limit = key + 1;
    }
    this.sources.set(key, source);
    this.shrunk();
  }

  /** As `set`, but for what is counted, and refers to ids: that is done by `moved`. */
  move(key: OutKey, out: OutId, source: PeerIndex): void {
    this.ids.set(key, out);
    this.sources.set(key, source);
    if (out !== NO_OUT && key >= this.limit) this.limit = key + 1;
  }

  /** So many keys were moved from the same to the same. */
  moved(old: OutId, oldSource: PeerIndex, out: OutId, source: PeerIndex, count: number): void {
    if (out !== NO_OUT) {
      this.count(source, count);
      this.outs.retain(out, count);
      this.size += count;
    }
    if (old !== NO_OUT) {
      this.count(oldSource, -count);
      this.outs.release(old, count);
      this.size -= count;
    }
    this.shrunk();
  }

  /** Forgets up to `most` routes from the end, for a group that is dissolved. True: there are more. */
  shrink(most: number): boolean {
    for (let n = 0; n < most && this.size > 0; n++) {
      this.set((this.limit - 1) as OutKey, NO_OUT, 0 as PeerIndex);
      if (this.size > 0) this.limit--;
    }
    return this.size > 0;
  }

  /** When nothing is left, the memory goes back. */
  private shrunk(): void {
    if (this.size > 0 || this.limit === 1) return;
    this.ids.clear();
    this.sources.clear();
    this.limit = 1;
  }

  private count(source: PeerIndex, more: number): void {
    this.bySource.set(source, this.bySource.get(source) + more);
  }
}
