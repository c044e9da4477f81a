/**
 * Reads octets in network order from `bytes[start, end)`. Reading past the end gives zeros and latches `overrun`, so a
 * decoder checks once after a run of fields. For cold paths; UPDATE has cursors of its own.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  /** Offset of the next octet. */
  at: number;
  /** True once something was read that is not there. */
  overrun = false;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  u8(): number {
    if (this.at >= this.end) {
      this.overrun = true;
      return 0;
    }
    return this.bytes[this.at++]!;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  u24(): number {
    return (this.u16() << 8) | this.u8();
  }

  u32(): number {
    return ((this.u16() << 16) | this.u16()) >>> 0;
  }

  /** A view of the next `count` octets; what is left, with `overrun`, when there are fewer. */
  take(count: number): Uint8Array {
    const stop = this.at + count;
    if (stop > this.end) this.overrun = true;
    const view = this.bytes.subarray(this.at, Math.min(stop, this.end));
    this.at = Math.min(stop, this.end);
    return view;
  }
}
