/** Octets that came together. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** When they came, in milliseconds of `performance.now`. */
  readonly time: number;
}

const LEAST_SEGMENT = 1 << 16;
const LARGEST_SEGMENT = 1 << 21;
/** Less room than this is not offered to a read. */
const LEAST_READ = 1 << 13;

/**
 * Keeps what a socket receives, with the time of each read, and looks at none of it: that is done once nobody waits. The
 * kernel's octets go straight into segments that are not moved any more.
 */
export class Recording {
  #segment = new Uint8Array(LEAST_SEGMENT);
  #at = 0;
  #chunks: Chunk[] = [];

  /** Room for the next read. */
  room(): Uint8Array {
    if (this.#segment.length - this.#at < LEAST_READ) {
      this.#segment = new Uint8Array(Math.min(2 * this.#segment.length, LARGEST_SEGMENT));
      this.#at = 0;
    }
    return this.#segment.subarray(this.#at);
  }

  /** So many octets were written to where `room` pointed. */
  add(count: number, time: number): void {
    this.#chunks.push({ bytes: this.#segment.subarray(this.#at, this.#at + count), time });
    this.#at += count;
  }

  /** What came since it was last taken. */
  take(): readonly Chunk[] {
    const taken = this.#chunks;
    this.#chunks = [];
    return taken;
  }
}
