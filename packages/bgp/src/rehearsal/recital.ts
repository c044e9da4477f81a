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

/**
 * UPDATEs for the routes of these numbers, and End-of-RIB; in chunks. Most have 1 to 9 routes. Now and then two have the same attributes, and
 * three that are full, of which what goes out is more than a message.
 */
export function announcements(as: number, from: number, to: number, variant: number): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  const out = new ByteWriter(2 * CHUNK);
  let number = 0;
  for (let route = from; route < to; number++) {
    const message = beginMessage(out, MessageType.Update);
    out.u16(0);
    const attributes = out.reserve(2);
    const place = number % 400;
    const isFull = place >= 97 && place < 100;
    writeAttributes(out, as, isFull ? number - place : number - Number(number % 10 === 9), variant);
    out.patch16(attributes, out.length - attributes - 2);
    const end = Math.min(to, route + (isFull ? 400 : 1 + ((number * 7) % 9)));
    for (; route < end; route++) writePrefix(out, route);
    endMessage(out, message);
    if (out.length >= CHUNK) cut(out, lines);
  }
  const marker = beginMessage(out, MessageType.Update);
  out.u32(0);
  endMessage(out, marker);
  cut(out, lines);
  return lines;
}

/** ORIGIN, AS_PATH, NEXT_HOP; and in some MED, communities of all kinds, the attributes of aggregates, and one that nobody knows. */
function writeAttributes(out: ByteWriter, as: number, number: number, variant: number): void {
  out.copy(Uint8Array.of(0x40, AttributeCode.Origin, 1, number % 11 === 0 ? 2 : 0));
  const hops = 2 + (number % 4) + variant;
  out.copy(Uint8Array.of(0x40, AttributeCode.AsPath, 2 + 4 * hops, SegmentType.Sequence, hops));
  out.u32(as);
  for (let hop = 1; hop < hops; hop++) out.u32((hop % 2 === 0 ? HALF : 0) + FIRST_AS + number * 3 + hop);
  out.copy(Uint8Array.of(0x40, AttributeCode.NextHop, 4, 198, 51, 100, 250));
  if (number % 6 === 0) {
    out.copy(Uint8Array.of(0x80, AttributeCode.Med, 4));
    out.u32(number % 12 === 0 ? HALF + variant : variant);
  }
  if (number % 16 === 1) {
    out.copy(Uint8Array.of(0x40, AttributeCode.AtomicAggregate, 0));
    out.copy(Uint8Array.of(0xc0, AttributeCode.Aggregator, 8));
    out.u32(as);
    out.u32(HALF + number);
  }
  const communities = number % 5;
  writeWords(out, AttributeCode.Communities, communities, ((as & 0xffff) << 16) | number);
  if (number % 8 === 2)
    writeWords(out, AttributeCode.ExtendedCommunities, 2 * (1 + (number % 3)), 0x0002fbf0 + (number % 16));
  if (number % 8 === 3)
    writeWords(out, AttributeCode.LargeCommunities, 3 * (1 + (number % 3)), FIRST_AS + number);
  if (number % 32 === 5) writeWords(out, UNKNOWN, 2, number);
}

/** An optional transitive attribute: words that rise, or fall where `first` is odd, so that lists have to be sorted. */
function writeWords(out: ByteWriter, code: number, count: number, first: number): void {
  if (count === 0) return;
  out.copy(Uint8Array.of(0xc0, code, 4 * count));
  for (let i = 0; i < count; i++) out.u32(first + (first % 2 === 0 ? i : count - i));
}

/** Withdraws the routes of these numbers; in chunks. */
export function withdrawals(from: number, to: number): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  const out = new ByteWriter(2 * CHUNK);
  for (let route = from; route < to; ) {
    const message = beginMessage(out, MessageType.Update);
    const withdrawn = out.reserve(2);
    const end = Math.min(to, route + 200);
    for (; route < end; route++) writePrefix(out, route);
    out.patch16(withdrawn, out.length - withdrawn - 2);
    out.u16(0);
    endMessage(out, message);
    if (out.length >= CHUNK || route === to) cut(out, lines);
  }
  return lines;
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
