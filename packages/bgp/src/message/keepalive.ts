/**
 * A KEEPALIVE is its header (RFC 4271 §4.4). Makes a fresh one: a sender keeps it and never changes it.
 *
 * @example
 * toHex(encodeKeepalive().subarray(16)); // '001304'
 */
export function encodeKeepalive(): Uint8Array {
  const bytes = new Uint8Array(19).fill(0xff);
  bytes.set([0, 19, 4], 16);
  return bytes;
}

/** The constant bytes of every KEEPALIVE. Shared: do not write to them. */
export const KEEPALIVE: Uint8Array = encodeKeepalive();
