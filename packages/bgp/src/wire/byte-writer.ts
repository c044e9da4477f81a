/**
 * Appends octets in network order to a buffer that grows by doubling and is kept across `reset`: it allocates nothing
 * once it is big enough.
 *
 * ```
 * bytes  [ written ............ | free ............ ]
 *                               ^ length             ^ bytes.length
 * ```
 *
 * @example
 * const out = new ByteWriter();
 * out.u16(64512);
 * console.log(toHex(out.slice()));
 */
export class ByteWriter {
  /** The buffer. It is replaced when it grows: do not hold it across writes. */
  bytes: Uint8Array;
  /** Octets written so far; setting it back drops what came after. */
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
  }

  reset(): void {
    this.length = 0;
  }

  /** Makes room for `more` octets after `length`. */
  ensure(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    let capacity = Math.max(64, this.bytes.length);
    while (capacity < needed) capacity *= 2;
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.ensure(2);
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.ensure(4);
    const at = this.length;
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
    this.length = at + 4;
  }

  /** Appends `src[start, end)`. Runs up to 256 octets are copied by hand: they are quick, and a `subarray` is garbage. */
  copy(src: Uint8Array, start = 0, end: number = src.length): void {
    const count = end - start;
    this.ensure(count);
    const bytes = this.bytes;
    let at = this.length;
    if (count <= 256) {
      for (let i = start; i < end; i++) bytes[at++] = src[i]!;
    } else {
      bytes.set(src.subarray(start, end), at);
    }
    this.length += count;
  }

  /** Leaves a hole of `n` octets to be patched later, and returns its offset. The hole is not cleared. */
  reserve(n: number): number {
    this.ensure(n);
    const at = this.length;
    this.length += n;
    return at;
  }

  patch8(offset: number, value: number): void {
    this.bytes[offset] = value;
  }

  patch16(offset: number, value: number): void {
    this.bytes[offset] = value >>> 8;
    this.bytes[offset + 1] = value;
  }

  /** Whether the same was written to another. */
  equals(other: ByteWriter): boolean {
    const { bytes, length } = this;
    if (length !== other.length) return false;
    for (let i = 0; i < length; i++) if (bytes[i] !== other.bytes[i]) return false;
    return true;
  }

  /** What was written, as a view that the next write or `reset` may change. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** What was written, as a copy of its own. */
  slice(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
