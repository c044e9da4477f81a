/** What is wrong, or worth telling, with the attributes of an UPDATE: see `faultTexts`. */
export type AttributeNote =
  | 'malformed'
  | 'attributeFlags'
  | 'missingMandatory'
  | 'localPrefLeaked'
  | 'medLeaked'
  | 'partialNotSet';

/** The attributes of an UPDATE, taken apart. */
export interface AttributeForm {
  /**
   * What must reach every receiver as it was announced: equal texts, equal attributes. The order of communities does not
   * matter, nor how a path is cut into segments; the next hop, MED and LOCAL_PREF are no part of it, nor is the first AS
   * where a receiver looks.
   */
  readonly text: string;
  /** First AS of the path, 0 where there is none. */
  readonly firstAs: number;
  readonly nextHop: string;
  readonly med: number | null;
  readonly notes: readonly AttributeNote[];
}

const OPTIONAL = 0x80;
const TRANSITIVE = 0x40;
const PARTIAL = 0x20;
const EXTENDED_LENGTH = 0x10;
const AS_SEQUENCE = 2;

/** Flags that RFC 4271 §5, RFC 1997 and RFC 8092 ask for, and the least unit of the value; by code. */
const known: Readonly<
  Record<number, { readonly flags: number; readonly unit: number; readonly only?: number }>
> = {
  1: { flags: TRANSITIVE, unit: 1, only: 1 },
  2: { flags: TRANSITIVE, unit: 1 },
  3: { flags: TRANSITIVE, unit: 4, only: 4 },
  4: { flags: OPTIONAL, unit: 4, only: 4 },
  5: { flags: TRANSITIVE, unit: 4, only: 4 },
  6: { flags: TRANSITIVE, unit: 1, only: 0 },
  7: { flags: OPTIONAL | TRANSITIVE, unit: 8, only: 8 },
  8: { flags: OPTIONAL | TRANSITIVE, unit: 4 },
  32: { flags: OPTIONAL | TRANSITIVE, unit: 12 },
};

/**
 * Takes the attributes `bytes[start, end)` apart. On purpose it shares nothing with the library under test: a mistake in there
 * must not hide itself here. `isReceived`: the first AS is that of the sender, and no part of the text.
 */
export function readAttributes(
  bytes: Buffer,
  start: number,
  end: number,
  isReceived: boolean,
): AttributeForm {
  const parts = new Map<number, string>();
  const notes = new Set<AttributeNote>();
  let firstAs = 0;
  let nextHop = '';
  let med: number | null = null;
  for (let at = start; at < end; ) {
    const flags = bytes[at]!;
    const code = bytes[at + 1] ?? 0;
    const isLong = (flags & EXTENDED_LENGTH) !== 0;
    const from = at + (isLong ? 4 : 3);
    const length = from > end ? 0 : isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 2]!;
    const to = from + length;
    if (to > end || parts.has(code) || !fits(code, length)) {
      notes.add('malformed');
      break;
    }
    const row = known[code];
    if (row !== undefined && row.flags !== (flags & (OPTIONAL | TRANSITIVE))) notes.add('attributeFlags');
    if (row === undefined && isReceived && (flags & PARTIAL) === 0) notes.add('partialNotSet');
    if (code === 2) {
      const path = readPath(bytes, from, to);
      if (path === null) notes.add('malformed');
      firstAs = path?.firstAs ?? 0;
      parts.set(code, (isReceived ? path?.ases.slice(1) : path?.ases)?.join(' ') ?? '');
    } else if (code === 3) {
      nextHop = [...bytes.subarray(from, to)].join('.');
      parts.set(code, '');
    } else if (code === 4 || code === 5) {
      if (code === 4) med = bytes.readUInt32BE(from);
      if (isReceived) notes.add(code === 4 ? 'medLeaked' : 'localPrefLeaked');
    } else if (code === 8 || code === 32) {
      parts.set(code, sortedUnits(bytes, from, to, row!.unit));
    } else {
      parts.set(code, bytes.toString('latin1', from, to));
    }
    at = to;
  }
  if (![1, 2, 3].every((code) => parts.has(code))) notes.add('missingMandatory');
  const text = [...parts.keys()]
    .sort((a, b) => a - b)
    .map((code) => `${code}=${parts.get(code)}`)
    .join('\n');
  return { text, firstAs, nextHop, med, notes: [...notes] };
}

function fits(code: number, length: number): boolean {
  const row = known[code];
  return row === undefined || (row.only === undefined ? length % row.unit === 0 : length === row.only);
}

/** ASes in order, those of a set with braces around, so that a sequence that was cut in two reads as one. */
function readPath(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly ases: readonly string[]; readonly firstAs: number } | null {
  const ases: string[] = [];
  let firstAs = 0;
  for (let at = start; at < end; ) {
    const type = bytes[at]!;
    const count = bytes[at + 1] ?? 0;
    const next = at + 2 + 4 * count;
    if (count === 0 || next > end) return null;
    const segment = Array.from({ length: count }, (_, i) => bytes.readUInt32BE(at + 2 + 4 * i));
    if (ases.length === 0 && type === AS_SEQUENCE) firstAs = segment[0]!;
    if (type === AS_SEQUENCE) ases.push(...segment.map(String));
    else ases.push(`${type}{${segment.join(' ')}}`);
    at = next;
  }
  return { ases, firstAs };
}

function sortedUnits(bytes: Buffer, start: number, end: number, unit: number): string {
  const units: string[] = [];
  for (let at = start; at < end; at += unit) units.push(bytes.toString('latin1', at, at + unit));
  return units.sort().join('');
}
