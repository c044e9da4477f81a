import { encodeCanonical } from '../../attributes/canonical.js';
import { BgpError } from '../../errors.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { shapeNextHop } from '../../nlri/shape-next-hop.js';
import { Column32 } from '../../rib/columns.js';
import { LOCAL_PEER, type NextHopId, NO_PREFIX, NO_ROW, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { Announcement, RouteRef } from '../settings/config.js';
import { parseField } from '../settings/field-check.js';
import type { OwnedRoute } from '../views/status.js';
import { checkAnnouncement } from './announcement-check.js';
import {
  destinationOf,
  nameOf,
  type RouteName,
  routeNames,
  tableOfName,
  withdrawnNames,
} from './route-name.js';

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
  }

  /** Adds or changes routes: all of them, or none when it throws `BgpError`. */
  announce(announcement: Announcement): void {
    const { attributes, nextHops } = this.rib;
    const { key } = this;
    const { names, address } = this.check(announcement);
    const set = attributes.intern(this.scratch.bytes, 0, this.scratch.length);
    const number = this.numberOf(announcement.owner ?? '');
    const time = this.seconds();
    for (const name of names) {
      const table = tableOfName(this.rib, name, key);
      const own = this.nextHopOf(table, address);
      const hop: NextHopId = nextHops.intern(own, 0, own.length);
      const id = table.prefixes.add(key);
      this.ownedOf(table).give(id, announcement.owner ?? '', number);
      if (table.hasForms) {
        table.setFormedPath(id, LOCAL_PEER, 0, table.formOf(id, key), set, hop, set, hop, time);
      } else {
        table.setPath(id, LOCAL_PEER, 0, set, hop, set, hop, time);
      }
      // The owner is an input of export policy, also when the path is the same as before.
      table.loc.markDirty(id);
    }
  }

  /** What an announcement would change, prefix by prefix. Throws `BgpError` for what cannot be announced. */
  compare(announcement: Announcement): readonly LocalChange[] {
    const { names, address } = this.check(announcement);
    const encoded = this.scratch.slice();
    const owner = announcement.owner ?? '';
    return names.map((name): LocalChange => {
      const table = tableOfName(this.rib, name, this.key);
      const prefix = table.prefixes.codec.format(this.key);
      const destination = destinationOf(table, this.key);
      const change = this.changeOf(table, owner, this.nextHopOf(table, address), encoded);
      return { prefix, name, destination, change };
    });
  }

  /** Of the destination that `key` has. */
  private changeOf(
    table: FamilyTable,
    owner: string,
    nextHop: Uint8Array,
    encoded: Uint8Array,
  ): LocalChange['change'] {
    const { attributes, nextHops } = this.rib;
    const id = table.prefixes.find(this.key);
    const row = id === NO_PREFIX ? NO_ROW : table.paths.find(id, LOCAL_PEER, 0);
    if (row === NO_ROW) return 'new';
    if (this.owner(table, id) !== owner) return 'owner';
    if (!isSame(nextHops.address(table.paths.nextHop(row)), nextHop)) return 'next hop';
    if (table.formOf(id, this.key) !== table.form(row)) return 'attributes';
    const set = table.paths.accepted(row);
    const present = attributes.bytes(set).subarray(attributes.start(set), attributes.end(set));
    return isSame(present, encoded) ? 'none' : 'attributes';
  }

  /** Throws `BgpError` for what cannot be announced. Leaves the attributes in `scratch`. */
  check(announcement: Announcement): { names: readonly RouteName[]; address: Uint8Array | null } {
    const address = checkAnnouncement(announcement);
    const names = routeNames(this.rib, announcement);
    names.forEach((name, i) => {
      const table = this.tableOf(name, placeOf(announcement.prefixes.length, i));
      const isFree = address === null || table.hasForms;
      if (isFree || address.length === 16 || table.family.afi === 1) return;
      throw new BgpError(
        'BGP_ERR_NEXT_HOP',
        `${name} cannot have the next hop ${announcement.nextHop}: not one family`,
        {
          path: 'nextHop',
          value: announcement.nextHop,
          allowed: `an ${table.family.afi === 1 ? 'IPv4' : 'IPv6'} address`,
        },
      );
    });
    this.scratch.reset();
    encodeCanonical(announcement.attributes ?? {}, this.scratch);
    return { names, address };
  }

  /** Withdraws prefixes; with an owner, only those that are still its own. Unknown ones are passed over. */
  withdraw(routes: readonly RouteRef[], owner?: string): void {
    const names = withdrawnNames(this.rib, routes);
    names.forEach((name, i) => void this.tableOf(name, placeOf(names.length, i)));
    for (const name of names) {
      const table = tableOfName(this.rib, name, this.key);
      const id = table.prefixes.find(this.key);
      const held = this.ownedOf(table).owner(id);
      if (held !== null && (owner === undefined || owner === held)) this.drop(table, id);
    }
  }

  withdrawOwner(owner: string): void {
    for (const [table, owned] of this.tables) {
      for (const id of owned.of(owner)) this.drop(table, id as PrefixId);
    }
  }

  /** The destinations of an announcement, each once. */
  namesOf(announcement: Announcement): readonly RouteName[] {
    return [...new Set(routeNames(this.rib, announcement))];
  }

  /** A number that changes with each announcement and withdrawal of a prefix. */
  version(name: RouteName): number {
    const table = tableOfName(this.rib, name, this.key);
    const id = table.prefixes.find(this.key);
    return id === NO_PREFIX ? 0 : this.ownedOf(table).version(id);
  }

  /** What is announced, of one owner or of all. */
  owned(owner?: string): readonly OwnedRoute[] {
    return this.ownedNames(owner).map(({ prefix, name, owner }) => {
      const space = name.indexOf(' ');
      return space < 0 ? { prefix, owner } : { prefix, owner, family: name.slice(0, space) };
    });
  }

  /** As `owned`, with what else is needed to compare and to withdraw it. */
  ownedNames(owner?: string): readonly OwnedName[] {
    const routes: OwnedName[] = [];
    const { key } = this;
    for (const [table, owned] of this.tables) {
      for (const holder of owner === undefined ? owned.owners() : [owner]) {
        for (const id of owned.of(holder)) {
          table.prefixes.read(id as PrefixId, key);
          const prefix = table.prefixes.codec.format(key);
          const [name, destination] = [nameOf(table, key), destinationOf(table, key)];
          routes.push({ prefix, owner: holder, name, destination });
        }
      }
    }
    return routes;
  }

  /** Owner tag of a prefix of ours; `''` when it is none. */
  owner(table: FamilyTable, prefix: PrefixId): string {
    return this.ownedOf(table).owner(prefix) ?? '';
  }

  /** A number that stands for the owner as long as the speaker lives. */
  ownerNumber(table: FamilyTable, prefix: PrefixId): number {
    return this.ownedOf(table).number(prefix);
  }

  private drop(table: FamilyTable, prefix: PrefixId): void {
    this.ownedOf(table).take(prefix);
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

  private nextHopOf(table: FamilyTable, address: Uint8Array | null): Uint8Array {
    const opaque = this.rib.codecs.opaque(table.family);
    if (opaque !== undefined) return shapeNextHop(opaque, address ?? UNSPECIFIED_4);
    return address ?? (table.family.afi === 1 ? UNSPECIFIED_4 : UNSPECIFIED_6);
  }

  private ownedOf(table: FamilyTable): OwnedPrefixes {
    let owned = this.tables.get(table);
    if (owned === undefined) {
      owned = new OwnedPrefixes();
      this.tables.set(table, owned);
    }
    return owned;
  }

  private tableOf(name: RouteName, path: string): FamilyTable {
    return parseField(path, name, (text) => tableOfName(this.rib, text, this.key));
  }
}

/** Of the i-th name of an announcement with so many prefixes. */
function placeOf(prefixes: number, i: number): string {
  return i < prefixes ? `prefixes[${i}]` : `nlri[${i - prefixes}]`;
}

/** What an announcement would change of one prefix. */
export interface LocalChange {
  readonly prefix: string;
  readonly name: RouteName;
  readonly destination: string;
  readonly change: 'none' | 'new' | 'owner' | 'next hop' | 'attributes';
}

/** One that we announce. */
export interface OwnedName extends OwnedRoute {
  readonly name: RouteName;
  readonly destination: string;
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
