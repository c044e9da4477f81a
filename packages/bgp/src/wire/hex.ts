/**
 * Lower-case hex of `bytes[start, end)`. For people and JSON, not for hot paths.
 *
 * @example
 * toHex(Uint8Array.of(252, 0)); // 'fc00'
 */
export function toHex(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += bytes[i]!.toString(16).padStart(2, '0');
  return text;
}

/**
 * Octets of a hex text, or null when it is not one (odd length, foreign characters).
 *
 * @example
 * fromHex('fc00')?.length; // 2
 * fromHex('fc0'); // null
 */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
