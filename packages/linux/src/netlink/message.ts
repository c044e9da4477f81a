import { errnoText } from '../errors.js';
import { findAttribute, readText } from './attribute.js';
import { align, hostIsLittleEndian } from './layout.js';

/*
 * nlmsghdr, in the host's byte order (netlink(7)):
 *
 *    0       4     6     8       12      16
 *   +-------+-----+-----+-------+-------+----------- - -
 *   |  len  |type |flags|  seq  |port id| payload, padded to 4
 *   +-------+-----+-----+-------+-------+----------- - -
 */
export const messageHeaderLength = 16;
export const typeOffset = 4;
export const flagsOffset = 6;
export const sequenceOffset = 8;
export const portIdOffset = 12;

/** Control message types (`NLMSG_*`). */
export const messageType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

/** Header flags (`NLM_F_*`); the same bits mean other things in requests to get, to make, and in answers. */
export const messageFlag = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  dumpInterrupted: 0x10,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  /** In an answer: the request's payload is left out (`NETLINK_CAP_ACK`). */
  capped: 0x100,
  /** In an answer: attributes follow (`NETLINK_EXT_ACK`). */
  extended: 0x200,
} as const;

/** One message inside a receive buffer: where it is and what its header says. Nothing is copied. */
export interface MessageView {
  readonly view: DataView;
  /** Offset of the header. */
  readonly offset: number;
  /** Offset of the first byte after the message, padding not counted. */
  readonly end: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
}

/** Walks the messages of a buffer; stops at the first header that does not fit. */
export function* messagesOf(bytes: Uint8Array): Generator<MessageView> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset + messageHeaderLength <= bytes.byteLength) {
    const length = view.getUint32(offset, hostIsLittleEndian);
    if (length < messageHeaderLength || offset + length > bytes.byteLength) return;
    yield {
      view,
      offset,
      end: offset + length,
      type: view.getUint16(offset + typeOffset, hostIsLittleEndian),
      flags: view.getUint16(offset + flagsOffset, hostIsLittleEndian),
      sequence: view.getUint32(offset + sequenceOffset, hostIsLittleEndian),
      portId: view.getUint32(offset + portIdOffset, hostIsLittleEndian),
    };
    offset += align(length);
  }
}

/** What the kernel answered: `errno` 0 is success. `message` is its own text, or the error number's. */
export interface Verdict {
  readonly errno: number;
  readonly message: string;
}

const extendedMessageAttribute = 1;

/** Reads an `NLMSG_ERROR` (also the one that says "done", with error 0) or the end of a dump, `NLMSG_DONE`. */
export function readVerdict(message: MessageView): Verdict {
  const { view, offset, end, flags } = message;
  const payload = offset + messageHeaderLength;
  const errno = payload + 4 <= end ? Math.abs(view.getInt32(payload, hostIsLittleEndian)) : 0;
  let attributes = payload + 4;
  if (message.type === messageType.error) {
    const echoedLength = view.getUint32(payload + 4, hostIsLittleEndian);
    attributes += (flags & messageFlag.capped) !== 0 ? messageHeaderLength : align(echoedLength);
  }
  if ((flags & messageFlag.extended) !== 0) {
    const text = findAttribute(view, attributes, end, extendedMessageAttribute);
    if (text !== undefined) return { errno, message: readText(view, text.offset, text.length) };
  }
  return { errno, message: errno === 0 ? '' : errnoText(errno) };
}
