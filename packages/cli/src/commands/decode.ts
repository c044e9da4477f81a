import { createInterface } from 'node:readline';
import { decodeMessage } from '@peerage/bgp/codec';
import type { Command } from 'commander';
import { print } from '../render/print.js';
import type { Io } from '../result.js';

/** `peerage decode`: hex lines in, JSON lines out, one for one and in order. */
export function defineDecode(decode: Command, io: Io): void {
  decode
    .option('--asn2', 'AS_PATH has 2-octet AS numbers (no 4-octet AS capability on the session)')
    .option('--add-path', 'prefixes carry path identifiers (RFC 7911)')
    .action(async (options: { asn2?: boolean; addPath?: boolean }) => {
      const settings = { as2: options.asn2 === true, addPath: options.addPath === true };
      for await (const line of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
        await print(io, `${JSON.stringify(decodeLine(line, settings))}\n`);
      }
    });
}

/** Decodes one line; blanks and colons between octets are allowed, whatever else is wrong becomes an error object. */
export function decodeLine(line: string, options: { as2: boolean; addPath: boolean }): unknown {
  const hex = line.replace(/^0x/i, '').replace(/[\s:]/g, '');
  const bad = hex.search(/[^0-9a-fA-F]/);
  if (bad >= 0) {
    return failure('CLI_ERR_HEX', `not a hex digit: ${JSON.stringify(hex[bad])}`, bad >> 1);
  }
  if (hex.length % 2 === 1) return failure('CLI_ERR_HEX', 'odd number of hex digits', hex.length >> 1);
  return decodeMessage(new Uint8Array(Buffer.from(hex, 'hex')), options);
}

function failure(code: string, message: string, offset: number): unknown {
  return { error: { code, message, offset } };
}
