/**
 * Ids to be looked at later, each time in a batch. The memory is kept from one batch to the next: an array that is grown by
 * pushes and thrown away is tens of octets of garbage for each id.
 */
export class IdList {
  private filled = new Int32Array(LEAST);
  private spare = new Int32Array(LEAST);
  length = 0;

  push(id: number): void {
    if (this.length === this.filled.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.filled);
      this.filled = larger;
    }
    this.filled[this.length++] = id;
  }

  /** Empties the list; what was in it is at the beginning of the array. Valid until the next `take`; pushes go elsewhere. */
  take(): Int32Array {
    const taken = this.filled;
    this.filled = this.spare;
    this.spare = taken.length > KEPT ? new Int32Array(LEAST) : taken;
    this.length = 0;
    return taken;
  }
}

const LEAST = 64;
/** At most so many cells are kept. */
const KEPT = 65_536;
