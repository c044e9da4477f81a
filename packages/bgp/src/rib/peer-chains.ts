import { Column32 } from './columns.js';
import type { PathRow, PeerIndex } from './ids.js';

/** Of each peer of one family: the newest of its paths, how many it has, and how many of them were accepted. */
export class PeerChains {
  private readonly heads = new Column32();
  private readonly rows = new Column32();
  private readonly accepted = new Column32();

  head(peer: PeerIndex): PathRow {
    return this.heads.get(peer) as PathRow;
  }

  setHead(peer: PeerIndex, row: PathRow): void {
    this.heads.set(peer, row);
  }

  receivedCount(peer: PeerIndex): number {
    return this.rows.get(peer);
  }

  acceptedCount(peer: PeerIndex): number {
    return this.accepted.get(peer);
  }

  /** So many more, or less. */
  count(peer: PeerIndex, received: number, accepted: number): void {
    if (received !== 0) this.rows.set(peer, this.rows.get(peer) + received);
    if (accepted !== 0) this.accepted.set(peer, this.accepted.get(peer) + accepted);
  }

  clear(): void {
    for (const column of [this.heads, this.rows, this.accepted]) column.clear();
  }
}
