import { MessageType } from '../../src/message/message-type.js';

/** Lets the parts of an UPDATE body fit into `[start, end)`: lengths that run over are cut. */
export function repairUpdate(bytes: Uint8Array, start: number, end: number): void {
  const put16 = (at: number, value: number): void => {
    bytes[at] = value >>> 8;
    bytes[at + 1] = value;
  };
  if (end - start < 4) return;
  const withdrawn = Math.min((bytes[start]! << 8) | bytes[start + 1]!, end - start - 4);
  put16(start, withdrawn);
  const lengthAt = start + 2 + withdrawn;
  const told = (bytes[lengthAt]! << 8) | bytes[lengthAt + 1]!;
  const stop = Math.min(end, lengthAt + 2 + told);
  put16(lengthAt, stop - lengthAt - 2);
  for (let at = lengthAt + 2; at + 3 <= stop; ) {
    const extended = (bytes[at]! & 0x10) !== 0;
    if (extended && at + 4 > stop) return;
    const value = at + (extended ? 4 : 3);
    const length = extended ? (bytes[at + 2]! << 8) | bytes[at + 3]! : bytes[at + 2]!;
    const fits = Math.min(length, stop - value);
    if (extended) put16(at + 2, fits);
    else bytes[at + 2] = fits;
    at = value + fits;
  }
}

/** Offset of the next run of 16 ones from `from` on, or the end. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let run = 0;
  for (let at = from; at < bytes.length; at++) {
    run = bytes[at] === 0xff ? run + 1 : 0;
    if (run === 16) return at - 15;
  }
  return bytes.length;
}

/** Each message of a stream gets the length up to the next marker, and its parts fit into it. */
export function repairStream(bytes: Uint8Array): void {
  if (bytes.length < 19) return;
  bytes.fill(0xff, 0, 16);
  for (let at = 0; at + 19 <= bytes.length; ) {
    const next = nextMarker(bytes, at + 19);
    const length = Math.min(next - at, 0xffff);
    bytes[at + 16] = length >>> 8;
    bytes[at + 17] = length;
    if (bytes[at + 18] === MessageType.Update) repairUpdate(bytes, at + 19, at + length);
    if (bytes[at + 18] === MessageType.Open) repairOpen(bytes, at + 19, at + length);
    at = next;
  }
}

/** The optional parameters of an OPEN fill it. */
export function repairOpen(bytes: Uint8Array, start: number, end: number): void {
  const at = start + 10;
  if (end < at) return;
  bytes[start] = 4;
  if (end - at >= 3 && bytes[at] === 0xff) {
    const length = end - at - 3;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length;
    return;
  }
  bytes[at - 1] = end - at;
  for (let parameter = at; parameter + 2 <= end; ) {
    const fits = Math.min(bytes[parameter + 1]!, end - parameter - 2);
    bytes[parameter + 1] = fits;
    parameter += 2 + fits;
  }
}
