import { EAGAIN, EINTR, ENOBUFS } from '../libc.js';
import { align, hostIsLittleEndian } from './layout.js';
import { flagsOffset, messageFlag, messagesOf, messageType, readVerdict, sequenceOffset } from './message.js';

/** The part of a netlink socket that a transaction needs. */
export interface TransactionSocket {
  readonly receiveBufferBytes: number;
  send(bytes: Uint8Array): number;
  receive(buffer: Uint8Array): number;
}

/** A message that the kernel refused, by its place among those sent. */
export interface Refusal {
  readonly index: number;
  /** `ENOBUFS` also when the answer was lost: then it is not known whether the message took effect. */
  readonly errno: number;
  readonly message: string;
}

/** Messages in one `sendmsg`: 1,200 measured as fast as more, and their answers fit the receive buffer. */
const mostMessagesPerSend = 1200;

/** Well under the default send buffer of 208 KiB, which an unprivileged process cannot raise. */
const mostBytesPerSend = 96 * 1024;

/** What one refusal with its text can take from the receive buffer, in the kernel's accounting. */
const answerBytes = 2304;

const lostAnswer = 'the answer was lost (receive buffer full): read back whether the message took effect';

/**
 * Sends many messages, few at a time, only the last of each send asking for an acknowledgement: the kernel answers
 * refusals unasked. `between` runs after each send, for what must not wait until all is done.
 */
export function transact(
  socket: TransactionSocket,
  bytes: Uint8Array,
  firstSequence: number,
  between: () => void,
): Refusal[] {
  const refusals: Refusal[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const perSend = Math.max(
    1,
    Math.min(mostMessagesPerSend, Math.floor(socket.receiveBufferBytes / answerBytes)),
  );
  let index = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset;
    const firstIndex = index;
    let last = offset;
    while (offset < bytes.length && index - firstIndex < perSend) {
      const length = align(view.getUint32(offset, hostIsLittleEndian));
      if (offset > start && offset + length - start > mostBytesPerSend) break;
      view.setUint32(offset + sequenceOffset, (firstSequence + index) >>> 0, hostIsLittleEndian);
      last = offset;
      offset += length;
      index++;
    }
    const flags = view.getUint16(last + flagsOffset, hostIsLittleEndian) | messageFlag.ack;
    view.setUint16(last + flagsOffset, flags, hostIsLittleEndian);
    const group = { firstIndex, count: index - firstIndex, firstSequence };
    exchange(socket, bytes.subarray(start, offset), group, refusals);
    between();
  }
  return refusals;
}

interface Group {
  readonly firstIndex: number;
  readonly count: number;
  readonly firstSequence: number;
}

function exchange(socket: TransactionSocket, bytes: Uint8Array, group: Group, refusals: Refusal[]): void {
  const known = new Uint8Array(group.count);
  const errno = socket.send(bytes);
  if (errno !== 0) {
    refuseUnknown(group, known, errno, `sending failed with error ${errno}`, refusals);
    return;
  }
  if (!collect(socket, group, known, refusals)) {
    refuseUnknown(group, known, ENOBUFS, lostAnswer, refusals);
  }
}

/** Reads the answers of a group; true when its acknowledgement came and none can have been lost before it. */
function collect(socket: TransactionSocket, group: Group, known: Uint8Array, refusals: Refusal[]): boolean {
  const buffer = new Uint8Array(receiveBytes);
  let acknowledged = false;
  let complete = true;
  for (;;) {
    const length = socket.receive(buffer);
    if (length === -ENOBUFS) {
      complete = false;
      continue;
    }
    // The kernel answers within sendmsg: when nothing is left to read, nothing will come.
    if (length === 0 || length === -EAGAIN || length === -EINTR || length < 0)
      return acknowledged && complete;
    for (const message of messagesOf(buffer.subarray(0, length))) {
      if (message.type !== messageType.error) continue;
      const place = ((message.sequence - group.firstSequence) >>> 0) - group.firstIndex;
      if (place < 0 || place >= group.count) continue;
      const verdict = readVerdict(message);
      known[place] = 1;
      if (place === group.count - 1) acknowledged = true;
      if (verdict.errno !== 0) refusals.push({ index: group.firstIndex + place, ...verdict });
    }
    if (acknowledged && complete) return true;
  }
}

function refuseUnknown(
  group: Group,
  known: Uint8Array,
  errno: number,
  message: string,
  refusals: Refusal[],
): void {
  for (let place = 0; place < group.count; place++) {
    if (known[place] === 0) refusals.push({ index: group.firstIndex + place, errno, message });
  }
}

/** At least what the kernel puts into one answer. */
const receiveBytes = 32 * 1024;
