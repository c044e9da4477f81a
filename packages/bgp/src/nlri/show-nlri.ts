import type { Family } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { toHex } from '../wire/hex.js';
import { nlriCodec } from './nlri.js';
import type { NlriCodec } from './nlri-codec.js';
import { type NlriValue, opaqueNlriCodec } from './opaque-families.js';
import { createNlriSpan, nlriReading, type OpaqueNlriCodec } from './opaque-nlri-codec.js';

/**
 * A destination as it is shown: the text of a prefix, with its path identifier under add-path; an object for families whose
 * destinations are more than that, `{malformed, hex}` where it is not well formed.
 */
export type ShownNlri =
  | string
  | { readonly pathId: number; readonly prefix: string }
  | ((NlriValue | { readonly malformed: string; readonly hex: string }) & { readonly pathId?: number });

/**
 * An NLRI field for people and JSON: a list of destinations; `{hex}` for a family that is not known, or for one that does
 * not parse as told. `isWithdrawn`: the field is one of withdrawals.
 */
export function showNlri(
  family: Family,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  isWithdrawn = false,
): readonly ShownNlri[] | { readonly hex: string } {
  const codec = nlriCodec(family);
  if (codec !== undefined) return showPrefixes(codec, bytes, start, end, addPath);
  const opaque = opaqueNlriCodec(family);
  if (opaque !== undefined) return showValues(opaque, bytes, start, end, addPath, isWithdrawn);
  return { hex: toHex(bytes, start, end) };
}

function showPrefixes(
  codec: NlriCodec,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
): readonly ShownNlri[] | { readonly hex: string } {
  const key = createNlriKey();
  const shown: ShownNlri[] = [];
  for (let at = start; at < end; ) {
    at = codec.read(bytes, at, end, addPath, key);
    if (at < 0) return { hex: toHex(bytes, start, end) };
    shown.push(addPath ? { pathId: key.pathId, prefix: codec.format(key) } : codec.format(key));
  }
  return shown;
}

function showValues(
  codec: OpaqueNlriCodec<NlriValue>,
  bytes: Uint8Array,
  start: number,
  end: number,
  addPath: boolean,
  isWithdrawn: boolean,
): readonly ShownNlri[] | { readonly hex: string } {
  const reading = nlriReading(codec, isWithdrawn);
  const span = createNlriSpan();
  const shown: ShownNlri[] = [];
  for (let at = start; at < end; ) {
    at = codec.read(bytes, at, end, addPath, span);
    if (at < 0) return { hex: toHex(bytes, start, end) };
    const malformed = reading.check(bytes, span.start, span.end);
    const value =
      malformed === null
        ? reading.decode(bytes, span.start, span.end)
        : { malformed, hex: toHex(bytes, span.start, span.end) };
    shown.push(addPath ? { pathId: span.pathId, ...value } : value);
  }
  return shown;
}
