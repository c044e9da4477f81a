import { valueEnd, valueStart } from '../../attributes/attribute-header.js';
import { type AttributeBlock, findAttribute } from '../../attributes/find-attribute.js';
import { AttributeCode } from '../../iana/attribute-code.js';

const COMMUNITY_LENGTH = 8;
const ROUTE_TARGET = 2;

/** Whether `take` says yes to one of the route targets of a route, each 8 octets at an offset (RFC 4360 §4). */
export function someTarget(block: AttributeBlock, take: (bytes: Uint8Array, at: number) => boolean): boolean {
  const at = findAttribute(block, AttributeCode.ExtendedCommunities);
  if (at < 0) return false;
  const { bytes } = block;
  const stop = valueEnd(bytes, at);
  for (let i = valueStart(bytes, at); i < stop; i += COMMUNITY_LENGTH) {
    // Of two-octet ASes, addresses and four-octet ASes.
    const isTarget = (bytes[i]! & 0xbf) <= 2 && bytes[i + 1] === ROUTE_TARGET;
    if (isTarget && take(bytes, i)) return true;
  }
  return false;
}

/** Whether a route has every route target of another: who imports that one for a target imports this one too. */
export function hasAllTargets(route: AttributeBlock, other: AttributeBlock): boolean {
  return !someTarget(
    other,
    (wanted, at) => !someTarget(route, (bytes, i) => isSameCommunity(bytes, i, wanted, at)),
  );
}

function isSameCommunity(x: Uint8Array, i: number, y: Uint8Array, k: number): boolean {
  for (let n = 0; n < COMMUNITY_LENGTH; n++) if (x[i + n] !== y[k + n]) return false;
  return true;
}
