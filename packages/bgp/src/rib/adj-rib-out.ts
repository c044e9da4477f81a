import { Column16, Column32 } from './columns.js';
import { NO_OUT, type OutId, type PeerIndex, type PrefixId } from './ids.js';
import type { OutTable } from './out-table.js';

/**
 * What one update group advertises, by prefix: 6 octets. Members that keep up have been sent exactly this, but for routes
 * whose source they are.
 */
export class AdjRibOut {
  private readonly outs: OutTable;
  private readonly ids = new Column32();
  private readonly sources = new Column16();
  private readonly bySource = new Column32();
  /** Highest prefix id that was ever set + 1. */
  limit = 1;
  /** Prefixes that are advertised. */
  size = 0;

  constructor(outs: OutTable) {
    this.outs = outs;
  }

  out(prefix: PrefixId): OutId {
    return this.ids.get(prefix) as OutId;
  }

  /** Whom the advertised path was learned from. */
  source(prefix: PrefixId): PeerIndex {
    return this.sources.get(prefix) as PeerIndex;
  }

  /** Advertised prefixes that were learned from this peer. */
  countFrom(peer: PeerIndex): number {
    return this.bySource.get(peer);
  }

  set(prefix: PrefixId, out: OutId, source: PeerIndex): void {
    const old = this.out(prefix);
    if (old !== NO_OUT) this.count(this.source(prefix), -1);
    if (out !== NO_OUT) this.count(source, 1);
    if (old !== out) {
      if (out !== NO_OUT) this.outs.retain(out);
      if (old !== NO_OUT) this.outs.release(old);
      this.size += (out === NO_OUT ? 0 : 1) - (old === NO_OUT ? 0 : 1);
      this.ids.set(prefix, out);
      if (prefix >= this.limit) this.limit = prefix + 1;
    }
    this.sources.set(prefix, source);
    if (this.size > 0 || this.limit === 1) return;
    this.ids.clear();
    this.sources.clear();
    this.limit = 1;
  }

  /** Forgets up to `most` prefixes from the end, for a group that is dissolved. True: there are more. */
  shrink(most: number): boolean {
    for (let n = 0; n < most && this.size > 0; n++) {
      this.set((this.limit - 1) as PrefixId, NO_OUT, 0 as PeerIndex);
      if (this.size > 0) this.limit--;
    }
    return this.size > 0;
  }

  private count(source: PeerIndex, more: number): void {
    this.bySource.set(source, this.bySource.get(source) + more);
  }
}
