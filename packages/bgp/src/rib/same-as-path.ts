import { valueEnd, valueStart } from '../attributes/attribute-header.js';
import { AttributeCode } from '../iana/attribute-code.js';
import type { AttributeStore } from './attribute-store.js';
import type { AttrId } from './ids.js';

/** Whether two sets have the same AS_PATH, octet by octet. */
export function sameAsPath(attributes: AttributeStore, x: AttrId, y: AttrId): boolean {
  if (x === y) return true;
  const own = attributes.bytes(x);
  const other = attributes.bytes(y);
  const a = findAsPath(own, attributes.start(x), attributes.end(x));
  const b = findAsPath(other, attributes.start(y), attributes.end(y));
  if (a < 0 || b < 0) return a === b;
  let i = valueStart(own, a);
  let k = valueStart(other, b);
  const end = valueEnd(own, a);
  if (end - i !== valueEnd(other, b) - k) return false;
  while (i < end) if (own[i++] !== other[k++]) return false;
  return true;
}

function findAsPath(block: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at = valueEnd(block, at))
    if (block[at + 1] === AttributeCode.AsPath) return at;
  return -1;
}
