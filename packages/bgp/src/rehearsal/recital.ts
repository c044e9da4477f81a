import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import { beginMessage, endMessage } from '../message/header.js';
import { MessageType } from '../message/message-type.js';
import { ByteWriter } from '../wire/byte-writer.js';

/** Addresses and numbers from this on are not small integers to the engine: a table has them on both sides. */
const HALF = 0x80000000;
const FIRST_AS = 100_000;

/** Of a recited prefix: its first 8 bits are 10 or 200 in turns, the next 16 are the number of the route. */
export function routeNumber(address: number): number {
  return (address >>> 8) & 0xffff;
}

/** Assigned to nobody. */
const UNKNOWN = 251;

/** Octets that come at once. */
const CHUNK = 32_768;

/** So many kinds of attributes there are; sets of the same kind differ in one AS number. */
const KINDS = 96;
/** One kind more: its attributes are nearly half of a message. */
const LONG = KINDS;
const LONG_LIST = 440;
/** Where the octets are that differ, from the first of the attributes: in the second AS number of the path. */
const DIFFERING = 15;
/** Routes of a full message. */
const FULL = 400;

/**
 * What peers recite: UPDATEs for routes 0 … `routes` - 1, in chunks. Most is written once and copied, since the engine would compile what
 * writes it as well.
 */
export class Recital {
  readonly #prefixes = new ByteWriter();
  readonly #starts: Uint32Array;

  constructor(routes: number) {
    this.#starts = new Uint32Array(routes + 1);
    for (let route = 0; route < routes; route++) {
      writePrefix(this.#prefixes, route);
      this.#starts[route + 1] = this.#prefixes.length;
    }
  }

  /**
   * Announces these routes, and tells the end of the RIB. Most messages have 1 to 5 routes. Now and then two have the same attributes, and three that are full,
   * of which what goes out is more than a message. The higher `variant`, the longer the paths.
   */
  announcements(as: number, from: number, to: number, variant: number): readonly Uint8Array[] {
    const lines: Uint8Array[] = [];
    const out = new ByteWriter(2 * CHUNK);
    const kinds: Uint8Array[] = [];
    let number = 0;
    for (let route = from; route < to; number++) {
      const place = number % 400;
      const isFull = place >= 30 && place < 33;
      const end = Math.min(to, route + (isFull ? FULL : 1 + ((number * 7) % 5)));
      const set = isFull ? number - place : number - (number % 10 === 9 ? 4 : 0);
      const kind = isFull ? LONG : set % KINDS;
      kinds[kind] ??= attributesOf(as, kind, variant);
      const attributes = kinds[kind]!;
      const message = beginMessage(out, MessageType.Update);
      out.u16(0);
      out.u16(attributes.length);
      out.copy(attributes);
      out.patch16(out.length - attributes.length + DIFFERING, set);
      this.#copyPrefixes(out, route, end);
      endMessage(out, message);
      if (out.length >= CHUNK) cut(out, lines);
      route = end;
    }
    const marker = beginMessage(out, MessageType.Update);
    out.u32(0);
    endMessage(out, marker);
    cut(out, lines);
    return lines;
  }

  /** Withdraws these routes. */
  withdrawals(from: number, to: number): readonly Uint8Array[] {
    const lines: Uint8Array[] = [];
    const out = new ByteWriter(2 * CHUNK);
    for (let route = from; route < to; ) {
      const end = Math.min(to, route + FULL);
      const message = beginMessage(out, MessageType.Update);
      out.u16(this.#starts[end]! - this.#starts[route]!);
      this.#copyPrefixes(out, route, end);
      out.u16(0);
      endMessage(out, message);
      route = end;
      if (out.length >= CHUNK || route === to) cut(out, lines);
    }
    return lines;
  }

  #copyPrefixes(out: ByteWriter, from: number, to: number): void {
    out.copy(this.#prefixes.view(), this.#starts[from]!, this.#starts[to]!);
  }
}

function attributesOf(as: number, kind: number, variant: number): Uint8Array {
  const out = new ByteWriter(256);
  writeAttributes(out, as, kind, variant);
  return out.slice();
}

/** ORIGIN, AS_PATH, NEXT_HOP; and in some MED, communities of all kinds, the attributes of aggregates, and one that nobody knows. */
function writeAttributes(out: ByteWriter, as: number, kind: number, variant: number): void {
  out.copy(Uint8Array.of(0x40, AttributeCode.Origin, 1, kind % 11 === 0 ? 2 : 0));
  const hops = 2 + (kind % 4) + variant;
  out.copy(Uint8Array.of(0x40, AttributeCode.AsPath, 2 + 4 * hops, SegmentType.Sequence, hops));
  out.u32(as);
  for (let hop = 1; hop < hops; hop++) out.u32((hop % 2 === 0 ? HALF : 0) + FIRST_AS + kind * 3 + hop);
  out.copy(Uint8Array.of(0x40, AttributeCode.NextHop, 4, 198, 51, 100, 250));
  if (kind % 6 === 0) {
    out.copy(Uint8Array.of(0x80, AttributeCode.Med, 4));
    out.u32(kind % 12 === 0 ? HALF + variant : variant);
  }
  if (kind % 16 === 1) {
    out.copy(Uint8Array.of(0x40, AttributeCode.AtomicAggregate, 0));
    out.copy(Uint8Array.of(0xc0, AttributeCode.Aggregator, 8));
    out.u32(as);
    out.u32(HALF + kind);
  }
  const communities = 6 * (kind % 5);
  if (kind === LONG) writeLongList(out);
  else writeWords(out, AttributeCode.Communities, communities, ((as & 0xffff) << 16) | kind);
  if (kind % 8 === 2)
    writeWords(out, AttributeCode.ExtendedCommunities, 2 * (1 + (kind % 3)), 0x0002fbf0 + (kind % 16));
  if (kind % 8 === 3) writeWords(out, AttributeCode.LargeCommunities, 3 * (1 + (kind % 3)), FIRST_AS + kind);
  if (kind % 32 === 5) writeWords(out, UNKNOWN, 2, kind);
}

/** Communities that are sorted. */
function writeLongList(out: ByteWriter): void {
  out.copy(Uint8Array.of(0xd0, AttributeCode.Communities));
  out.u16(4 * LONG_LIST);
  for (let i = 0; i < LONG_LIST; i++) out.u32(HALF + i);
}

/** An optional transitive attribute: words that rise, or fall where `first` is odd, so that lists have to be sorted. */
function writeWords(out: ByteWriter, code: number, count: number, first: number): void {
  if (count === 0) return;
  out.copy(Uint8Array.of(0xc0, code, 4 * count));
  for (let i = 0; i < count; i++) out.u32(first + (first % 2 === 0 ? i : count - i));
}

/** Half of them a /24 or /32, the others as short as the zeros at the end of the number let them be. */
function writePrefix(out: ByteWriter, route: number): void {
  const length = lengthOf(route);
  out.u8(length);
  out.u8(route % 2 === 0 ? 10 : 200);
  out.u8(route >>> 8);
  if (length > 16) out.u8(route);
  if (length > 24) out.u8(1);
}

function lengthOf(route: number): number {
  if (route % 2 === 1) return route % 16 === 1 ? 32 : 24;
  if ((route & 0xff) === 0) return 16;
  return (route & 0xf) === 0 ? 20 : (route & 3) === 0 ? 22 : 23;
}

function cut(out: ByteWriter, lines: Uint8Array[]): void {
  lines.push(out.slice());
  out.reset();
}
