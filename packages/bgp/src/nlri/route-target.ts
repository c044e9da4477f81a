import { familyOf } from '../net/family.js';
import { toHex } from '../wire/hex.js';
import { readU32 } from '../wire/octets.js';
import {
  ADMINISTRATOR_KINDS,
  formatAdministrator,
  guessAdministrator,
  parseAdministrator,
} from './administrator.js';
import { BITS, framedRead } from './framing.js';
import { checkHex, checkNumber, refuseNlri } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { writePrefixKey } from './prefix-octets.js';

/** Interest in a route target (RFC 4684 §4). */
export interface RouteTargetMembership {
  /** 0 (all targets), or 32 … 96: how much of AS and target counts. */
  readonly length: number;
  readonly originAs: number;
  /** `65000:100` for a whole route target; hex digits of its first octets, `0x0002…`, for others. */
  readonly target: string;
}

const ROUTE_TARGET = 2;

function showTarget(bytes: Uint8Array, at: number, end: number): string {
  const kind = ADMINISTRATOR_KINDS[bytes[at] ?? -1];
  if (end - at === 8 && kind !== undefined && bytes[at + 1] === ROUTE_TARGET) {
    const text = formatAdministrator(kind, bytes, at + 2);
    if (guessAdministrator(text) === kind) return text;
  }
  return `0x${toHex(bytes, at, end)}`;
}

/** Octets of an extended community that is a route target. */
function readTarget(text: unknown): Uint8Array {
  if (typeof text !== 'string') refuseNlri('nlri.target', text, 'must be a route target such as 65000:100');
  if (text.startsWith('0x')) return checkHex('nlri.target', text.slice(2));
  const kind = guessAdministrator(text);
  const octets = parseAdministrator(kind, text);
  if (octets === null) refuseNlri('nlri.target', text, 'must be a route target such as 65000:100');
  return Uint8Array.of(ADMINISTRATOR_KINDS.indexOf(kind), ROUTE_TARGET, ...octets);
}

/**
 * Route target constraint (RFC 4684 §4):
 *
 * ```
 * length in bits (1): 0, or 32 … 96 | origin AS (4) | route target (8, as far as the length goes)
 * ```
 */
export const ipv4RouteTarget: OpaqueNlriCodec<RouteTargetMembership> = {
  family: familyOf(1, 132),
  layout: 'bytes',
  nextHopLengths: [4, 16],
  malformed: 'reset', // RFC 7606 §5.3
  read: framedRead(BITS),
  check(bytes, start) {
    const bits = bytes[start]!;
    return bits === 0 || (bits >= 32 && bits <= 96) ? null : 'the length must be 0 or 32 … 96 bits';
  },
  writeKey(bytes, start, _end, out) {
    writePrefixKey(bytes, start + 1, bytes[start]!, out);
  },
  decode(bytes, start, end) {
    const length = bytes[start]!;
    if (length === 0) return { length, originAs: 0, target: '0x' };
    return { length, originAs: readU32(bytes, start + 1), target: showTarget(bytes, start + 5, end) };
  },
  encode(value, out) {
    const length = checkNumber('nlri.length', value.length, 96);
    if (length > 0 && length < 32) refuseNlri('nlri.length', length, 'must be 0 or 32 … 96');
    out.u8(length);
    if (length === 0) return;
    out.u32(checkNumber('nlri.originAs', value.originAs, 0xffffffff));
    const target = readTarget(value.target);
    const octets = (length - 32 + 7) >>> 3;
    if (target.length < octets) refuseNlri('nlri.target', value.target, `must have ${octets} octets`);
    out.copy(target, 0, octets);
  },
  format: ({ length, originAs, target }) => (length === 0 ? 'default' : `${originAs}:${target}/${length}`),
};
