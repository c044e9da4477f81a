import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, nonEmptyMultipleOf, readU32 } from './attribute-row.js';
import { sortTail } from './sorted-records.js';

function readLarge(bytes: Uint8Array, start: number, end: number): string[] {
  const list: string[] = [];
  for (let at = start; at < end; at += 12) {
    list.push(`${readU32(bytes, at)}:${readU32(bytes, at + 4)}:${readU32(bytes, at + 8)}`);
  }
  return list;
}

/** Appends the twelve octets of `global:local1:local2`. Throws `BGP_ERR_ATTRIBUTE`, naming `path`. */
export function writeLargeCommunity(text: string, path: string, out: ByteWriter): void {
  const parts = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(text);
  for (let i = 1; i <= 3; i++) {
    const part = Number(parts?.[i] ?? Number.NaN);
    if (!(part <= 0xffffffff)) refuseAttribute(path, text, 'must be three numbers 0 … 4294967295 as a:b:c');
    out.u32(part);
  }
}

/** LARGE_COMMUNITY (RFC 8092): three 32-bit numbers each. */
export const largeCommunities: AttributeRow = {
  code: AttributeCode.LargeCommunities,
  name: 'LARGE_COMMUNITY',
  flags: 0xc0,
  severity: 'withdraw', // RFC 8092 §5
  check: nonEmptyMultipleOf(12, UpdateError.AttributeLength),
  show: readLarge,
  decode(bytes, start, end, into) {
    into.largeCommunities = readLarge(bytes, start, end);
  },
  encode(attributes, out) {
    if (attributes.largeCommunities === undefined || attributes.largeCommunities.length === 0) return false;
    const start = out.length;
    attributes.largeCommunities.forEach((text, i) => {
      writeLargeCommunity(text, `largeCommunities[${i}]`, out);
    });
    sortTail(out, start, 12);
    return true;
  },
};
