import { encodeCanonical } from '../attributes/canonical.js';
import { BgpError } from '../errors.js';
import { createNlriKey } from '../net/nlri-key.js';
import { parseInto } from '../net/prefix.js';
import { Column32 } from '../rib/columns.js';
import { LOCAL_PEER, type NextHopId, NO_PREFIX, NO_ROW, type PrefixId } from '../rib/ids.js';
import type { FamilyTable, Rib } from '../rib/rib.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { checkAnnouncement } from './announcement-check.js';
import type { Announcement } from './config.js';
import { parseField } from './field-check.js';
import type { OwnedRoute } from './status.js';

/** Routes that this speaker originates, by owner tag. A prefix has one owner: the last that announced it. */
export class LocalRoutes {
  private readonly rib: Rib;
  private readonly seconds: () => number;
  private readonly tables = new Map<FamilyTable, OwnedPrefixes>();
  private readonly numbers = new Map<string, number>();
  private lastNumber = 0;
  private readonly scratch = new ByteWriter(256);
  private readonly key = createNlriKey();

  constructor(rib: Rib, seconds: () => number) {
    this.rib = rib;
    this.seconds = seconds;
    for (const table of rib.tables) this.tables.set(table, new OwnedPrefixes());
  }

  /** Adds or changes routes: all of them, or none when it throws `BgpError`. */
  announce(announcement: Announcement): void {
    const { attributes, nextHops } = this.rib;
    const { key } = this;
    const address = this.check(announcement);
    const set = attributes.intern(this.scratch.bytes, 0, this.scratch.length);
    const number = this.numberOf(announcement.owner ?? '');
    const time = this.seconds();
    for (const prefix of announcement.prefixes) {
      const table = this.rib.table(parseInto(prefix, key))!;
      const own = address ?? (table.family.afi === 1 ? UNSPECIFIED_4 : UNSPECIFIED_6);
      const hop: NextHopId = nextHops.intern(own, 0, own.length);
      const id = table.prefixes.add(key);
      this.tables.get(table)!.give(id, announcement.owner ?? '', number);
      table.setPath(id, LOCAL_PEER, 0, set, hop, set, hop, time);
      // The owner is an input of export policy, also when the path is the same as before.
      table.loc.markDirty(id);
    }
  }

  /** What an announcement would change, prefix by prefix. Throws `BgpError` for what cannot be announced. */
  compare(announcement: Announcement): readonly LocalChange[] {
    const { attributes, nextHops } = this.rib;
    const address = this.check(announcement);
    const encoded = this.scratch.slice();
    const owner = announcement.owner ?? '';
    return announcement.prefixes.map((text): LocalChange => {
      const table = this.rib.table(parseInto(text, this.key))!;
      const prefix = table.prefixes.codec.format(this.key);
      const id = table.prefixes.find(this.key);
      const row = id === NO_PREFIX ? NO_ROW : table.paths.find(id, LOCAL_PEER, 0);
      if (row === NO_ROW) return { prefix, change: 'new' };
      if (this.owner(table, id) !== owner) return { prefix, change: 'owner' };
      const own = address ?? (table.family.afi === 1 ? UNSPECIFIED_4 : UNSPECIFIED_6);
      if (!isSame(nextHops.address(table.paths.nextHop(row)), own)) return { prefix, change: 'next hop' };
      const set = table.paths.accepted(row);
      const present = attributes.bytes(set).subarray(attributes.start(set), attributes.end(set));
      return { prefix, change: isSame(present, encoded) ? 'none' : 'attributes' };
    });
  }

  /** Throws `BgpError` for what cannot be announced. Gives its next hop, and leaves its attributes in `scratch`. */
  check(announcement: Announcement): Uint8Array | null {
    const address = checkAnnouncement(announcement);
    announcement.prefixes.forEach((prefix, i) => {
      const table = this.tableOf(prefix, i);
      if (address === null || address.length === 16 || table.family.afi === 1) return;
      throw new BgpError(
        'BGP_ERR_NEXT_HOP',
        `${prefix} cannot have the next hop ${announcement.nextHop}: not one family`,
        {
          path: 'nextHop',
          value: announcement.nextHop,
          allowed: `an ${table.family.afi === 1 ? 'IPv4' : 'IPv6'} address`,
        },
      );
    });
    this.scratch.reset();
    encodeCanonical(announcement.attributes ?? {}, this.scratch);
    return address;
  }

