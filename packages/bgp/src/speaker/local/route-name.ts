import { BgpError, showValue } from '../../errors.js';
import { parseFamily } from '../../net/family.js';
import { createNlriKey, type NlriKey } from '../../net/nlri-key.js';
import { parseInto } from '../../net/prefix.js';
import { encodeNlri } from '../../nlri/opaque-families.js';
import { isSpanCodec, type SpanCodec } from '../../nlri/span-codec.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import { fromHex, toHex } from '../../wire/hex.js';
import type { AnnouncedNlri, Announcement, FamilyName, RouteRef } from '../settings/config.js';
import { badField, checkList, parseField, placed } from '../settings/field-check.js';

/**
 * A destination of ours as one text: a prefix for unicast, else the name of its family and what it is there.
 *
 * ```
 * 203.0.113.0/24 │ ipv4-multicast 203.0.113.0/24 │ vpnv4-unicast 70000641…     octets as hex
 * ```
 */
export type RouteName = string;

/** Names of all destinations of an announcement. Throws `BgpError` with the place for what cannot be one. */
export function routeNames(rib: Rib, announcement: Announcement): readonly RouteName[] {
  const { prefixes, nlri } = announcement;
  if (nlri === undefined) return prefixes;
  return [...prefixes, ...nlri.map((one, i) => nlriName(rib, one, `nlri[${i}]`))];
}

/** Names of what is to be withdrawn. */
export function withdrawnNames(rib: Rib, routes: readonly RouteRef[]): readonly RouteName[] {
  checkList('prefixes', routes, 'prefixes, or of {family, value or hex}');
  return routes.map((route, i) => (typeof route === 'string' ? route : nlriName(rib, route, `[${i}]`)));
}

/** The part of an announcement that has these names. */
export function announcementOf(announcement: Announcement, names: readonly RouteName[]): Announcement {
  const { nlri: _nlri, ...shared } = announcement;
  const prefixes = names.filter((name) => !name.includes(' '));
  if (prefixes.length === names.length) return { ...shared, prefixes };
  const nlri = names.flatMap((name): AnnouncedNlri[] => {
    const space = name.indexOf(' ');
    if (space < 0) return [];
    const family = name.slice(0, space) as FamilyName;
    const rest = name.slice(space + 1);
    return [rest.includes('/') ? { family, value: rest } : { family, hex: rest }];
  });
  return { ...shared, prefixes, nlri };
}

/** Fills `key` with the destination of a name, and gives its table. Throws `BgpError`. */
export function tableOfName(rib: Rib, name: RouteName, key: NlriKey): FamilyTable {
  const space = name.indexOf(' ');
  if (space < 0) return rib.open(parseInto(name, key))!;
  const table = openTable(rib, name.slice(0, space), 'nlri');
  const rest = name.slice(space + 1);
  if (table.hasForms) {
    const octets = fromHex(rest);
    if (octets === null) throw refused(name, 'nlri', 'must be hex digits');
    aimAt(table.prefixes.codec as SpanCodec, octets, key, name);
  } else if (parseInto(rest, key).afi !== table.family.afi) {
    throw refused(name, 'nlri', `must be a prefix of ${table.family.name}`);
  }
  return table;
}

/** What makes a destination the same one: without labels and other properties of a path. */
export function destinationOf(table: FamilyTable, key: NlriKey): string {
  const { codec } = table.prefixes;
  if (!isSpanCodec(codec)) return nameOf(table, key);
  const out = new ByteWriter(64);
  codec.opaque.writeKey(key.octets, key.start, key.end, out);
  return `${table.family.name} ${toHex(out.bytes, 0, out.length)}`;
}

export function nameOf(table: FamilyTable, key: NlriKey): RouteName {
  const { codec } = table.prefixes;
  if (isSpanCodec(codec)) return `${table.family.name} ${toHex(key.octets, key.start, key.end)}`;
  return table.family.safi === 1 ? codec.format(key) : `${table.family.name} ${codec.format(key)}`;
}

/** The name of one destination. Throws `BgpError` with its place. */
export function nlriName(rib: Rib, nlri: AnnouncedNlri, path: string): RouteName {
  if (typeof nlri !== 'object' || nlri === null)
    throw badField(path, nlri, 'an object of family, and value or hex');
  const table = openTable(rib, nlri.family, `${path}.family`);
  const { codec } = table.prefixes;
  const { value, hex } = nlri;
  if ((value === undefined) === (hex === undefined)) {
    throw refused(nlri, path, 'must have either value or hex');
  }
  if (!isSpanCodec(codec)) {
    if (hex !== undefined) return prefixName(table, hex, `${path}.hex`);
    if (typeof value !== 'string') throw refused(value, `${path}.value`, 'must be a prefix');
    return `${table.family.name} ${value}`;
  }
  if (hex !== undefined) return `${table.family.name} ${hex}`;
  if (typeof value !== 'object' || value === null)
    throw refused(value, `${path}.value`, `must be an NLRI of ${nlri.family}`);
  const out = new ByteWriter(64);
  placed(`${path}.value`, value, () => encodeNlri(codec.opaque, value, out));
  aimAt(codec, out.slice(), createNlriKey(), nlri);
  return `${table.family.name} ${toHex(out.bytes, 0, out.length)}`;
}

/** The name of the prefix that octets are the NLRI of: its length in bits, and as many octets as hold them. */
function prefixName(table: FamilyTable, hex: unknown, path: string): RouteName {
  const octets = typeof hex === 'string' ? fromHex(hex) : null;
  if (octets === null) throw refused(hex, path, 'must be hex digits');
  const key = createNlriKey();
  const { codec } = table.prefixes;
  if (codec.read(octets, 0, octets.length, false, key) === octets.length) return nameOf(table, key);
  throw refused(hex, path, `must be one prefix of ${table.family.name}`);
}

function openTable(rib: Rib, family: string, path: string): FamilyTable {
  const table = parseField(path, family, () => rib.open(parseFamily(family)));
  if (table !== undefined) return table;
  throw refused(family, path, 'must be a family that is built, or one of `relayedFamilies`');
}

function aimAt(codec: SpanCodec, octets: Uint8Array, key: NlriKey, value: unknown): void {
  const end = codec.read(octets, 0, octets.length, false, key);
  const problem =
    end === octets.length ? codec.opaque.check(octets, key.start, key.end) : 'it is not one NLRI';
  if (problem !== null) throw refused(value, 'nlri', `must be well formed: ${problem}`);
}

function refused(value: unknown, path: string, allowed: string): BgpError {
  return new BgpError('BGP_ERR_NLRI', `${path}: ${allowed}, got ${showValue(value)}`, {
    path,
    value,
    allowed,
  });
}
