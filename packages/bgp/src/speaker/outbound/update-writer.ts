import { encodeForSession } from '../../attributes/session-attributes.js';
import { type KeySource, UpdatePacker } from '../../message/update-packer.js';
import { type Family, IPV4_UNICAST } from '../../net/family.js';
import type { NlriKey } from '../../net/nlri-key.js';
import { NO_OUT, type OutId, type OutKey, type PrefixId, type SlotId } from '../../rib/ids.js';
import type { OutTable } from '../../rib/out-table.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import type { SlotTable } from '../../rib/slot-table.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { Recipient } from '../members/recipient.js';
import { writtenNextHop } from '../settings/link-local-form.js';
import type { GroupProfile } from './group-profile.js';
import { OutBatch, OutBuckets } from './out-batch.js';

/** A block is closed when it is over this: what a slow member is sent too much is bounded by it and one step. */
const BLOCK_BYTES = 32_768;

/** Packed UPDATEs, shared by all members that they are for. */
interface Block {
  readonly bytes: Uint8Array;
  readonly messages: number;
}

/**
 * Packs batches of changes into UPDATEs: by what is advertised, each message filled up. Sets that differ in what stays here only,
 * such as LOCAL_PREF, follow each other as a rule, and go into the same messages.
 */
export class UpdateWriter {
  private readonly rib: Rib;
  private readonly packers = new Map<number, UpdatePacker>();
  private readonly buckets = new OutBuckets();
  private readonly keys: BucketKeys;
  private readonly out = new ByteWriter(2 * BLOCK_BYTES);
  /** Octets of the bucket that is packed, and of the one after it, when `nextIs` names that. */
  private set = new ByteWriter(4096);
  private next = new ByteWriter(4096);
  private nextIs = 0;
  private readonly attributes = new ByteWriter(4096);
  private readonly tooLarge = new OutBatch();
  private readonly noteTooLarge = (): void => this.tooLarge.add(this.keys.prefix, NO_OUT);
  private readonly encoding: { as4: boolean; nextHop4: Uint8Array | null } = { as4: true, nextHop4: null };
  /** A list of objects from its first moment, as it is for the engine. */
  private readonly blocks: Block[] = [{ bytes: new Uint8Array(0), messages: 0 }];
  private messages = 0;
  private bases = new Int32Array(0);

  constructor(rib: Rib) {
    this.rib = rib;
    this.keys = new BucketKeys(this.buckets, rib.outs);
  }

  /** Packs a batch; `sendTo` gives the blocks to members, until the next `pack`. */
  pack(profile: GroupProfile, batch: OutBatch): void {
    const packer = this.packerFor(profile.maxMessage, profile.addPath > 0);
    const { table } = profile;
    const { family } = table;
    const slots = profile.addPath > 0 ? profile.table.slots : null;
    const { out, keys, buckets } = this;
    this.blocks.length = 0;
    this.nextIs = 0;
    if (table.hasForms) buckets.sort(batch, this.basesOf(batch));
    else buckets.sort(batch);
    for (let i = 0; i < buckets.count; ) {
      const first = i;
      const id = buckets.outs[first]! as OutId;
      if (id !== NO_OUT) this.write(first, id);
      do i++;
      while (id !== NO_OUT && i < buckets.count && this.joins(i, id));
      keys.aim(table, slots, first, i);
      if (id === NO_OUT) this.messages += packer.withdraw(out, family, keys);
      else this.announce(packer, profile, id);
      if (out.length >= BLOCK_BYTES) this.closeBlock();
    }
    if (this.tooLarge.length > 0) {
      // Attributes that fill a message by themselves: what went out earlier must not stay there.
      buckets.sort(this.tooLarge);
      keys.aim(table, slots, 0, 1);
      this.messages += packer.withdraw(out, family, keys);
      this.tooLarge.clear();
    }
    this.closeBlock();
  }

  sendTo(member: Recipient): void {
    for (const block of this.blocks) member.send(block.bytes, block.messages);
  }

  sendEndOfRib(family: Family, member: Recipient): void {
    this.packerFor(member.maxMessage, false).endOfRib(this.out, family);
    const bytes = this.out.slice();
    this.out.reset();
    member.send(bytes, 1);
  }

