import type { Family } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import { type NlriReading, nlriReading } from '../nlri/opaque-nlri-codec.js';
import type { SpanCodec } from '../nlri/span-codec.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { AttributeArena } from './attribute-arena.js';
import { Column8, Column32 } from './columns.js';
import { hashBytes } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import { NO_PREFIX, type PrefixId } from './ids.js';

/**
 * Destinations of families whose NLRI are not prefixes alone, by the octets that are their key.
 *
 * ```
 * NLRI  label 100 | rd 65000:1 | 10.0.0.0/8     kept as it came first
 *                   └──────── key ────────┘     hashed and compared; written out of what is kept when it is asked for
 * ```
 *
 * What is kept is sent in withdrawals, where labels and the like mean nothing and have no place (RFC 8277 §2.4), and for every path that came with the same
 * octets; paths with others have a form of their own (`FormTable`). 13 octets a destination, about 8 of index, and the NLRI.
 */
export class PrefixTableBytes {
  readonly family: Family;
  readonly codec: SpanCodec;
  private readonly arena = new AttributeArena();
  private readonly hashes = new Column32();
  private readonly used = new Column8();
  private readonly chain = new Column32();
  private readonly ids = new IdAllocator(this.chain);
  private readonly index = new HashIndex((id) => this.hashes.get(id));
  private readonly wanted = new ByteWriter(64);
  private readonly present = new ByteWriter(64);

  constructor(codec: SpanCodec) {
    this.codec = codec;
    this.family = codec.family;
  }

  get size(): number {
    return this.ids.live;
  }

  get limit(): number {
    return this.ids.limit;
  }

  /** Octets of memory that hold NLRI. */
  get heldBytes(): number {
    return this.arena.heldBytes;
  }

  find(key: NlriKey, isWithdrawn = false): PrefixId {
    return this.probe(this.hashOf(key, nlriReading(this.codec.opaque, isWithdrawn)));
  }

  add(key: NlriKey): PrefixId {
    const hash = this.hashOf(key, this.codec.opaque);
    const found = this.probe(hash);
    if (found !== NO_PREFIX) return found;
    const id = this.ids.take() as PrefixId;
    this.arena.add(id, key.octets, key.start, key.end);
    this.hashes.set(id, hash);
    this.used.set(id, 1);
    this.index.insert(hash, id);
    return id;
  }

  has(id: PrefixId): boolean {
    return this.used.get(id) !== 0;
  }

  release(id: PrefixId): void {
    this.index.remove(this.hashes.get(id), id);
    this.arena.free(id);
    this.arena.compact();
    this.used.set(id, 0);
    this.hashes.set(id, 0);
    this.ids.give(id);
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.hashes, this.used, this.chain]) column.clear();
  }

  /** `out.octets` is valid until the table changes. */
  read(id: PrefixId, out: NlriKey): void {
    out.pathId = 0;
    out.a = 0;
    out.b = 0;
    out.c = 0;
    out.d = 0;
    out.length = 0;
    out.octets = this.arena.bytes(id);
    out.start = this.arena.start(id);
    out.end = out.start + this.arena.length(id);
  }

  /** Whether a destination is kept with just these octets. */
  isAs(id: PrefixId, key: NlriKey): boolean {
    if (this.arena.length(id) !== key.end - key.start) return false;
    const bytes = this.arena.bytes(id);
    let at = this.arena.start(id);
    for (let i = key.start; i < key.end; i++) if (bytes[at++] !== key.octets[i]) return false;
    return true;
  }

  /** Leaves the key in `wanted`. */
  private hashOf(key: NlriKey, reading: NlriReading): number {
    this.wanted.reset();
    reading.writeKey(key.octets, key.start, key.end, this.wanted);
    return hashBytes(this.wanted.bytes, 0, this.wanted.length);
  }

  private probe(hash: number): PrefixId {
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) return NO_PREFIX;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.hashes.get(id) === hash && this.isWanted(id)) return id as PrefixId;
    }
  }

  private isWanted(id: number): boolean {
    const { wanted, present, arena } = this;
    present.reset();
    const start = arena.start(id);
    this.codec.opaque.writeKey(arena.bytes(id), start, start + arena.length(id), present);
    if (present.length !== wanted.length) return false;
    for (let i = 0; i < wanted.length; i++) if (present.bytes[i] !== wanted.bytes[i]) return false;
    return true;
  }
}
