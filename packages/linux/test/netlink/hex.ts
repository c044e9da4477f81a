/** Bytes from hexadecimal text; white space is free. The vectors are of a little-endian host, as all we run on. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}

/** The same text for bytes, without spaces. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