  /** Withdraws prefixes; with an owner, only those that are still its own. Unknown ones are passed over. */
  withdraw(prefixes: readonly string[], owner?: string): void {
    prefixes.forEach((prefix, i) => void this.tableOf(prefix, i));
    for (const prefix of prefixes) {
      const table = this.rib.table(parseInto(prefix, this.key))!;
      const id = table.prefixes.find(this.key);
      const held = this.tables.get(table)!.owner(id);
      if (held !== null && (owner === undefined || owner === held)) this.drop(table, id);
    }
  }

  withdrawOwner(owner: string): void {
    for (const [table, owned] of this.tables) {
      for (const id of owned.of(owner)) this.drop(table, id as PrefixId);
    }
  }

  /** A number that changes with each announcement and withdrawal of a prefix. */
  version(text: string): number {
    const table = this.rib.table(parseInto(text, this.key));
    const id = table?.prefixes.find(this.key) ?? NO_PREFIX;
    return table === undefined || id === NO_PREFIX ? 0 : this.tables.get(table)!.version(id);
  }

  /** What is announced, of one owner or of all. */
  owned(owner?: string): readonly OwnedRoute[] {
    const routes: OwnedRoute[] = [];
    for (const [table, owned] of this.tables) {
      for (const name of owner === undefined ? owned.owners() : [owner]) {
        for (const id of owned.of(name)) {
          table.prefixes.read(id as PrefixId, this.key);
          routes.push({ prefix: table.prefixes.codec.format(this.key), owner: name });
        }
      }
    }
    return routes;
  }

  /** Owner tag of a prefix of ours; `''` when it is none. */
  owner(table: FamilyTable, prefix: PrefixId): string {
    return this.tables.get(table)!.owner(prefix) ?? '';
  }

  /** A number that stands for the owner as long as the speaker lives. */
  ownerNumber(table: FamilyTable, prefix: PrefixId): number {
    return this.tables.get(table)!.number(prefix);
  }

  private drop(table: FamilyTable, prefix: PrefixId): void {
    this.tables.get(table)!.take(prefix);
    const row = table.paths.find(prefix, LOCAL_PEER, 0);
    if (row !== NO_ROW) table.removePath(row);
  }

  private numberOf(owner: string): number {
    const known = this.numbers.get(owner);
    if (known !== undefined) return known;
    this.lastNumber++;
    this.numbers.set(owner, this.lastNumber);
    return this.lastNumber;
  }

  private tableOf(prefix: string, i: number): FamilyTable {
    return parseField(`prefixes[${i}]`, prefix, (text) => this.rib.table(parseInto(text, this.key))!);
  }
}

/** What an announcement would change of one prefix. */
export interface LocalChange {
  readonly prefix: string;
  readonly change: 'none' | 'new' | 'owner' | 'next hop' | 'attributes';
}

function isSame(x: Uint8Array, y: Uint8Array): boolean {
  return x.length === y.length && x.every((octet, i) => octet === y[i]);
}

/** Who announces which prefix of one family. */
class OwnedPrefixes {
  private readonly numbers = new Column32();
  private readonly names = new Map<number, string>();
  private readonly versions = new Column32();
  private lastVersion = 0;
  private readonly byOwner = new Map<string, Set<number>>();

  owner(prefix: number): string | null {
    return prefix === 0 ? null : (this.names.get(this.numbers.get(prefix)) ?? null);
  }

  number(prefix: number): number {
    return this.numbers.get(prefix);
  }

  version(prefix: number): number {
    return this.versions.get(prefix);
  }

  owners(): readonly string[] {
    return [...this.byOwner.keys()];
  }

  /** A copy: the caller may give and take while it goes through it. */
  of(owner: string): readonly number[] {
    return [...(this.byOwner.get(owner) ?? [])];
  }

  give(prefix: number, owner: string, number: number): void {
    this.versions.set(prefix, ++this.lastVersion);
    const held = this.numbers.get(prefix);
    if (held === number) return;
    if (held !== 0) this.take(prefix);
    this.numbers.set(prefix, number);
    const own = this.byOwner.get(owner);
    if (own !== undefined) {
      own.add(prefix);
      return;
    }
    this.byOwner.set(owner, new Set([prefix]));
    this.names.set(number, owner);
  }

  take(prefix: number): void {
    const number = this.numbers.get(prefix);
    const owner = this.names.get(number);
    if (owner === undefined) return;
    this.versions.set(prefix, ++this.lastVersion);
    this.numbers.set(prefix, 0);
    const own = this.byOwner.get(owner)!;
    own.delete(prefix);
    if (own.size > 0) return;
    this.byOwner.delete(owner);
    this.names.delete(number);
  }
}

const UNSPECIFIED_4 = new Uint8Array(4);
const UNSPECIFIED_6 = new Uint8Array(16);
