import { AttributeArena } from './attribute-arena.js';
import { Column8, Column32 } from './columns.js';
import { hashBytes } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import type { FormId } from './ids.js';

const CANDIDATE = 1;

/**
 * NLRI octets of paths that came with others than their destination is kept with (another label, another segment), interned.
 * References and freeing as in the attribute store.
 */
export class FormTable {
  private readonly arena = new AttributeArena();
  private readonly hashes = new Column32();
  private readonly refs = new Column32();
  private readonly state = new Column8();
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((id) => this.hashes.get(id));
  private candidates: number[] = [];

  get size(): number {
    return this.ids.live;
  }

  /** The id of these octets. Takes no reference for the caller. */
  intern(bytes: Uint8Array, start: number, end: number): FormId {
    const hash = hashBytes(bytes, start, end);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.hashes.get(id) === hash && this.isAs(id, bytes, start, end)) return id as FormId;
    }
    const id = this.ids.take() as FormId;
    this.arena.add(id, bytes, start, end);
    this.hashes.set(id, hash);
    this.state.set(id, CANDIDATE);
    this.candidates.push(id);
    this.index.insert(hash, id);
    return id;
  }

  retain(id: FormId): void {
    this.refs.set(id, this.refs.get(id) + 1);
  }

  release(id: FormId): void {
    const refs = this.refs.get(id) - 1;
    this.refs.set(id, refs);
    const state = this.state.get(id);
    if (refs > 0 || (state & CANDIDATE) !== 0) return;
    this.state.set(id, state | CANDIDATE);
    this.candidates.push(id);
  }

  /** Where the octets of a form are; valid until the table changes. */
  read(id: FormId, out: { octets: Uint8Array; start: number; end: number }): void {
    out.octets = this.arena.bytes(id);
    out.start = this.arena.start(id);
    out.end = out.start + this.arena.length(id);
  }

  /** Frees what nobody refers to. */
  collect(): void {
    if (this.candidates.length === 0) return;
    const candidates = this.candidates;
    this.candidates = [];
    for (const id of candidates) {
      if (this.refs.get(id) > 0) {
        this.state.set(id, 0);
        continue;
      }
      this.index.remove(this.hashes.get(id), id);
      this.arena.free(id);
      this.hashes.set(id, 0);
      this.state.set(id, 0);
      this.ids.give(id);
    }
    this.arena.compact();
  }

  private isAs(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.arena.length(id) !== end - start) return false;
    const own = this.arena.bytes(id);
    let at = this.arena.start(id);
    for (let i = start; i < end; i++) if (own[at++] !== bytes[i]) return false;
    return true;
  }
}
