import type { ByteWriter } from '../wire/byte-writer.js';
import { fromHex, toHex } from '../wire/hex.js';
import { readU16 } from '../wire/octets.js';
import {
  ADMINISTRATOR_KINDS,
  formatAdministrator,
  guessAdministrator,
  parseAdministrator,
} from './administrator.js';
import { refuseNlri } from './nlri-error.js';

/** Octets of a route distinguisher. */
export const RD_LENGTH = 8;

/**
 * A route distinguisher (RFC 4364 §4.2) as text: type 0 `65000:100`, type 1 `192.0.2.1:100`, type 2 `4200000000:100`, with
 * the type in front (`2:100:100`) where the text alone would mean another one, and `0x` with 16 hex digits for other types.
 *
 * ```
 * type (2) | administrator and assigned number (6)
 * ```
 */
export function formatRouteDistinguisher(bytes: Uint8Array, at: number): string {
  const type = readU16(bytes, at);
  const kind = ADMINISTRATOR_KINDS[type];
  if (kind === undefined) return `0x${toHex(bytes, at, at + RD_LENGTH)}`;
  const text = formatAdministrator(kind, bytes, at + 2);
  return guessAdministrator(text) === kind ? text : `${type}:${text}`;
}

/** Appends the eight octets of a route distinguisher. Throws `BGP_ERR_NLRI`, naming `path`. */
export function writeRouteDistinguisher(path: string, text: unknown, out: ByteWriter): void {
  if (typeof text === 'string') {
    const raw = /^0x([0-9a-fA-F]{16})$/.exec(text)?.[1];
    if (raw !== undefined) {
      out.copy(fromHex(raw)!);
      return;
    }
    const [, named, rest] = /^(?:([012]):)?([^:]+:[^:]+)$/.exec(text) ?? [];
    if (rest !== undefined) {
      const kind = named === undefined ? guessAdministrator(rest) : ADMINISTRATOR_KINDS[Number(named)]!;
      const octets = parseAdministrator(kind, rest);
      if (octets !== null) {
        out.u16(ADMINISTRATOR_KINDS.indexOf(kind));
        out.copy(octets);
        return;
      }
    }
  }
  refuseNlri(path, text, 'must be a route distinguisher such as 65000:100, 192.0.2.1:100 or 2:100:100');
}
