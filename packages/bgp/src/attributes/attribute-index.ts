import { AS_TRANS, AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { beginAttribute, endAttribute, writeAttributeHeader } from './attribute-header.js';
import { readU16 } from './attribute-row.js';
import { attributeRow } from './attribute-table.js';
import { mergeAs4Path, widenSegments } from './merge-as-path.js';
import { sortTail } from './sorted-records.js';

/**
 * Which attributes a block has and where their values are: columns by code, and a bit per code. Made once and reused, so
 * that reading a block allocates nothing.
 *
 * ```
 * present  bit per code (8 words)       flags, starts, ends   by code, valid where the bit is set
 * ```
 *
 * Offsets are relative to the start of the block, so that an equal block elsewhere has the same index.
 */
export class AttributeIndex {
  readonly #present = new Int32Array(8);
  readonly #flags = new Uint8Array(256);
  readonly #starts = new Int32Array(256);
  readonly #ends = new Int32Array(256);

  reset(): void {
    this.#present.fill(0);
  }

  has(code: number): boolean {
    return (this.#present[code >>> 5]! & (1 << (code & 31))) !== 0;
  }

  add(code: number, flags: number, start: number, end: number): void {
    this.#present[code >>> 5] = this.#present[code >>> 5]! | (1 << (code & 31));
    this.#flags[code] = flags;
    this.#starts[code] = start;
    this.#ends[code] = end;
  }

  /** Start of a value, relative to the block; only for a code that is there. */
  start(code: number): number {
    return this.#starts[code]!;
  }

  /**
   * Appends the canonical block: attributes in code order with least headers; four-octet ASes, AS4_PATH and
   * AS4_AGGREGATOR merged in (RFC 6793 §4.2.3); communities of all kinds sorted without doubles; flags normalised, of which
   * Partial is kept; without NEXT_HOP, MP_REACH_NLRI and MP_UNREACH_NLRI.
   */
  writeCanonical(bytes: Uint8Array, base: number, as4: boolean, out: ByteWriter): void {
    for (let word = 0; word < 8; word++) {
      let bits = this.#present[word]!;
      while (bits !== 0) {
        const lowest = bits & -bits;
        bits ^= lowest;
        this.#writeOne(word * 32 + 31 - Math.clz32(lowest), bytes, base, as4, out);
      }
    }
  }

  #writeOne(code: number, bytes: Uint8Array, base: number, as4: boolean, out: ByteWriter): void {
    const start = base + this.#starts[code]!;
    const end = base + this.#ends[code]!;
    const flags = this.#canonicalFlags(code);
    switch (code) {
      case AttributeCode.NextHop:
      case AttributeCode.MpReach:
      case AttributeCode.MpUnreach:
      case AttributeCode.As4Path:
      case AttributeCode.As4Aggregator:
        return;
      case AttributeCode.Communities:
        this.#writeSorted(code, flags, bytes, start, end, 4, out);
        return;
      case AttributeCode.ExtendedCommunities:
        this.#writeSorted(code, flags, bytes, start, end, 8, out);
        return;
      case AttributeCode.LargeCommunities:
        this.#writeSorted(code, flags, bytes, start, end, 12, out);
        return;
      case AttributeCode.AsPath:
        if (!as4) {
          this.#writeWidePath(flags, bytes, base, out);
          return;
        }
        break;
      case AttributeCode.Aggregator:
        if (!as4) {
          this.#writeWideAggregator(flags, bytes, base, out);
          return;
        }
        break;
    }
    writeAttributeHeader(out, flags, code, end - start);
    out.copy(bytes, start, end);
  }

  #canonicalFlags(code: number): number {
    const flags = this.#flags[code]!;
    const row = attributeRow(code);
    if (row === undefined) return flags & 0xe0;
    // RFC 4271 §4.3: Partial means something for optional transitive attributes only.
    return row.flags === 0xc0 ? row.flags | (flags & AttributeFlag.Partial) : row.flags;
  }

  #writeSorted(
    code: number,
    flags: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    size: number,
    out: ByteWriter,
  ): void {
    const header = beginAttribute(out, flags, code);
    const value = out.length;
    out.copy(bytes, start, end);
    sortTail(out, value, size);
    endAttribute(out, header);
  }

  /** RFC 6793 §4.2.3: AS4_PATH counts unless AGGREGATOR shows that an old speaker aggregated after it was made. */
  #usesAs4(bytes: Uint8Array, base: number): boolean {
    if (!this.has(AttributeCode.Aggregator) || !this.has(AttributeCode.As4Aggregator)) return true;
    return readU16(bytes, base + this.#starts[AttributeCode.Aggregator]!) === AS_TRANS;
  }

  #writeWidePath(flags: number, bytes: Uint8Array, base: number, out: ByteWriter): void {
    const start = base + this.#starts[AttributeCode.AsPath]!;
    const end = base + this.#ends[AttributeCode.AsPath]!;
    const header = beginAttribute(out, flags, AttributeCode.AsPath);
    if (this.has(AttributeCode.As4Path) && this.#usesAs4(bytes, base)) {
      const as4Start = base + this.#starts[AttributeCode.As4Path]!;
      const as4End = base + this.#ends[AttributeCode.As4Path]!;
      mergeAs4Path(bytes, start, end, as4Start, as4End, out);
    } else {
      widenSegments(bytes, start, end, out);
    }
    endAttribute(out, header);
  }

  #writeWideAggregator(flags: number, bytes: Uint8Array, base: number, out: ByteWriter): void {
    const at = base + this.#starts[AttributeCode.Aggregator]!;
    writeAttributeHeader(out, flags, AttributeCode.Aggregator, 8);
    if (this.has(AttributeCode.As4Aggregator) && this.#usesAs4(bytes, base)) {
      const as4 = base + this.#starts[AttributeCode.As4Aggregator]!;
      out.copy(bytes, as4, as4 + 8);
    } else {
      out.u32(readU16(bytes, at));
      out.copy(bytes, at + 2, at + 6);
    }
  }
}
