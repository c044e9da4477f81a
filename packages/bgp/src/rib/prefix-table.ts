import type { Family } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import type { NlriCodec } from '../nlri/nlri-codec.js';
import { isSpanCodec } from '../nlri/span-codec.js';
import { Column8, Column32 } from './columns.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import { NO_PREFIX, type PrefixId } from './ids.js';
import { hash1, hash4 } from './prefix-hash.js';
import { PrefixTableBytes } from './prefix-table-bytes.js';

/**
 * The destinations of one family: from a prefix to its id and back. One class for each key layout, so that nothing
 * above knows the family. An id lives from `add` to `release`.
 */
export interface PrefixTable {
  readonly family: Family;
  readonly codec: NlriCodec;
  /** Prefixes in the table. */
  readonly size: number;
  /** Highest id ever given out + 1. */
  readonly limit: number;
  /** `isWithdrawn`: the key is of a withdrawal, which may be read in another way than what is announced. */
  find(key: NlriKey, isWithdrawn?: boolean): PrefixId;
  /** The id of this prefix, a new one when it was not there. */
  add(key: NlriKey): PrefixId;
  has(id: PrefixId): boolean;
  /** Frees an id that nobody holds any more. */
  release(id: PrefixId): void;
  /** Fills `out` (path id 0). */
  read(id: PrefixId, out: NlriKey): void;
}

/** Length column of a free id. Prefix lengths are stored + 1, so that 0 means "not in use". */
const FREE = 0;

/** Prefixes that fit a word: IPv4. 5 octets a prefix, and about 8 of index. */
export class PrefixTable32 implements PrefixTable {
  readonly family: Family;
  readonly codec: NlriCodec;
  private readonly word = new Column32();
  private readonly lengths = new Column8();
  private readonly ids = new IdAllocator(this.word);
  private readonly index = new HashIndex((id) => hash1(this.word.get(id), this.lengths.get(id)));
  /** Where the last probe that found nothing ended. */
  private empty = 0;

  constructor(codec: NlriCodec) {
    this.codec = codec;
    this.family = codec.family;
  }

  get size(): number {
    return this.ids.live;
  }

  get limit(): number {
    return this.ids.limit;
  }

  find(key: NlriKey): PrefixId {
    const word = key.a | 0;
    const length = key.length + 1;
    return this.probe(word, length, hash1(word, length));
  }

  add(key: NlriKey): PrefixId {
    const word = key.a | 0;
    const length = key.length + 1;
    const hash = hash1(word, length);
    const found = this.probe(word, length, hash);
    if (found !== NO_PREFIX) return found;
    const id = this.ids.take() as PrefixId;
    this.word.set(id, word);
    this.lengths.set(id, length);
    this.index.insert(hash, id, this.empty);
    return id;
  }

  has(id: PrefixId): boolean {
    return this.lengths.get(id) !== FREE;
  }

  release(id: PrefixId): void {
    this.index.remove(hash1(this.word.get(id), this.lengths.get(id)), id);
    this.lengths.set(id, FREE);
    this.ids.give(id);
    if (this.ids.live > 0) return;
    this.ids.restart();
    this.word.clear();
    this.lengths.clear();
  }

  read(id: PrefixId, out: NlriKey): void {
    out.pathId = 0;
    out.a = this.word.get(id) >>> 0;
    out.b = 0;
    out.c = 0;
    out.d = 0;
    out.length = this.lengths.get(id) - 1;
  }

  private probe(word: number, length: number, hash: number): PrefixId {
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) {
        this.empty = at;
        return NO_PREFIX;
      }
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.word.get(id) === word && this.lengths.get(id) === length) return id as PrefixId;
    }
  }
}

/** Prefixes of four words: IPv6. 17 octets a prefix, and about 8 of index. */
export class PrefixTable128 implements PrefixTable {
  readonly family: Family;
  readonly codec: NlriCodec;
  private readonly a = new Column32();
  private readonly b = new Column32();
  private readonly c = new Column32();
  private readonly d = new Column32();
  private readonly lengths = new Column8();
  private readonly ids = new IdAllocator(this.a);
  private readonly index = new HashIndex((id) => this.hashOf(id));
  /** Where the last probe that found nothing ended. */
  private empty = 0;

  constructor(codec: NlriCodec) {
    this.codec = codec;
    this.family = codec.family;
  }

  get size(): number {
    return this.ids.live;
  }

  get limit(): number {
    return this.ids.limit;
  }

  find(key: NlriKey): PrefixId {
    return this.probe(key, hash4(key.a, key.b, key.c, key.d, key.length + 1));
  }

  add(key: NlriKey): PrefixId {
    const hash = hash4(key.a, key.b, key.c, key.d, key.length + 1);
    const found = this.probe(key, hash);
    if (found !== NO_PREFIX) return found;
    const id = this.ids.take() as PrefixId;
    this.a.set(id, key.a);
    this.b.set(id, key.b);
    this.c.set(id, key.c);
    this.d.set(id, key.d);
    this.lengths.set(id, key.length + 1);
    this.index.insert(hash, id, this.empty);
    return id;
  }

  has(id: PrefixId): boolean {
    return this.lengths.get(id) !== FREE;
  }

  release(id: PrefixId): void {
    this.index.remove(this.hashOf(id), id);
    this.lengths.set(id, FREE);
    this.ids.give(id);
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.a, this.b, this.c, this.d, this.lengths]) column.clear();
  }

  read(id: PrefixId, out: NlriKey): void {
    out.pathId = 0;
    out.a = this.a.get(id) >>> 0;
    out.b = this.b.get(id) >>> 0;
    out.c = this.c.get(id) >>> 0;
    out.d = this.d.get(id) >>> 0;
    out.length = this.lengths.get(id) - 1;
  }

  private hashOf(id: number): number {
    return hash4(this.a.get(id), this.b.get(id), this.c.get(id), this.d.get(id), this.lengths.get(id));
  }

  private probe(key: NlriKey, hash: number): PrefixId {
    const a = key.a | 0;
    const b = key.b | 0;
    const c = key.c | 0;
    const d = key.d | 0;
    const length = key.length + 1;
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) {
        this.empty = at;
        return NO_PREFIX;
      }
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (
        this.a.get(id) === a &&
        this.b.get(id) === b &&
        this.c.get(id) === c &&
        this.d.get(id) === d &&
        this.lengths.get(id) === length
      ) {
        return id as PrefixId;
      }
    }
  }
}

export function prefixTable(codec: NlriCodec): PrefixTable {
  if (isSpanCodec(codec)) return new PrefixTableBytes(codec);
  return codec.layout === 'u32' ? new PrefixTable32(codec) : new PrefixTable128(codec);
}
