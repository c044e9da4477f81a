import { encodeCanonical } from '../../attributes/canonical.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { parseInto } from '../../net/prefix.js';
import {
  LOCAL_PEER,
  NO_OUT,
  NO_ROW,
  type OutId,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { FamilyTable, PrefixHolder, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { DefaultOrigin } from '../settings/default-origin.js';
import type { Exporter } from './export.js';
import type { GroupProfile } from './group-profile.js';

/** Stands for the row of a default route, which is in no table, where paths are numbered (RFC 7911). */
const DEFAULT_ROW = 0x7fffffff as PathRow;

/** Where a path that an exporter chose came from. */
export function sourceOf(table: FamilyTable, row: PathRow): PeerIndex {
  return row === DEFAULT_ROW ? LOCAL_PEER : table.paths.peer(row);
}

/**
 * The default route that an update group originates: it is in no table, so that nobody else hears of it, and takes the place of
 * one that is. Its prefix, and those of its condition, are held as long as the group lives.
 */
export class DefaultRoute implements PrefixHolder {
  readonly prefix: PrefixId;
  private readonly profile: GroupProfile;
  private readonly rib: Rib;
  private readonly exporter: Exporter;
  private readonly conditions = new Set<PrefixId>();
  private wasDue: boolean;

  constructor(profile: GroupProfile, origin: DefaultOrigin, rib: Rib, exporter: Exporter) {
    const { table } = profile;
    // The policy of the route is asked in place of that for the table (as other implementations do).
    this.profile = { ...profile, policy: origin.policy };
    this.rib = rib;
    this.exporter = exporter;
    const key = createNlriKey();
    this.prefix = table.prefixes.add(key);
    for (const text of origin.ifPresent) {
      parseInto(text, key);
      this.conditions.add(table.prefixes.add(key));
    }
    table.holders.add(this);
    this.wasDue = this.isDue;
  }

  holds(prefix: PrefixId): boolean {
    return prefix === this.prefix || this.conditions.has(prefix);
  }

  /** What is advertised; `NO_OUT` when the route is not to be originated now. */
  get out(): OutId {
    if (!this.isDue || this.profile.isBlocked) return NO_OUT;
    const { attributes, nextHops } = this.rib;
    const block = new ByteWriter(64);
    encodeCanonical({ origin: 'igp', asPath: [] }, block);
    const set = attributes.intern(block.bytes, 0, block.length);
    attributes.prepare(set);
    const unspecified = new Uint8Array(this.profile.table.family.afi === 1 ? 4 : 16);
    const hop = nextHops.intern(unspecified, 0, unspecified.length);
    return this.exporter.originate(this.profile, this.prefix, set, hop);
  }

  /** Makes it the outcome of the exporter, as its `choose` and `chooseMany` do. False: it is not to be originated now. */
  choose(): boolean {
    const { exporter, out } = this;
    if (out === NO_OUT) return false;
    exporter.out = out;
    exporter.source = LOCAL_PEER;
    exporter.rows[0] = DEFAULT_ROW;
    exporter.outs[0] = out;
    exporter.count = 1;
    return true;
  }

  /** Looks at decided prefixes: where the condition changed by them, the default route is advertised anew. */
  watch(prefixes: readonly number[], count: number): void {
    if (this.conditions.size === 0) return;
    for (let i = 0; i < count; i++) {
      if (!this.conditions.has(prefixes[i]! as PrefixId)) continue;
      const isDue = this.isDue;
      if (isDue !== this.wasDue) this.profile.table.loc.markDirty(this.prefix);
      this.wasDue = isDue;
      return;
    }
  }

  /** The group is gone. */
  dissolve(): void {
    const { table } = this.profile;
    table.holders.delete(this);
    for (const prefix of [this.prefix, ...this.conditions]) table.offer(prefix);
  }

  private get isDue(): boolean {
    if (this.conditions.size === 0) return true;
    for (const prefix of this.conditions) if (this.profile.table.loc.best(prefix) !== NO_ROW) return true;
    return false;
  }
}
