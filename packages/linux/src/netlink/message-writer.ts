import { attributeHeaderLength, nestedFlag } from './attribute.js';
import { align, hostIsLittleEndian } from './layout.js';
import { flagsOffset, messageHeaderLength, typeOffset } from './message.js';

/**
 * Writes netlink messages one after the other into one buffer that grows. Sequence numbers and port ids stay 0:
 * the socket that sends fills them in.
 */
export class MessageWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;
  #messageStart = 0;
  #count = 0;

  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many messages are complete. */
  get count(): number {
    return this.#count;
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Starts a message; its payload follows, then {@link endMessage}. */
  beginMessage(type: number, flags: number): void {
    this.#reserve(messageHeaderLength);
    this.#messageStart = this.#length;
    this.#view.setUint16(this.#length + typeOffset, type, hostIsLittleEndian);
    this.#view.setUint16(this.#length + flagsOffset, flags, hostIsLittleEndian);
    this.#length += messageHeaderLength;
  }

  endMessage(): void {
    const length = this.#length - this.#messageStart;
    this.#view.setUint32(this.#messageStart, length, hostIsLittleEndian);
    this.#count++;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, hostIsLittleEndian);
    this.#length += 2;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, hostIsLittleEndian);
    this.#length += 4;
  }

  /** An attribute whose value is `value`, padded. */
  attribute(type: number, value: Uint8Array): void {
    this.#attributeHeader(type, value.length);
    this.#bytes.set(value, this.#length);
    this.#length += align(value.length);
  }

  attributeU32(type: number, value: number): void {
    this.#attributeHeader(type, 4);
    this.u32(value);
  }

  /** A text attribute with its closing NUL. */
  attributeText(type: number, value: string): void {
    this.attribute(type, new TextEncoder().encode(`${value}\0`));
  }

  /** `struct rtvia`: an address of another family, as RTA_VIA holds it. */
  attributeVia(type: number, family: number, address: Uint8Array): void {
    this.#attributeHeader(type, address.length + 2);
    this.#view.setUint16(this.#length, family, hostIsLittleEndian);
    this.#bytes.set(address, this.#length + 2);
    this.#length += align(address.length + 2);
  }

  /** Starts an attribute that holds others; give what it returns to {@link endNested}. */
  beginNested(type: number): number {
    const start = this.#length;
    this.#attributeHeader(type | nestedFlag, 0);
    return start;
  }

  /** Starts a record with a 16-bit length in front, such as `struct rtnexthop`; ends with {@link endNested}. */
  beginRecord(): number {
    const start = this.#length;
    this.u16(0);
    return start;
  }

  endNested(start: number): void {
    this.#view.setUint16(start, this.#length - start, hostIsLittleEndian);
  }

  #attributeHeader(type: number, length: number): void {
    this.#reserve(attributeHeaderLength + align(length));
    this.#view.setUint16(this.#length, attributeHeaderLength + length, hostIsLittleEndian);
    this.#view.setUint16(this.#length + 2, type, hostIsLittleEndian);
    this.#length += attributeHeaderLength;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
