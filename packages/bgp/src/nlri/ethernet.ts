import { fromHex, toHex } from '../wire/hex.js';
import { refuseNlri } from './nlri-error.js';

/** `00:0c:29:de:e3:64` of six octets, and the like for an Ethernet segment identifier of ten. */
export function formatOctets(bytes: Uint8Array, at: number, count: number): string {
  return toHex(bytes, at, at + count).replace(/..(?!$)/g, '$&:');
}

/** Octets of such a text. Throws `BGP_ERR_NLRI`, naming `path`. */
export function checkOctets(path: string, text: unknown, count: number): Uint8Array {
  if (typeof text === 'string' && text.length === 3 * count - 1) {
    const octets = fromHex(text.replaceAll(/:(?=..(:|$))/g, ''));
    if (octets?.length === count) return octets;
  }
  refuseNlri(path, text, `must be ${count} octets such as ${formatOctets(new Uint8Array(count), 0, count)}`);
}
