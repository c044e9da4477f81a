import { valueEnd, valueStart } from '../../src/attributes/attribute-header.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { type KeySource, UpdatePacker } from '../../src/message/update-packer.js';
import type { UpdateReader } from '../../src/message/update-reader.js';
import { type Family, IPV4_UNICAST } from '../../src/net/family.js';
import { createNlriKey, type NlriKey, nlriCodec } from '../../src/nlri/nlri.js';
import { opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { listOpaque, writeOpaque } from './opaque-routes.js';

/** Gives the destinations of one NLRI field. */
export function fieldKeys(
  bytes: Uint8Array,
  start: number,
  end: number,
  family: Family,
  addPath: boolean,
): KeySource {
  const codec = nlriCodec(family)!;
  let at = start;
  return {
    next(key: NlriKey) {
      if (at >= end) return false;
      at = codec.read(bytes, at, end, addPath, key);
      return at >= 0;
    },
  };
}

/** The UPDATE that `reader` has just accepted, as our packer writes it: one message per kind of routes. */
export function reencodeUpdate(
  reader: UpdateReader,
  bytes: Uint8Array,
  as4: boolean,
  addPath: boolean,
): ByteWriter {
  const out = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 65535, addPath: () => addPath });
  const canonical = new ByteWriter();
  reader.canonical(canonical);
  const never = (): never => {
    throw new Error('a prefix did not fit');
  };
  const announce = (
    family: Family,
    nextHop4: Uint8Array | null,
    nextHop: Uint8Array | null,
    keys: KeySource,
  ) => {
    const wire = new ByteWriter();
    encodeForSession(canonical.bytes, 0, canonical.length, { as4, nextHop4 }, wire);
    packer.announce(out, family, wire.bytes, 0, wire.length, nextHop, keys, never);
  };
  if (reader.endOfRib !== null) packer.endOfRib(out, reader.endOfRib);
  const { withdrawnStart, withdrawnEnd, nlriStart, nlriEnd, nextHopStart } = reader;
  packer.withdraw(out, IPV4_UNICAST, fieldKeys(bytes, withdrawnStart, withdrawnEnd, IPV4_UNICAST, addPath));
  if (reader.unreachFamily !== null && opaqueNlriCodec(reader.unreachFamily) !== undefined) {
    const { unreachFamily: family, unreachNlriStart: start, unreachNlriEnd: end } = reader;
    if (start < end) writeOpaque(out, { bytes, start, end, family, addPath }, null, new Uint8Array(0));
  } else if (reader.unreachFamily !== null) {
    const { unreachFamily, unreachNlriStart, unreachNlriEnd } = reader;
    packer.withdraw(
      out,
      unreachFamily,
      fieldKeys(bytes, unreachNlriStart, unreachNlriEnd, unreachFamily, addPath),
    );
  }
  if (nlriStart < nlriEnd) {
    const nextHop4 = bytes.slice(nextHopStart, nextHopStart + 4);
    announce(IPV4_UNICAST, nextHop4, null, fieldKeys(bytes, nlriStart, nlriEnd, IPV4_UNICAST, addPath));
  }
  if (reader.reachFamily !== null) {
    const { reachFamily, reachNextHopStart, reachNextHopEnd, reachNlriStart, reachNlriEnd } = reader;
    const nextHop = bytes.slice(reachNextHopStart, reachNextHopEnd);
    if (opaqueNlriCodec(reachFamily) !== undefined) {
      const wire = new ByteWriter();
      encodeForSession(canonical.bytes, 0, canonical.length, { as4, nextHop4: null }, wire);
      const field = { bytes, start: reachNlriStart, end: reachNlriEnd, family: reachFamily, addPath };
      writeOpaque(out, field, nextHop, wire.view());
      return out;
    }
    // Our packer sends IPv4 unicast in the plain fields, whichever way it came.
    const plain = reachFamily === IPV4_UNICAST;
    const keys = fieldKeys(bytes, reachNlriStart, reachNlriEnd, reachFamily, addPath);
    announce(reachFamily, plain ? nextHop : null, plain ? null : nextHop, keys);
  }
  return out;
}

