import { EAGAIN, ENOBUFS } from '../libc.js';
import { align, hostIsLittleEndian } from './layout.js';
import { messageHeaderLength, messagesOf, messageType, sequenceOffset, typeOffset } from './message.js';

/** The part of a netlink socket that questions need. */
export interface AskSocket {
  send(bytes: Uint8Array): number;
  receive(buffer: Uint8Array): number;
}

/** Room for one answer. */
const answerBytes = 32 * 1024;

/**
 * Asks one question after the other: each is answered by one message, within the call that sends it. Gives the answers in order,
 * each with the sequence number of its question; one that was lost is an error message with the number of the failure.
 */
export function ask(socket: AskSocket, questions: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(questions.buffer, questions.byteOffset, questions.byteLength);
  const buffer = new Uint8Array(answerBytes);
  const answers: Uint8Array[] = [];
  let total = 0;
  for (let offset = 0, number = 1; offset < questions.length; number++) {
    const length = view.getUint32(offset, hostIsLittleEndian);
    view.setUint32(offset + sequenceOffset, number, hostIsLittleEndian);
    const errno = socket.send(questions.subarray(offset, offset + length));
    const answer = errno === 0 ? answerTo(socket, buffer, number) : failure(errno, number);
    answers.push(answer);
    total += align(answer.length);
    offset += align(length);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const answer of answers) {
    bytes.set(answer, at);
    at += align(answer.length);
  }
  return bytes;
}

/** What is left of an earlier question is passed over. */
function answerTo(socket: AskSocket, buffer: Uint8Array, number: number): Uint8Array {
  for (;;) {
    const length = socket.receive(buffer);
    if (length <= 0) return failure(length === 0 ? EAGAIN : -length, number);
    for (const message of messagesOf(buffer.subarray(0, length))) {
      if (message.sequence === number) return buffer.slice(message.offset, message.end);
    }
  }
}

/** An answer as the kernel would give it: `NLMSG_ERROR`. */
function failure(errno: number, number: number): Uint8Array {
  const bytes = new Uint8Array(messageHeaderLength + 4 + messageHeaderLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, hostIsLittleEndian);
  view.setUint16(typeOffset, messageType.error, hostIsLittleEndian);
  view.setUint32(sequenceOffset, number, hostIsLittleEndian);
  view.setInt32(messageHeaderLength, -(errno === 0 ? ENOBUFS : errno), hostIsLittleEndian);
  return bytes;
}
