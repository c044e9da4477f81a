import type { ByteWriter } from '../wire/byte-writer.js';
import { toHex } from '../wire/hex.js';
import { readU16 } from '../wire/octets.js';
import { checkHex, checkNumber, refuseNlri } from './nlri-error.js';
import type { ValueKind } from './value-kind.js';

/** A TLV that is known by name and value, or one that is kept by its octets. */
export type Tlv =
  | { readonly type: string; readonly value: unknown }
  | { readonly type: number; readonly hex: string };

/** One TLV of a set. */
export interface TlvRow {
  readonly code: number;
  readonly name: string;
  readonly kind: ValueKind;
}

/** How wide type and length are. */
export interface TlvShape {
  readonly typeSize: 1 | 2;
  /** `by-type`: one octet for types below 128, else two (RFC 9012 §3.2). */
  readonly lengthSize: 1 | 2 | 'by-type';
  /** What the length counts beside the value: the header of AIGP (RFC 7311 §3). */
  readonly lengthIncludesHeader?: true;
}

/**
 * The TLVs that may stand in one place: reads, checks and writes lists of them.
 *
 * ```
 * type (1 or 2) | length (1 or 2) | value | type …
 * ```
 *
 * Only where each ends is checked: a TLV that is not known, or whose value is not as it should be, is kept by its octets.
 */
export class TlvSet implements ValueKind {
  readonly #shape: TlvShape;
  readonly #byCode: ReadonlyMap<number, TlvRow>;
  readonly #byName: ReadonlyMap<string, TlvRow>;

  constructor(shape: TlvShape, rows: readonly TlvRow[]) {
    this.#shape = shape;
    this.#byCode = new Map(rows.map((row) => [row.code, row]));
    this.#byName = new Map(rows.map((row) => [row.name, row]));
  }

  typeAt(bytes: Uint8Array, at: number): number {
    return this.#shape.typeSize === 1 ? bytes[at]! : readU16(bytes, at);
  }

  /** Offset of the value of the TLV at `at`, or -1 when the header runs over `end`. */
  valueStart(bytes: Uint8Array, at: number, end: number): number {
    const header = this.#shape.typeSize + this.#lengthSize(bytes[at] ?? 0);
    return at + header <= end ? at + header : -1;
  }

  /** Offset after the TLV at `at`, or -1 when it runs over `end`. Allocates nothing. */
  tlvEnd(bytes: Uint8Array, at: number, end: number): number {
    const value = this.valueStart(bytes, at, end);
    if (value < 0) return -1;
    const lengthAt = at + this.#shape.typeSize;
    const length = value - lengthAt === 1 ? bytes[lengthAt]! : readU16(bytes, lengthAt);
    const stop = (this.#shape.lengthIncludesHeader === true ? at : value) + length;
    return stop >= value && stop <= end ? stop : -1;
  }

  /** Whether `[at, end)` is a list of whole TLVs. Allocates nothing. */
  isWhole(bytes: Uint8Array, at: number, end: number): boolean {
    while (at < end) {
      at = this.tlvEnd(bytes, at, end);
      if (at < 0) return false;
    }
    return true;
  }

  /** Whether the TLV `[at, end)` is not known, or has octets that its value can have. Allocates nothing. */
  isSized(bytes: Uint8Array, at: number, end: number): boolean {
    const kind = this.#byCode.get(this.typeAt(bytes, at))?.kind;
    return kind?.fits === undefined || kind.fits(bytes, this.valueStart(bytes, at, end), end);
  }

  /** The TLVs of `[at, end)`; undefined when they are not whole. */
  read(bytes: Uint8Array, at: number, end: number): Tlv[] | undefined {
    const tlvs: Tlv[] = [];
    while (at < end) {
      const stop = this.tlvEnd(bytes, at, end);
      if (stop < 0) return undefined;
      tlvs.push(this.#readOne(bytes, at, stop));
      at = stop;
    }
    return tlvs;
  }

  write(path: string, value: unknown, out: ByteWriter): void {
    if (!Array.isArray(value)) refuseNlri(path, value, 'must be a list of TLVs');
    value.forEach((tlv: unknown, i) => {
      if (typeof tlv !== 'object' || tlv === null) refuseNlri(`${path}[${i}]`, tlv, 'must be a TLV');
      this.#writeOne(`${path}[${i}]`, tlv, out);
    });
  }

  #lengthSize(firstOctet: number): 1 | 2 {
    const { lengthSize } = this.#shape;
    if (lengthSize !== 'by-type') return lengthSize;
    return firstOctet < 128 ? 1 : 2;
  }

  #readOne(bytes: Uint8Array, at: number, stop: number): Tlv {
    const start = this.valueStart(bytes, at, stop);
    const code = this.typeAt(bytes, at);
    const row = this.#byCode.get(code);
    const value = row?.kind.read(bytes, start, stop);
    return row === undefined || value === undefined
      ? { type: code, hex: toHex(bytes, start, stop) }
      : { type: row.name, value };
  }

  #writeOne(path: string, tlv: { type?: unknown; value?: unknown; hex?: unknown }, out: ByteWriter): void {
    const { typeSize, lengthIncludesHeader } = this.#shape;
    const row = typeof tlv.type === 'string' ? this.#byName.get(tlv.type) : undefined;
    if (typeof tlv.type === 'string' && row === undefined) {
      refuseNlri(
        `${path}.type`,
        tlv.type,
        `must be a number or one of ${[...this.#byName.keys()].join(', ')}`,
      );
    }
    const code = row?.code ?? checkNumber(`${path}.type`, tlv.type, typeSize === 1 ? 0xff : 0xffff);
    if (typeSize === 1) out.u8(code);
    else out.u16(code);
    const lengthSize = this.#lengthSize(typeSize === 1 ? code : code >>> 8);
    const lengthAt = out.reserve(lengthSize);
    if (row === undefined) out.copy(checkHex(`${path}.hex`, tlv.hex));
    else row.kind.write(`${path}.value`, tlv.value, out);
    const length =
      out.length - lengthAt - lengthSize + (lengthIncludesHeader === true ? typeSize + lengthSize : 0);
    if (length > (lengthSize === 1 ? 0xff : 0xffff)) refuseNlri(path, length, 'is too long');
    if (lengthSize === 1) out.patch8(lengthAt, length);
    else out.patch16(lengthAt, length);
  }
}

/** The text of a value for people: `key=value` of what is in it. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(formatValue).join('/');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${formatValue(inner)}`)
    .join(',');
}

/** `node-name=r1 1234=0xff` */
export function formatTlvs(tlvs: readonly Tlv[]): string {
  return tlvs.map((tlv) => `${tlv.type}=${'hex' in tlv ? `0x${tlv.hex}` : formatValue(tlv.value)}`).join(' ');
}
