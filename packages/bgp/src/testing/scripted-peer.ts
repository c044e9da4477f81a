import type { Capability } from '../capabilities/capability.js';
import { Framer } from '../message/framer.js';
import { KEEPALIVE } from '../message/keepalive.js';
import { MAX_EXTENDED_MESSAGE, MessageType } from '../message/message-type.js';
import { decodeNotification, encodeNotification, type NotificationMessage } from '../message/notification.js';
import { createOpen, decodeOpen, encodeOpen, type OpenMessage } from '../message/open.js';
import type { Transport, TransportHandler } from '../ports/transport.js';

/** Who a scripted peer says it is. */
export interface ScriptedIdentity {
  readonly as: number;
  /** BGP identifier, unsigned. */
  readonly routerId: number;
  /** Seconds. Default 90. */
  readonly holdTime?: number;
  readonly capabilities?: readonly Capability[];
}

/** A message that a scripted peer got. */
export interface ReceivedMessage {
  readonly type: MessageType;
  /** The whole message, header included. */
  readonly bytes: Uint8Array;
}

/**
 * The other end of a session, that does what a test tells it and nothing else: no timer, no machine. What it gets is in
 * `received`; `next` waits for the next message.
 *
 * @example
 * const peer = new ScriptedPeer(transport, { as: 64513, routerId: 0x0a000001 });
 * peer.sendOpen();
 * const open = await peer.expectOpen();
 */
export class ScriptedPeer implements TransportHandler {
  readonly transport: Transport;
  readonly identity: ScriptedIdentity;
  readonly received: ReceivedMessage[] = [];
  /** The other side sent FIN. */
  isEnded = false;
  isClosed = false;
  closeError: Error | null = null;
  readonly #framer = new Framer();
  #read = 0;
  #waiting: (() => void)[] = [];

  constructor(transport: Transport, identity: ScriptedIdentity) {
    this.transport = transport;
    this.identity = identity;
    this.#framer.maxMessage = MAX_EXTENDED_MESSAGE;
    transport.start(this);
  }

  // --- What it says. ---

  /** Raw octets, whatever they are. */
  send(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.transport.write(part);
  }

  /** Several messages in one segment. */
  sendTogether(...parts: readonly Uint8Array[]): void {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.transport.write(whole);
  }

  /** Its OPEN, as bytes. */
  open(overrides: Partial<OpenMessage> = {}): Uint8Array {
    const { as, routerId, holdTime = 90, capabilities = [] } = this.identity;
    return encodeOpen({ ...createOpen({ localAs: as, holdTime, routerId, capabilities }), ...overrides });
  }

  sendOpen(overrides: Partial<OpenMessage> = {}): void {
    this.send(this.open(overrides));
  }

  sendKeepalive(): void {
    this.send(KEEPALIVE);
  }

  sendNotification(code: number, subcode: number, data: Uint8Array = new Uint8Array(0)): void {
    this.send(encodeNotification({ code, subcode, data }));
  }

  /** Brings the session up: OPEN and KEEPALIVE both ways. */
  async handshake(): Promise<OpenMessage> {
    this.sendOpen();
    const open = await this.expectOpen();
    this.sendKeepalive();
    await this.expect(MessageType.Keepalive);
    return open;
  }

  // --- What it hears. ---

  /** The next message that was not taken yet. Rejects when the connection ends first. */
  async next(): Promise<ReceivedMessage> {
    while (this.#read === this.received.length) {
      if (this.isEnded || this.isClosed) throw new Error('the connection ended while a message was awaited');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.received[this.#read++]!;
  }

  /** The next message, which must be of this type. */
  async expect(type: MessageType): Promise<ReceivedMessage> {
    const message = await this.next();
    if (message.type !== type) throw new Error(`expected message type ${type}, got ${message.type}`);
    return message;
  }

  async expectOpen(): Promise<OpenMessage> {
    const decoded = decodeOpen((await this.expect(MessageType.Open)).bytes);
    if (!decoded.ok) throw new Error(decoded.fault.message);
    return decoded.value;
  }

  /** The NOTIFICATION that comes next, KEEPALIVEs and UPDATEs left aside. */
  async expectNotification(): Promise<NotificationMessage> {
    let message = await this.next();
    while (message.type === MessageType.Keepalive || message.type === MessageType.Update) {
      message = await this.next();
    }
    if (message.type !== MessageType.Notification) {
      throw new Error(`expected a NOTIFICATION, got message type ${message.type}`);
    }
    const decoded = decodeNotification(message.bytes);
    if (!decoded.ok) throw new Error(decoded.fault.message);
    return decoded.value;
  }

  /** How many messages of a type came so far. */
  count(type: MessageType): number {
    return this.received.filter((message) => message.type === type).length;
  }

  // --- TransportHandler ---

  data(chunk: Uint8Array): void {
    this.#framer.push(chunk);
    while (this.#framer.next() === 'message') {
      const { bytes, start, end, type } = this.#framer;
      this.received.push({ type: type as MessageType, bytes: bytes.slice(start, end) });
    }
    this.#wake();
  }

  drain(): void {}

  ended(): void {
    this.isEnded = true;
    this.#wake();
  }

  closed(error: Error | null): void {
    this.isClosed = true;
    this.closeError = error;
    this.#wake();
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
