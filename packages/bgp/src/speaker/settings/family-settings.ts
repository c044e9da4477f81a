import { parseAddress } from '../../net/address.js';
import { type Family, familyOf, IPV4_UNICAST, IPV6_UNICAST, parseFamily } from '../../net/family.js';
import { builtFamilies, FamilyCodecs } from '../../nlri/family-codecs.js';
import { rawNlriCodec } from '../../nlri/raw-nlri.js';
import type { FamilyName, RelayedFamily } from './config.js';
import { badField, checkAddress, checkFields, checkInteger } from './field-check.js';

/** The families of a peer; by default that of its address, and both where it is known by its interface (null). */
export function checkFamilies(
  path: string,
  value: unknown,
  address: string | null,
  codecs: FamilyCodecs,
): readonly Family[] {
  if (value === undefined && address === null) return [IPV4_UNICAST, IPV6_UNICAST];
  if (value === undefined) return [address?.includes(':') ? IPV6_UNICAST : IPV4_UNICAST];
  if (!Array.isArray(value) || value.length === 0) {
    throw badField(path, value, 'a list of one or more families, such as ipv4-unicast, l2vpn-evpn');
  }
  const families = value.map((name: unknown) => checkFamily(path, name, codecs));
  return [...new Map(families.map((family) => [family.key, family])).values()].sort((x, y) => x.key - y.key);
}

/** The family of a name that can be carried. */
export function checkFamily(path: string, name: unknown, codecs: FamilyCodecs): Family {
  const family = codecs.families.find((known) => known.name === name);
  if (family !== undefined) return family;
  throw badField(path, name, `one of ${namesOf(codecs)}; others by relayedFamilies`);
}

const namesOf = (codecs: FamilyCodecs): string => codecs.families.map(({ name }) => name).join(', ');

/** Refuses anything that is not an object whose fields are names of families. */
export function checkByFamily(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const unknown = Object.keys(value).filter((name) => !isFamily(name));
    checkFields(path, Object.fromEntries(unknown.map((name) => [name, 0])), ['ipv4-unicast', 'ipv6-unicast']);
  } else {
    checkFields(path, value, []);
  }
  return value as Readonly<Record<string, unknown>>;
}

function isFamily(name: string): boolean {
  try {
    return parseFamily(name).name === name;
  } catch {
    return false;
  }
}

/** Own next hops by family: of prefixes an address of their kind, of others any. */
export function checkNextHops(
  path: string,
  value: unknown,
  extended: boolean,
): Readonly<Partial<Record<FamilyName, Uint8Array>>> {
  const entries = Object.entries(checkByFamily(path, value)).map(([name, text]) => {
    const bytes = parseAddress(checkAddress(`${path}.${name}`, text).replace(/%.*/, ''));
    const { afi, safi } = parseFamily(name);
    const isIpv4 = afi === 1;
    const isFree = safi > 2 || (isIpv4 && safi === 1 && extended);
    if (!isFree && bytes.length !== (isIpv4 ? 4 : 16)) {
      const allowed = isIpv4
        ? 'an IPv4 address, or an IPv6 one where extendedNextHop is set'
        : 'an IPv6 address';
      throw badField(`${path}.${name}`, text, allowed);
    }
    return [name, bytes] as const;
  });
  return Object.fromEntries(entries);
}

/** The families of a speaker: those that are built, and these. Throws for what is no framing, and for a family that is built. */
export function checkRelayed(value: unknown): FamilyCodecs {
  if (value === undefined) return builtFamilies;
  if (!Array.isArray(value)) throw badField('relayedFamilies', value, 'a list');
  const seen = new Set<string>();
  const codecs = value.map((entry: unknown, i) => {
    const path = `relayedFamilies[${i}]`;
    checkFields(path, entry, ['afi', 'safi', 'lengthAt', 'lengthSize', 'unit', 'keyBytes']);
    const { afi, safi, lengthAt = 0, lengthSize = 1, unit = 'octets', keyBytes } = entry as RelayedFamily;
    const family = familyOf(
      checkInteger(`${path}.afi`, afi, 1, 0xffff),
      checkInteger(`${path}.safi`, safi, 1, 255),
    );
    const { name } = family;
    if (builtFamilies.codec(family) !== undefined || seen.has(name)) {
      throw badField(path, name, 'a family that is not built, once');
    }
    seen.add(name);
    if (lengthSize !== 1 && lengthSize !== 2) throw badField(`${path}.lengthSize`, lengthSize, '1 or 2');
    if (unit !== 'octets' && unit !== 'bits') throw badField(`${path}.unit`, unit, '"octets" or "bits"');
    const framing = { lengthAt: checkInteger(`${path}.lengthAt`, lengthAt, 0, 8), lengthSize, unit };
    if (keyBytes !== undefined) checkInteger(`${path}.keyBytes`, keyBytes, 1, 4096);
    return rawNlriCodec(family, framing, keyBytes);
  });
  return new FamilyCodecs(codecs);
}