  /** Writes the octets of a bucket, where that is not done yet. */
  private write(bucket: number, id: OutId): void {
    if (this.nextIs !== bucket || bucket === 0) {
      this.set.reset();
      this.rib.outs.write(id, this.set);
      return;
    }
    const { set, next } = this;
    this.set = next;
    this.next = set;
  }

  /** Whether a bucket goes out with the same octets and next hop as the one that is packed. */
  private joins(bucket: number, packed: OutId): boolean {
    const { outs } = this.rib;
    const id = this.buckets.outs[bucket]! as OutId;
    if (id === NO_OUT || outs.nextHop(id) !== outs.nextHop(packed)) return false;
    this.nextIs = bucket;
    this.next.reset();
    outs.write(id, this.next);
    return this.set.equals(this.next);
  }

  private announce(packer: UpdatePacker, profile: GroupProfile, id: OutId): void {
    const { nextHops, outs } = this.rib;
    const { family } = profile.table;
    const hop = outs.nextHop(id);
    let nextHop = nextHops.address(hop);
    // An IPv6 next hop of an IPv4 destination needs MP_REACH_NLRI (RFC 8950 §3).
    const isPlain = family === IPV4_UNICAST && nextHop.length === 4;
    if (!isPlain && nextHops.isLinkLocal(hop)) nextHop = writtenNextHop(nextHop, profile.linkLocalForm);
    this.attributes.reset();
    this.encoding.as4 = profile.as4;
    this.encoding.nextHop4 = isPlain ? nextHop : null;
    encodeForSession(this.set.bytes, 0, this.set.length, this.encoding, this.attributes);
    this.messages += packer.announce(
      this.out,
      family,
      this.attributes.bytes,
      0,
      this.attributes.length,
      isPlain ? null : nextHop,
      this.keys,
      this.noteTooLarge,
    );
  }

  /** What differs in NLRI octets only goes into one message. */
  private basesOf(batch: OutBatch): Int32Array {
    if (this.bases.length < batch.length) this.bases = new Int32Array(2 * batch.length);
    const { outs } = this.rib;
    for (let i = 0; i < batch.length; i++) this.bases[i] = outs.base(batch.outs[i]! as OutId);
    return this.bases;
  }

  private closeBlock(): void {
    if (this.out.length === 0) return;
    this.blocks.push({ bytes: this.out.slice(), messages: this.messages });
    this.out.reset();
    this.messages = 0;
  }

  private packerFor(maxMessage: number, addPath: boolean): UpdatePacker {
    const kind = addPath ? -maxMessage : maxMessage;
    let packer = this.packers.get(kind);
    if (packer === undefined) {
      packer = new UpdatePacker({ maxMessage, addPath: () => addPath, codecs: this.rib.codecs });
      this.packers.set(kind, packer);
    }
    return packer;
  }
}

/** The prefixes of some buckets, as the packer takes them. */
class BucketKeys implements KeySource {
  private readonly buckets: OutBuckets;
  private readonly outs: OutTable;
  private table: FamilyTable | null = null;
  private slots: SlotTable | null = null;
  private bucket = 0;
  private end = 0;
  /** The prefix given last. */
  prefix = 0 as OutKey;

  constructor(buckets: OutBuckets, outs: OutTable) {
    this.buckets = buckets;
    this.outs = outs;
  }

  /** With slots, the batch is of these. */
  aim(table: FamilyTable, slots: SlotTable | null, bucket: number, end: number): void {
    this.table = table;
    this.slots = slots;
    this.bucket = bucket;
    this.end = end;
  }

  next(key: NlriKey): boolean {
    const { buckets } = this;
    this.prefix = buckets.take(buckets.outs[this.bucket]!);
    while (this.prefix === 0 && ++this.bucket < this.end)
      this.prefix = buckets.take(buckets.outs[this.bucket]!);
    if (this.prefix === 0) return false;
    if (this.slots === null) {
      this.read(this.prefix as PrefixId, key);
    } else {
      const slot = this.prefix as SlotId;
      this.read(this.slots.prefix(slot), key);
      key.pathId = this.slots.pathId(slot);
    }
    return true;
  }

  private read(prefix: PrefixId, key: NlriKey): void {
    const table = this.table!;
    if (table.hasForms) table.readForm(prefix, this.outs.form(this.buckets.out), key);
    else table.prefixes.read(prefix, key);
  }
}
