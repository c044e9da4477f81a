import type { Fault } from '../wire/result.js';
import { checkHeader } from './header.js';
import { HEADER_LENGTH, MAX_MESSAGE, type MessageType } from './message-type.js';

/** What `Framer.next` found. */
export type FrameStatus = 'message' | 'incomplete' | 'fault';

const INITIAL_CAPACITY = 8192;

/**
 * Cuts a byte stream into messages. Holds what came and was not taken yet in one buffer, so that each message is one
 * run of octets; what is left of it is moved to the front only when there is no room behind it.
 *
 * ```
 * bytes  [ taken | unread ................ | free ]
 *                ^ head                    ^ tail
 * ```
 *
 * It does not bound what is pushed: its owner pauses the transport when `buffered` is over the limit of its own.
 *
 * @example
 * const framer = new Framer();
 * socket.on('data', (chunk) => {
 *   framer.push(chunk);
 *   while (framer.next() === 'message') console.log(framer.type, framer.end - framer.start);
 * });
 */
export class Framer {
  /** Holds the current message at `[start, end)`, header included, until the next `next` or `push`. */
  bytes: Uint8Array = new Uint8Array(INITIAL_CAPACITY);
  /** Type of the current message. */
  type: MessageType | 0 = 0;
  start = 0;
  end = 0;
  /** Why the stream cannot be read on; stays once it is set. */
  fault: Fault | null = null;
  /** Largest message that is accepted: 4096, or 65535 once that is negotiated. May be changed between messages. */
  maxMessage = MAX_MESSAGE;
  #head = 0;
  #tail = 0;

  /** Octets that came and were not taken. */
  get buffered(): number {
    return this.#tail - this.#head;
  }

  /** Whether `next` would give a message or a fault: something can be done without new octets. */
  get ready(): boolean {
    if (this.fault !== null) return true;
    const unread = this.#tail - this.#head;
    if (unread < HEADER_LENGTH) return false;
    const length = (this.bytes[this.#head + 16]! << 8) | this.bytes[this.#head + 17]!;
    return unread >= length || checkHeader(this.bytes, this.#head, this.maxMessage) !== null;
  }

  /** Appends a copy of `chunk`. */
  push(chunk: Uint8Array): void {
    const unread = this.#tail - this.#head;
    if (unread === 0) {
      this.#head = 0;
      this.#tail = 0;
    }
    if (this.#tail + chunk.length > this.bytes.length) this.#makeRoom(unread + chunk.length);
    this.bytes.set(chunk, this.#tail);
    this.#tail += chunk.length;
  }

  /** Takes the next message: `type`, `start` and `end` say where it is in `bytes`. */
  next(): FrameStatus {
    if (this.fault !== null) return 'fault';
    const head = this.#head;
    if (this.#tail - head < HEADER_LENGTH) return 'incomplete';
    const fault = checkHeader(this.bytes, head, this.maxMessage);
    if (fault !== null) {
      this.fault = fault;
      return 'fault';
    }
    const length = (this.bytes[head + 16]! << 8) | this.bytes[head + 17]!;
    if (this.#tail - head < length) return 'incomplete';
    this.type = this.bytes[head + 18]! as MessageType;
    this.start = head;
    this.end = head + length;
    this.#head = this.end;
    return 'message';
  }

  /** Gives memory back that a burst needed. For sessions that are idle. */
  release(): void {
    if (this.#tail !== this.#head || this.bytes.length === INITIAL_CAPACITY) return;
    this.bytes = new Uint8Array(INITIAL_CAPACITY);
    this.#head = 0;
    this.#tail = 0;
  }

  #makeRoom(needed: number): void {
    let capacity = this.bytes.length;
    while (capacity < needed) capacity *= 2;
    if (capacity === this.bytes.length) {
      this.bytes.copyWithin(0, this.#head, this.#tail);
    } else {
      const grown = new Uint8Array(capacity);
      grown.set(this.bytes.subarray(this.#head, this.#tail));
      this.bytes = grown;
    }
    this.#tail -= this.#head;
    this.#head = 0;
  }
}
