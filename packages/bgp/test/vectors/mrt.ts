import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One BGP thing in an MRT file (RFC 6396). Changes of state and peer indexes give none. */
export type MrtItem =
  | { readonly kind: 'message'; readonly bytes: Uint8Array; readonly as2: boolean; readonly addPath: boolean }
  /** A message of the deprecated type 5: its body and its message type. */
  | { readonly kind: 'body'; readonly type: number; readonly bytes: Uint8Array }
  /** The attribute block of a table entry, with the prefix that it is for. */
  | {
      readonly kind: 'attributes';
      readonly bytes: Uint8Array;
      readonly as2: boolean;
      readonly afi: 1 | 2;
      /** As in an NLRI field. */
      readonly nlri: Uint8Array;
      /** Where it stands beside the attributes. */
      readonly nextHop?: Uint8Array;
    }
  /** The record is damaged. */
  | { readonly kind: 'none'; readonly reason: string };

const u16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;
const u32 = (b: Uint8Array, at: number): number => (u16(b, at) * 65536 + u16(b, at + 2)) >>> 0;

const TYPE = { Bgp: 5, TableDump: 12, TableDumpV2: 13, Bgp4mp: 16, Bgp4mpEt: 17 } as const;

/** The items of an MRT file, which may be gzipped. */
export function* mrtItems(path: string): Generator<MrtItem> {
  const raw = readFileSync(path);
  const file = path.endsWith('.gz') ? gunzipSync(raw) : raw;
  for (let at = 0; at < file.length; ) {
    if (at + 12 > file.length) {
      yield { kind: 'none', reason: 'the last record header is cut off' };
      return;
    }
    const type = u16(file, at + 4);
    const subtype = u16(file, at + 6);
    const end = at + 12 + u32(file, at + 8);
    if (end > file.length) {
      yield { kind: 'none', reason: 'the last record is cut off' };
      return;
    }
    const extra = type === TYPE.Bgp4mpEt ? 4 : 0;
    yield* recordItems(type, subtype, file.subarray(at + 12 + extra, end));
    at = end;
  }
}

function recordItems(type: number, subtype: number, record: Uint8Array): MrtItem[] {
  switch (type) {
    case TYPE.Bgp:
      return oldMessage(subtype, record);
    case TYPE.TableDump:
      return [tableEntry(subtype === 1 ? 1 : 2, record)];
    case TYPE.TableDumpV2:
      return tableEntries(subtype, record);
    case TYPE.Bgp4mp:
    case TYPE.Bgp4mpEt:
      return session(subtype, record);
    default:
      return [{ kind: 'none', reason: `record type ${type}` }];
  }
}

/** Deprecated type 5: AS and address of both sides, then a message without header. */
function oldMessage(subtype: number, record: Uint8Array): MrtItem[] {
  const types: Readonly<Record<number, number>> = { 1: 2, 5: 1, 6: 3, 7: 4 };
  const type = types[subtype];
  if (type === undefined) return [];
  if (record.length < 12) return [{ kind: 'none', reason: 'a record too short for its header' }];
  return [{ kind: 'body', type, bytes: record.subarray(12) }];
}

/** BGP4MP: AS numbers, interface, AFI, addresses, then a whole message. */
function session(subtype: number, record: Uint8Array): MrtItem[] {
  if (subtype === 2) return [snapshotEntry(record)];
  const as4 = subtype === 4 || subtype === 7 || subtype === 9 || subtype === 11;
  const isMessage = as4 || subtype === 1 || subtype === 6 || subtype === 8 || subtype === 10;
  if (!isMessage) return [];
  const at = as4 ? 8 : 4;
  const addressLength = u16(record, at + 2) === 2 ? 16 : 4;
  const start = at + 4 + 2 * addressLength;
  if (start > record.length) return [{ kind: 'none', reason: 'a record too short for its header' }];
  return [{ kind: 'message', bytes: record.subarray(start), as2: !as4, addPath: subtype >= 8 }];
}

/** BGP4MP_ENTRY, deprecated: a table entry with next hop and prefix before its attributes. */
function snapshotEntry(record: Uint8Array): MrtItem {
  const at = 8 + 2 * (u16(record, 6) === 2 ? 16 : 4) + 8;
  const afi = u16(record, at) === 1 ? 1 : 2;
  const prefix = at + 4 + record[at + 3]!;
  const octets = (record[prefix]! + 7) >> 3;
  const nlri = nlriOf(record[prefix]!, record.subarray(prefix + 1));
  const lengthAt = prefix + 1 + octets;
  const bytes = record.subarray(lengthAt + 2, lengthAt + 2 + u16(record, lengthAt));
  const nextHop = record.subarray(at + 4, prefix);
  return { kind: 'attributes', bytes, as2: true, afi, nlri, nextHop };
}

function nlriOf(length: number, octets: Uint8Array): Uint8Array {
  return Uint8Array.from([length, ...octets.subarray(0, (length + 7) >> 3)]);
}

function tableEntry(afi: 1 | 2, record: Uint8Array): MrtItem {
  const size = afi === 1 ? 4 : 16;
  const nlri = nlriOf(record[4 + size]!, record.subarray(4, 4 + size));
  const lengthAt = 4 + size + 1 + 1 + 4 + size + 2;
  const start = lengthAt + 2;
  const bytes = record.subarray(start, start + u16(record, lengthAt));
  return { kind: 'attributes', bytes, as2: true, afi, nlri };
}

function tableEntries(subtype: number, record: Uint8Array): MrtItem[] {
  // RFC 8050 §4: entries with a path identifier.
  const withPath = subtype === 8 || subtype === 10;
  if (subtype !== 2 && subtype !== 4 && !withPath) return [];
  const afi = subtype === 2 || subtype === 8 ? 1 : 2;
  const octets = (record[4]! + 7) >> 3;
  const nlri = nlriOf(record[4]!, record.subarray(5));
  const items: MrtItem[] = [];
  let at = 5 + octets + 2;
  for (let i = 0; i < u16(record, 5 + octets); i++) {
    const start = at + (withPath ? 12 : 8);
    const end = start + u16(record, start - 2);
    items.push({ kind: 'attributes', bytes: record.subarray(start, end), as2: false, afi, nlri });
    at = end;
  }
  return items;
}
