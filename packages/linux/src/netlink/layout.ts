/** Netlink is in the host's byte order; every `DataView` access to it passes this. */
export const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Rounds up to the 4 octets that messages and attributes are padded to. */
export function align(length: number): number {
  return (length + 3) & ~3;
}
