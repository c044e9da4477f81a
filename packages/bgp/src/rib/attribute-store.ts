import { type AttributeSummary, createSummary, SummaryFlag, summarize } from '../attributes/summary.js';
import { AttributeArena } from './attribute-arena.js';
import { Column8, Column16, Column32 } from './columns.js';
import { hashBytes } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import { IdList } from './id-list.js';
import type { AttrId } from './ids.js';

/** Bits of the state column. */
const LIVE = 1;
/** In the list of sets to look at in `collect`. */
const CANDIDATE = 2;
const SUMMARIZED = 4;

/**
 * Attribute sets, interned by their canonical bytes: equal sets have equal ids. What the decision process compares
 * lies in columns beside the bytes, filled when a set is first asked for it.
 *
 * References are counted. A set without any is not freed at once but at the next `collect`, so that a withdrawal and
 * an announcement of the same in one turn cost nothing, and no id changes its meaning within a turn. Who remembers an
 * id without a reference keeps its `serial` too: it differs when the id was given out anew.
 */
export class AttributeStore {
  private readonly arena = new AttributeArena();
  private readonly hashes = new Column32();
  private readonly refs = new Column32();
  private readonly serials = new Column32();
  private readonly state = new Column8();
  private readonly localPrefs = new Column32();
  private readonly pathLengths = new Column16();
  private readonly origins = new Column8();
  private readonly meds = new Column32();
  private readonly neighbors = new Column32();
  private readonly originators = new Column32();
  private readonly clusterLengths = new Column8();
  private readonly summaryFlags = new Column32();
  /** Of the few sets that have one. */
  private readonly aigps = new Map<number, number>();
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((id) => this.hashes.get(id));
  private readonly summary: AttributeSummary = createSummary();
  private readonly candidates = new IdList();
  private lastSerial = 0;

  /** Called after a set was freed. */
  onFree: ((id: AttrId) => void) | null = null;

  /** Sets in the store. */
  get size(): number {
    return this.ids.live;
  }

  /** Octets that the arena holds. */
  get heldBytes(): number {
    return this.arena.heldBytes;
  }

  /** Octets of the sets, those that nobody refers to included until the next `collect`. */
  get liveBytes(): number {
    return this.arena.liveBytes;
  }

  /** The id of the set with these canonical bytes, which are copied when it is new. Takes no reference. */
  intern(bytes: Uint8Array, start: number, end: number): AttrId {
    const hash = hashBytes(bytes, start, end);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.hashes.get(id) === hash && this.equals(id, bytes, start, end)) return id as AttrId;
    }
    const id = this.ids.take() as AttrId;
    this.lastSerial = (this.lastSerial + 1) | 0;
    this.serials.set(id, this.lastSerial);
    this.hashes.set(id, hash);
    this.arena.add(id, bytes, start, end);
    this.state.set(id, LIVE | CANDIDATE);
    this.candidates.push(id);
    this.index.insert(hash, id, at);
    return id;
  }

  retain(id: AttrId, count = 1): void {
    this.refs.set(id, this.refs.get(id) + count);
  }

  release(id: AttrId, count = 1): void {
    const refs = this.refs.get(id) - count;
    this.refs.set(id, refs);
    if (refs > 0) return;
    const state = this.state.get(id);
    if ((state & CANDIDATE) !== 0) return;
    this.state.set(id, state | CANDIDATE);
    this.candidates.push(id);
  }

  references(id: AttrId): number {
    return this.refs.get(id);
  }

  /** Tells two lives of an id apart. */
  serial(id: AttrId): number {
    return this.serials.get(id);
  }

  /** Frees what nobody refers to, and repacks one chunk of bytes that is mostly garbage. True: there are more such. */
  collect(): boolean {
    const count = this.candidates.length;
    const candidates = this.candidates.take();
    for (let i = 0; i < count; i++) {
      const id = candidates[i]!;
      if (this.refs.get(id) > 0) this.state.set(id, this.state.get(id) & ~CANDIDATE);
      else this.free(id);
    }
    return this.arena.compact();
  }

  /** The buffer that holds the set: `[start(id), end(id))` of it. Valid until the next `intern` or `collect`. */
  bytes(id: AttrId): Uint8Array {
    return this.arena.bytes(id);
  }

  start(id: AttrId): number {
    return this.arena.start(id);
  }

  end(id: AttrId): number {
    return this.arena.start(id) + this.arena.length(id);
  }

  /** Fills the decision columns of a set; to be called before the getters below. */
  prepare(id: AttrId): void {
    const state = this.state.get(id);
    if ((state & SUMMARIZED) !== 0) return;
    this.state.set(id, state | SUMMARIZED);
    const summary = this.summary;
    summarize(this.bytes(id), this.start(id), this.end(id), summary);
    this.localPrefs.set(id, summary.localPref);
    this.pathLengths.set(id, Math.min(summary.asPathLength, 0xffff));
    this.origins.set(id, summary.origin);
    this.meds.set(id, summary.med);
    this.neighbors.set(id, summary.neighborAs);
    this.originators.set(id, summary.originatorId);
    this.clusterLengths.set(id, Math.min(summary.clusterListLength, 0xff));
    this.summaryFlags.set(id, summary.flags);
    if ((summary.flags & SummaryFlag.HasAigp) !== 0) this.aigps.set(id, summary.aigp);
  }

  localPref(id: AttrId): number {
    return this.localPrefs.get(id) >>> 0;
  }

  asPathLength(id: AttrId): number {
    return this.pathLengths.get(id);
  }

  origin(id: AttrId): number {
    return this.origins.get(id);
  }

  /** 0 when there is none (RFC 4271 §9.1.2.2 c). */
  med(id: AttrId): number {
    return this.meds.get(id) >>> 0;
  }

  /** First AS of the path, 0 when it is empty or begins with a set. */
  neighborAs(id: AttrId): number {
    return this.neighbors.get(id) >>> 0;
  }

  /** 0 when there is none. */
  originatorId(id: AttrId): number {
    return this.originators.get(id) >>> 0;
  }

  clusterListLength(id: AttrId): number {
    return this.clusterLengths.get(id);
  }

  /** Accumulated IGP metric (RFC 7311); 0 when there is none. */
  aigp(id: AttrId): number {
    return this.aigps.get(id) ?? 0;
  }

  /** Bits of `SummaryFlag`. */
  flags(id: AttrId): number {
    return this.summaryFlags.get(id);
  }

  private equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.arena.length(id) !== length) return false;
    const own = this.arena.bytes(id);
    const at = this.arena.start(id);
    for (let i = 0; i < length; i++) if (own[at + i] !== bytes[start + i]) return false;
    return true;
  }

  private free(id: number): void {
    this.index.remove(this.hashes.get(id), id);
    this.arena.free(id);
    if (this.aigps.size > 0) this.aigps.delete(id);
    this.serials.set(id, 0);
    this.state.set(id, 0);
    this.ids.give(id);
    this.onFree?.(id as AttrId);
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.hashes, this.refs, this.serials, this.localPrefs, this.meds]) column.clear();
    for (const column of [this.neighbors, this.originators, this.summaryFlags]) column.clear();
    this.pathLengths.clear();
    this.origins.clear();
    this.clusterLengths.clear();
    this.state.clear();
  }
}
