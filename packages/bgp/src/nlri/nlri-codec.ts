import type { Family } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import type { ByteWriter } from '../wire/byte-writer.js';

/** How a table keys this family: one word and a length, four words and a length, or octets. */
export type KeyLayout = 'u32' | 'u128' | 'bytes';

/** How one family is written in NLRI fields. Reading and writing allocate nothing. */
export interface NlriCodec {
  readonly family: Family;
  readonly layout: KeyLayout;
  /**
   * Reads one destination at `at` into `out` and returns the offset after it, or -1 when it is malformed: a length over
   * the address size, or octets past `end`. Bits past the length are zeroed (RFC 4271 §4.3: they are irrelevant).
   */
  read(bytes: Uint8Array, at: number, end: number, addPath: boolean, out: NlriKey): number;
  write(out: ByteWriter, key: NlriKey, addPath: boolean): void;
  /** As `write`, in a withdrawal, where that has another form; not longer. */
  writeWithdrawn?(out: ByteWriter, key: NlriKey, addPath: boolean): void;
  /** Octets that `write` will append. */
  size(key: NlriKey, addPath: boolean): number;
  /** `10.0.0.0/8` */
  format(key: NlriKey): string;
}
