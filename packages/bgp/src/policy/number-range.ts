import { badPolicy } from './policy-error.js';

/** Numbers of 32 bits: one, `'64512-65534'`, or bounds. */
export type NumberRange = number | string | { readonly atLeast?: number; readonly atMost?: number };

/** A range with both ends in it. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

const MOST = 0xffffffff;

export function isU32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST;
}

/** Reads a range; `what` says which numbers are meant. */
export function parseRange(path: string, value: unknown, what: string): Bounds {
  if (isU32(value)) return { least: value, most: value };
  if (typeof value === 'string') {
    const parts = /^(\d{1,10})(?:\s*-\s*(\d{1,10}))?$/.exec(value.trim());
    const least = Number(parts?.[1] ?? Number.NaN);
    const most = parts?.[2] === undefined ? least : Number(parts[2]);
    if (isU32(least) && isU32(most) && least <= most) return { least, most };
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { atLeast = 0, atMost = MOST, ...rest } = value as Record<string, unknown>;
    if (Object.keys(rest).length === 0 && isU32(atLeast) && isU32(atMost) && atLeast <= atMost) {
      return { least: atLeast, most: atMost };
    }
  }
  throw badPolicy(path, value, `${what}: a number 0 … ${MOST}, "FROM-TO", or {atLeast, atMost}`);
}

export function isWithin(ranges: readonly Bounds[], value: number): boolean {
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i]!;
    if (value >= range.least && value <= range.most) return true;
  }
  return false;
}
