import type { Family } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { toHex } from '../wire/hex.js';
import { nlriCodec } from './nlri.js';

/** A destination as it is shown: text, with its path identifier under add-path. */
export type ShownNlri = string | { readonly pathId: number; readonly prefix: string };

/**
 * An NLRI field for people and JSON: a list of prefixes; `{hex}` for a family that is not built, or for one that does not
 * parse as told.
 */
export function showNlri(
  family: Family,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
): readonly ShownNlri[] | { readonly hex: string } {
  const codec = nlriCodec(family);
  const raw = { hex: toHex(bytes, start, end) };
  if (codec === undefined) return raw;
  const key = createNlriKey();
  const shown: ShownNlri[] = [];
  for (let at = start; at < end; ) {
    at = codec.read(bytes, at, end, addPath, key);
    if (at < 0) return raw;
    shown.push(addPath ? { pathId: key.pathId, prefix: codec.format(key) } : codec.format(key));
  }
  return shown;
}