interface WireAttribute {
  readonly code: number;
  readonly flags: number;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

interface UpdateParts {
  readonly withdrawn: string;
  readonly attributes: readonly WireAttribute[];
  readonly nlri: string;
}

function split(message: Uint8Array): UpdateParts {
  const withdrawnEnd = 21 + ((message[19]! << 8) | message[20]!);
  const attributesEnd = withdrawnEnd + 2 + ((message[withdrawnEnd]! << 8) | message[withdrawnEnd + 1]!);
  const attributes: WireAttribute[] = [];
  for (let at = withdrawnEnd + 2; at < attributesEnd; at = valueEnd(message, at)) {
    const start = valueStart(message, at);
    const end = valueEnd(message, at);
    const value = toHex(message, start, end);
    attributes.push({ code: message[at + 1]!, flags: message[at]!, value, start, end });
  }
  return {
    withdrawn: toHex(message, 21, withdrawnEnd),
    attributes,
    nlri: toHex(message, attributesEnd),
  };
}

/** Why NLRI of a family that is kept by its octets differ when their values are encoded. */
export const NLRI_FORM = 'what NLRI leave open has one form: reserved bits, bottom of stack, sizes of values';

/** Whether the routes of the multiprotocol attributes are kept by their octets. */
function isOpaque({ reachFamily, unreachFamily }: UpdateReader): boolean {
  const family = reachFamily ?? unreachFamily;
  return family !== null && opaqueNlriCodec(family) !== undefined;
}

const isSortedList = (code: number): boolean => code === 8 || code === 16 || code === 32;

/**
 * Why an UPDATE that we wrote again differs from the original: reasons from a closed list. `unexplained` is a defect.
 * Both are whole messages; `again` may be several.
 */
export function explainUpdate(original: Uint8Array, again: Uint8Array, reader: UpdateReader): string[] {
  const reasons = new Set<string>();
  if (again.length === 0) return ['an UPDATE without routes has nothing to be sent for'];
  const length = (again[16]! << 8) | again[17]!;
  if (length !== again.length) return ['routes of several kinds go into a message each'];
  const a = split(original);
  const b = split(again);
  const byCode = new Map(b.attributes.map((attribute) => [attribute.code, attribute]));
  const discarded = new Set(reader.discarded.map((fault) => fault.offset));
  const announces = reader.nlriStart < reader.nlriEnd || reader.reachNlriStart < reader.reachNlriEnd;
  const seen = new Set<number>();
  for (const attribute of a.attributes) {
    const { code, flags, value, start } = attribute;
    if (seen.has(code)) {
      reasons.add('a repeated attribute is dropped');
      continue;
    }
    seen.add(code);
    const other = byCode.get(code);
    if (other === undefined) {
      if (discarded.has(start) || discarded.has(start - 3) || discarded.has(start - 4)) {
        reasons.add('a malformed attribute is dropped');
      } else if (code === 15 && reader.unreachNlriStart === reader.unreachNlriEnd) {
        reasons.add('MP_UNREACH_NLRI without routes is not sent');
      } else if (!announces) reasons.add('attributes beside withdrawals mean nothing');
      else if (code === 3) reasons.add('NEXT_HOP beside MP_REACH_NLRI means nothing');
      else if (code === 14 && reader.reachFamily === IPV4_UNICAST)
        reasons.add('IPv4 goes into the plain fields');
      else if (code === 17 || code === 18) reasons.add('AS4 attributes are sent only where they are needed');
      else reasons.add(`unexplained: attribute ${code} is gone`);
      continue;
    }
    if (((flags ^ other.flags) & 0xe0) !== 0) {
      const known = (flags & 0x20) !== 0 && (other.flags & 0x20) === 0;
      reasons.add(
        known ? 'Partial is kept for optional transitive attributes only' : `unexplained: flags of ${code}`,
      );
    }
    if (((flags ^ other.flags) & 0x10) !== 0) reasons.add('Extended Length is set where it is needed');
    if ((flags & 0x0f) !== 0) reasons.add('unused flag bits are cleared');
    if (value === other.value) continue;
    if (isSortedList(code)) reasons.add('communities are sorted, doubles dropped');
    else if (code === 2) reasons.add('AS4_PATH was merged into AS_PATH and taken out again');
    else if ((code === 14 || code === 15) && isOpaque(reader)) reasons.add(NLRI_FORM);
    else if (code === 14 || code === 15) reasons.add('bits past the prefix length are cleared');
    else if (code === 17) reasons.add('AS4_PATH is made anew from the whole path');
    else reasons.add(`unexplained: value of ${code}`);
  }
  const orderA = a.attributes.map((x) => x.code).filter((code) => byCode.has(code));
  const orderB = b.attributes.map((x) => x.code).filter((code) => seen.has(code));
  if ([...new Set(orderA)].join() !== orderB.join()) reasons.add('attributes go in code order, MP_* first');
  for (const { code } of b.attributes) {
    if (seen.has(code)) continue;
    reasons.add(code === 3 ? 'IPv4 goes into the plain fields' : `unexplained: attribute ${code} is new`);
  }
  if (a.withdrawn !== b.withdrawn && a.withdrawn !== '')
    reasons.add('bits past the prefix length are cleared');
  if (a.nlri !== b.nlri && a.nlri !== '') reasons.add('bits past the prefix length are cleared');
  return reasons.size === 0 ? ['unexplained'] : [...reasons];
}

/** Destinations of a field as text. */
function listKeys(keys: KeySource, family: Family): string[] {
  const key = createNlriKey();
  const list: string[] = [];
  while (keys.next(key)) list.push(`${key.pathId} ${nlriCodec(family)!.format(key)}`);
  return list;
}

/** What an accepted UPDATE says, as lines: each route with its next hop and canonical attributes, each withdrawal. */
export function routesOf(reader: UpdateReader, bytes: Uint8Array, addPath: boolean): string[] {
  const lines: string[] = [];
  const canonical = new ByteWriter();
  if (reader.attributesStart < reader.attributesEnd) reader.canonical(canonical);
  const block = toHex(canonical.view());
  const add = (sign: string, start: number, end: number, family: Family, beside: string): void => {
    const isKept = opaqueNlriCodec(family) !== undefined;
    if (isKept) {
      for (const route of listOpaque(bytes, start, end, family, addPath, sign === '-'))
        lines.push(`${sign} ${route} ${beside}`);
      return;
    }
    for (const key of listKeys(fieldKeys(bytes, start, end, family, addPath), family)) {
      lines.push(`${sign} ${key} ${beside}`);
    }
  };
  const { nextHopStart, reachFamily, unreachFamily } = reader;
  const nextHop4 = nextHopStart < 0 ? '' : toHex(bytes, nextHopStart, nextHopStart + 4);
  add('-', reader.withdrawnStart, reader.withdrawnEnd, IPV4_UNICAST, '');
  add('+', reader.nlriStart, reader.nlriEnd, IPV4_UNICAST, `${nextHop4} ${block}`);
  if (unreachFamily !== null) add('-', reader.unreachNlriStart, reader.unreachNlriEnd, unreachFamily, '');
  if (reachFamily !== null) {
    const nextHop = toHex(bytes, reader.reachNextHopStart, reader.reachNextHopEnd);
    add('+', reader.reachNlriStart, reader.reachNlriEnd, reachFamily, `${nextHop} ${block}`);
  }
  return lines.sort();
}
