import { ByteWriter, MessageType } from '@peerage/bgp/codec';

/** The two parts of an UPDATE that announces, which a test may falsify: null drops it. */
export type Tamper = (attributes: Uint8Array, nlri: Uint8Array) => readonly [Uint8Array, Uint8Array] | null;

/** Where an UPDATE goes on. */
export interface Hop {
  /** Goes in front of the path. */
  readonly as: number;
  readonly nextHop: Uint8Array;
  readonly tamper: Tamper | null;
}

const HEADER = 19;
const MAX_MESSAGE = 4096;

/** Where the prefixes of an UPDATE begin, whose body begins at `body`. */
export function nlriOf(bytes: Uint8Array, body: number): number {
  const attributes = body + 2 + ((bytes[body]! << 8) | bytes[body + 1]!);
  return attributes + 2 + ((bytes[attributes]! << 8) | bytes[attributes + 1]!);
}

/** Appends to `out` what an external speaker makes of the UPDATE with the body `bytes[body, end)`, without looking at prefixes. */
export function rewriteUpdate(bytes: Uint8Array, body: number, end: number, hop: Hop, out: ByteWriter): void {
  const withdrawnEnd = body + 2 + ((bytes[body]! << 8) | bytes[body + 1]!);
  const nlri = nlriOf(bytes, body);
  if (withdrawnEnd > body + 2) writeWithdrawals(out, bytes.subarray(body + 2, withdrawnEnd));
  if (nlri === end) return;
  const attributes = new ByteWriter(256);
  rewriteAttributes(bytes, withdrawnEnd + 2, nlri, hop, attributes);
  const parts = [attributes.view(), bytes.subarray(nlri, end)] as const;
  const told = hop.tamper === null ? parts : hop.tamper(...parts);
  if (told !== null) writeAnnouncements(out, ...told);
}

/** As a speaker with an external peer must (RFC 4271 §5.1): AS in front, own next hop, no MED, the unknown marked partial. */
function rewriteAttributes(
  bytes: Uint8Array,
  start: number,
  end: number,
  { as, nextHop }: Hop,
  out: ByteWriter,
): void {
  for (let at = start; at < end; ) {
    const flags = bytes[at]!;
    const code = bytes[at + 1]!;
    const isLong = (flags & 0x10) !== 0;
    const from = at + (isLong ? 4 : 3);
    const length = isLong ? (bytes[at + 2]! << 8) | bytes[at + 3]! : bytes[at + 2]!;
    if (code === 2) {
      // One sequence, as the tester sends it.
      out.u8(0x50);
      out.u8(code);
      out.u16(length + 4);
      out.u8(2);
      out.u8(bytes[from + 1]! + 1);
      out.u32(as);
      out.copy(bytes, from + 2, from + length);
    } else if (code === 3) {
      out.copy(bytes, at, from);
      out.copy(nextHop);
    } else if (code !== 4) {
      const isKnown = [1, 6, 7, 8, 32].includes(code);
      out.u8(isKnown ? flags : flags | 0x20);
      out.copy(bytes, at + 1, from + length);
    }
    at = from + length;
  }
}

/** Appends UPDATEs that withdraw these prefixes. */
export function writeWithdrawals(out: ByteWriter, prefixes: Uint8Array): void {
  cut(prefixes, MAX_MESSAGE - HEADER - 4, (start, end) => {
    writeHeader(out, HEADER + 4 + end - start);
    out.u16(end - start);
    out.copy(prefixes, start, end);
    out.u16(0);
  });
}

function writeAnnouncements(out: ByteWriter, attributes: Uint8Array, prefixes: Uint8Array): void {
  cut(prefixes, MAX_MESSAGE - HEADER - 4 - attributes.length, (start, end) => {
    writeHeader(out, HEADER + 4 + attributes.length + end - start);
    out.u16(0);
    out.u16(attributes.length);
    out.copy(attributes);
    out.copy(prefixes, start, end);
  });
}

function writeHeader(out: ByteWriter, length: number): void {
  for (let i = 0; i < 4; i++) out.u32(0xffffffff);
  out.u16(length);
  out.u8(MessageType.Update);
}

/** Runs of whole prefixes, of `room` octets at most. */
function cut(prefixes: Uint8Array, room: number, take: (start: number, end: number) => void): void {
  let start = 0;
  for (let at = 0; at < prefixes.length; ) {
    const next = at + 1 + ((prefixes[at]! + 7) >> 3);
    if (next - start > room) {
      take(start, at);
      start = at;
    }
    at = next;
  }
  if (start < prefixes.length) take(start, prefixes.length);
}
