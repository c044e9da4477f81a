import type { AdjRibIn } from '../../rib/adj-rib-in.js';
import { NO_ROW, type PathRow, type PeerIndex } from '../../rib/ids.js';

/** A walk along the rows that a peer had when it began. */
export interface RowWalk {
  readonly paths: AdjRibIn;
  /** The row that comes next; `NO_ROW` at the end. */
  at: PathRow;
  /** May change or remove the row that it is given. */
  readonly visit: (row: PathRow) => void;
  readonly ended: () => void;
}

/** Walks in budgeted steps. Rows that are removed meanwhile are stepped over; rows that come later are not visited. */
export class RowWalks {
  private readonly walks = new Set<RowWalk>();

  begin(paths: AdjRibIn, peer: PeerIndex, visit: (row: PathRow) => void, ended: () => void): RowWalk {
    const walk: RowWalk = { paths, at: paths.peerHead(peer), visit, ended };
    this.walks.add(walk);
    paths.onRemove = (row) => {
      for (const other of this.walks) {
        if (other.paths === paths && other.at === row) other.at = paths.nextOfPeer(row);
      }
    };
    return walk;
  }

  /** Leaves a walk where it is. */
  stop(walk: RowWalk): void {
    this.walks.delete(walk);
    for (const other of this.walks) if (other.paths === walk.paths) return;
    walk.paths.onRemove = null;
  }

  /** Walks to the end now. */
  finish(walk: RowWalk): void {
    this.advance(walk, Number.POSITIVE_INFINITY);
  }

  /** One step. True: there is more to do. */
  step(size: number): boolean {
    for (const walk of this.walks) {
      this.advance(walk, size);
      if (walk.at !== NO_ROW) return true;
    }
    return false;
  }

  private advance(walk: RowWalk, most: number): void {
    for (let n = 0; n < most && walk.at !== NO_ROW; n++) {
      const row = walk.at;
      walk.at = walk.paths.nextOfPeer(row);
      walk.visit(row);
    }
    if (walk.at !== NO_ROW) return;
    this.stop(walk);
    walk.ended();
  }
}
