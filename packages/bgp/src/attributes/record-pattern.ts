/** A field of a record that must be in a range. */
export interface RecordPart {
  readonly offset: number;
  /** Octets, as one unsigned number in network order. */
  readonly width: 1 | 2 | 4 | 6;
  readonly least: number;
  readonly most: number;
}

/** Which records of a community list are meant: all parts must fit; no parts fit every record. */
export interface RecordPattern {
  readonly parts: readonly RecordPart[];
}

/** What is done to a list of records (large or extended communities): replaced, or some removed; then some added. */
export interface RecordEdits {
  /** Records one after another. */
  readonly set?: Uint8Array;
  readonly remove?: readonly RecordPattern[];
  readonly add?: Uint8Array;
}

function readPart(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

export function matchesRecord(pattern: RecordPattern, bytes: Uint8Array, at: number): boolean {
  const { parts } = pattern;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const value = readPart(bytes, at + part.offset, part.width);
    if (value < part.least || value > part.most) return false;
  }
  return true;
}

export function matchesAnyRecord(patterns: readonly RecordPattern[], bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < patterns.length; i++) if (matchesRecord(patterns[i]!, bytes, at)) return true;
  return false;
}
