import { fromHex } from '../wire/hex.js';
import { attributeRow } from './attribute-table.js';

/** An attribute as octets, for a policy to put in place. */
export interface RawAttribute {
  readonly code: number;
  /** Optional, and Transitive or not; without Partial and Extended Length. */
  readonly flags: number;
  readonly value: Uint8Array;
}

/** The octets of a value that is written as hex digits, or null when it is not. */
export function rawValue(text: unknown): Uint8Array | null {
  return typeof text === 'string' ? fromHex(text) : null;
}

/** Whether an attribute may have this value: any, where it is not known. For attributes whose check no session changes. */
export function isWellFormed(code: number, value: Uint8Array): boolean {
  const row = attributeRow(code);
  return row === undefined || row.check(value, 0, value.length, ANY_SESSION) === 0;
}

const ANY_SESSION = { as4: true, type: 'internal', localAs: 0, peerAs: 0 } as const;
