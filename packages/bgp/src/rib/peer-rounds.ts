import { Column8, Column32 } from './columns.js';
import type { PeerIndex } from './ids.js';

/** Rounds are numbered 1 … 15; 0 is none. */
export const ROUNDS = 15;
/** The upper bits of a path's flags: the round that was open when it came last. */
const ROUND_SHIFT = 4;
const ROUND_BITS = 0xf0;

/**
 * Rounds of sending a table again, after a restart or in a refresh, for each peer of one family. What does not bear the number of
 * its peer's open round is stale: so all rows become stale by one write, and each is fresh by the write that fills it.
 */
export class PeerRounds {
  private readonly numbers = new Column8();
  private readonly staleRows = new Column32();
  /** Peers with a round open. */
  open = 0;

  /** What the peer sends from now on bears this number, and the rows that are there are stale. None of them may bear it yet. */
  begin(peer: PeerIndex, number: number, rows: number): void {
    if (this.numbers.get(peer) === 0) this.open++;
    this.numbers.set(peer, number);
    this.staleRows.set(peer, rows);
  }

  /** Nothing is stale any more. */
  end(peer: PeerIndex): void {
    if (this.numbers.get(peer) !== 0) this.open--;
    this.numbers.set(peer, 0);
    this.staleRows.set(peer, 0);
  }

  /** The open round, as bits of flags. */
  bits(peer: PeerIndex): number {
    return this.numbers.get(peer) << ROUND_SHIFT;
  }

  isStale(peer: PeerIndex, flags: number): boolean {
    const bits = this.bits(peer);
    return bits !== 0 && (flags & ROUND_BITS) !== bits;
  }

  staleCount(peer: PeerIndex): number {
    return this.staleRows.get(peer);
  }

  count(peer: PeerIndex, change: number): void {
    this.staleRows.set(peer, this.staleRows.get(peer) + change);
  }
}

/** The round in which a row with these flags was sent last. */
export function roundOf(flags: number): number {
  return flags >>> ROUND_SHIFT;
}

export function withoutRound(flags: number): number {
  return flags & ~ROUND_BITS;
}
