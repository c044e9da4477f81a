import { BgpError } from '../errors.js';
import { AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { AttributeContext } from './attribute-context.js';
import { refuseAttribute } from './attribute-error.js';
import { beginAttribute, endAttribute, valueEnd, valueStart } from './attribute-header.js';
import { AttributeIndex } from './attribute-index.js';
import type { AttributeDraft } from './attribute-row.js';
import { checkShapes } from './attribute-shape.js';
import { attributeRow, attributeTable } from './attribute-table.js';
import type { PathAttributes, UnknownAttribute } from './path-attributes.js';

/**
 * Appends the canonical form of an attribute block that was vetted: the first of each code counts. The bytes of the
 * canonical form are what attribute sets are interned by, so they depend neither on the AS width of the session nor on the
 * next hop (see `AttributeIndex.writeCanonical`). Makes an index for itself: `UpdateReader.canonical` has one ready.
 *
 * @example
 * const out = new ByteWriter();
 * const context = { as4: true, type: 'external', localAs: 64512, peerAs: 64513 } as const;
 * canonicalize(update, attributesStart, attributesEnd, context, out);
 */
export function canonicalize(
  bytes: Uint8Array,
  start: number,
  end: number,
  context: AttributeContext,
  out: ByteWriter,
): void {
  const index = new AttributeIndex();
  for (let at = start; at < end; ) {
    const stop = valueEnd(bytes, at);
    const code = bytes[at + 1]!;
    if (!index.has(code)) index.add(code, bytes[at]!, valueStart(bytes, at) - start, stop - start);
    at = stop;
  }
  index.writeCanonical(bytes, start, context.as4, out);
}

/**
 * The attributes of a canonical block as an object, for people and policies.
 *
 * @example
 * decodeCanonical(fromHex('40010100')); // { origin: 'igp' }
 */
export function decodeCanonical(block: Uint8Array, start = 0, end: number = block.length): PathAttributes {
  const attributes: AttributeDraft = {};
  const unknown: UnknownAttribute[] = [];
  for (let at = start; at < end; ) {
    const from = valueStart(block, at);
    const stop = valueEnd(block, at);
    const code = block[at + 1]!;
    const row = attributeRow(code);
    if (row === undefined) unknown.push({ code, flags: block[at]! & 0xe0, value: block.slice(from, stop) });
    else row.decode?.(block, from, stop, attributes);
    at = stop;
  }
  if (unknown.length > 0) attributes.unknown = unknown;
  return attributes;
}

function checkUnknown(attribute: UnknownAttribute, i: number, seen: Set<number>): void {
  const { code, flags, value } = attribute;
  const path = `unknown[${i}]`;
  if (!Number.isInteger(code) || code < 0 || code > 255)
    refuseAttribute(`${path}.code`, code, 'must be 0 … 255');
  const row = attributeRow(code);
  if (row !== undefined)
    refuseAttribute(`${path}.code`, code, `${row.name} is understood and has a field of its own`);
  if (seen.has(code)) refuseAttribute(`${path}.code`, code, 'an attribute must be there once only');
  seen.add(code);
  if (!Number.isInteger(flags) || (flags & ~0xf0) !== 0 || (flags & AttributeFlag.Optional) === 0) {
    refuseAttribute(`${path}.flags`, flags, 'must be flags with the Optional bit, such as 0xc0');
  }
  if (value.length > 0xffff) refuseAttribute(`${path}.value`, value.length, 'must be at most 65535 octets');
}

/**
 * Appends the canonical block of attributes of our own. ORIGIN defaults to igp and AS_PATH to empty, because every route
 * has both. Throws `BGP_ERR_ATTRIBUTE` with the path and the value for what cannot be encoded; `out` is then as before.
 *
 * @example
 * const out = new ByteWriter();
 * encodeCanonical({ asPath: [{ type: 'sequence', ases: [64512] }], med: 5 }, out);
 */
export function encodeCanonical(attributes: PathAttributes, out: ByteWriter): void {
  checkShapes(attributes);
  const before = out.length;
  try {
    writeAttributes(attributes, out);
    if (out.length - before > 0xffff) {
      throw new BgpError(
        'BGP_ERR_ATTRIBUTE',
        `attributes take ${out.length - before} octets, at most 65535 fit`,
      );
    }
  } catch (error) {
    out.length = before;
    throw error;
  }
}

function writeAttributes(attributes: PathAttributes, out: ByteWriter): void {
  const complete = { origin: 'igp', asPath: [], ...attributes } as const satisfies PathAttributes;
  const seen = new Set<number>();
  const unknown = [...(attributes.unknown ?? [])];
  unknown.forEach((attribute, i) => {
    checkUnknown(attribute, i, seen);
  });
  unknown.sort((x, y) => x.code - y.code);
  let next = 0;
  const writeUnknownBelow = (code: number): void => {
    for (; next < unknown.length && unknown[next]!.code < code; next++) {
      const at = beginAttribute(out, unknown[next]!.flags & 0xe0, unknown[next]!.code);
      out.copy(unknown[next]!.value);
      endAttribute(out, at);
    }
  };
  for (const row of attributeTable) {
    if (row.encode === undefined) continue;
    writeUnknownBelow(row.code);
    const at = beginAttribute(out, row.flags, row.code);
    if (row.encode(complete, out)) endAttribute(out, at);
    else out.length = at;
  }
  writeUnknownBelow(256);
}
