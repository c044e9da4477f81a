import { Column32 } from './columns.js';

const CHUNK_SHIFT = 18;
const CHUNK_BYTES = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_BYTES - 1;
const HEADER = 6;

/**
 * Bytes of attribute sets, one after the other in chunks of 256 KiB; a block never straddles two.
 *
 * ```
 * chunk [ id(4) length(2) bytes… | id length bytes… | … | free ]
 *                         ^ position of the set
 * ```
 *
 * Freed blocks stay as garbage until more than half of their chunk is garbage; then what lives in it moves to the chunk
 * that is being filled, and the chunk is dropped. A header whose id does not point back at it is garbage.
 */
export class AttributeArena {
  private readonly chunks: (Uint8Array | null)[] = [];
  private readonly live: number[] = [];
  private readonly position = new Column32();
  private current = -1;
  private filled = CHUNK_BYTES;
  private readonly sparse: number[] = [];
  /** Octets of live blocks, with their headers. */
  liveBytes = 0;

  /** Octets of memory held. */
  get heldBytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + (chunk === null ? 0 : CHUNK_BYTES), 0);
  }

  /** The chunk in which the block of `id` lies. Valid until the next `add` or `compact`. */
  bytes(id: number): Uint8Array {
    return this.chunks[this.position.get(id) >>> CHUNK_SHIFT]!;
  }

  start(id: number): number {
    return this.position.get(id) & CHUNK_MASK;
  }

  length(id: number): number {
    const position = this.position.get(id);
    const chunk = this.chunks[position >>> CHUNK_SHIFT]!;
    const at = (position & CHUNK_MASK) - 2;
    return (chunk[at]! << 8) | chunk[at + 1]!;
  }

  /** Copies `bytes[start, end)`, at most 65,535 octets, as the block of `id`. */
  add(id: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.filled + HEADER + length > CHUNK_BYTES) this.open();
    const chunk = this.chunks[this.current]!;
    let at = this.filled;
    chunk[at++] = id >>> 24;
    chunk[at++] = id >>> 16;
    chunk[at++] = id >>> 8;
    chunk[at++] = id;
    chunk[at++] = length >>> 8;
    chunk[at++] = length;
    this.position.set(id, (this.current << CHUNK_SHIFT) | at);
    for (let from = start; from < end; from++) chunk[at++] = bytes[from]!;
    this.filled = at;
    this.live[this.current]! += HEADER + length;
    this.liveBytes += HEADER + length;
  }

  free(id: number): void {
    const size = HEADER + this.length(id);
    const c = this.position.get(id) >>> CHUNK_SHIFT;
    const before = this.live[c]!;
    this.live[c] = before - size;
    this.liveBytes -= size;
    this.position.set(id, 0);
    const half = CHUNK_BYTES / 2;
    if (c !== this.current && (before > half || before === size) && before - size <= half)
      this.sparse.push(c);
  }

  /** Drops chunks that are all garbage, and empties one that is so mostly. True when there is more to do. */
  compact(): boolean {
    for (let c = this.sparse.pop(); c !== undefined; c = this.sparse.pop()) {
      const chunk = this.chunks[c];
      if (!chunk || c === this.current || this.live[c]! > CHUNK_BYTES / 2) continue;
      const moves = this.live[c]! > 0;
      if (moves) this.evacuate(c, chunk);
      this.chunks[c] = null;
      if (moves) break;
    }
    return this.sparse.length > 0;
  }

  private evacuate(c: number, chunk: Uint8Array): void {
    for (let at = 0; this.live[c]! > 0; ) {
      const id = (chunk[at]! << 24) | (chunk[at + 1]! << 16) | (chunk[at + 2]! << 8) | chunk[at + 3]!;
      const length = (chunk[at + 4]! << 8) | chunk[at + 5]!;
      at += HEADER;
      if (this.position.get(id) === ((c << CHUNK_SHIFT) | at)) {
        this.live[c]! -= HEADER + length;
        this.liveBytes -= HEADER + length;
        this.add(id, chunk, at, at + length);
      }
      at += length;
    }
  }

  private open(): void {
    const last = this.current;
    const reused = this.chunks.indexOf(null);
    this.current = reused < 0 ? this.chunks.length : reused;
    this.chunks[this.current] = new Uint8Array(CHUNK_BYTES);
    this.live[this.current] = 0;
    this.filled = 0;
    if (last >= 0 && this.live[last]! <= CHUNK_BYTES / 2) this.sparse.push(last);
  }
}
