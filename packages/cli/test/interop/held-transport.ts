import type { Endpoint, Transport, TransportHandler } from '@peerage/bgp';

/** What reached us and waits: told in order as soon as it may be. */
type Told = (handler: TransportHandler) => void;

const HEADER_LENGTH = 19;
const TYPE_OFFSET = 18;
const OPEN = 1;

/**
 * A transport that holds back what both sides say, until it is released. The TCP connection below is up all the while,
 * so each side has sent its OPEN into it and waits in OpenSent.
 */
export class HeldTransport implements Transport {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Gone, or about to be: the peer's FIN came, or ours was ordered. */
  isOver = false;
  /** When it was released, both sides had sent their OPEN and seen none. */
  wasOpenSent = false;
  readonly #inner: Transport;
  readonly #changed: () => void;
  #isHeld: boolean;
  #handler: TransportHandler | null = null;
  readonly #told: Told[] = [];
  readonly #written: Uint8Array[] = [];
  #theirs = Buffer.alloc(0);

  /** `changed` is called whenever something arrived, was written, or ended. */
  constructor(inner: Transport, isHeld: boolean, changed: () => void) {
    this.local = inner.local;
    this.remote = inner.remote;
    this.#inner = inner;
    this.#isHeld = isHeld;
    this.#changed = changed;
    inner.start({
      data: (chunk) => this.#data(chunk),
      drain: () => this.#tell((handler) => handler.drain()),
      ended: () => {
        this.isOver = true;
        this.#tell((handler) => handler.ended());
      },
      closed: (error) => {
        this.isOver = true;
        this.#tell((handler) => handler.closed(error));
      },
    });
  }

  /** Both sides have sent their OPEN and seen none: they are in OpenSent. */
  get hasBothOpens(): boolean {
    const ours = this.#written[0];
    return ours?.[TYPE_OFFSET] === OPEN && isWholeOpen(this.#theirs) && !this.isOver;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.wasOpenSent = this.hasBothOpens;
    this.#isHeld = false;
    for (const bytes of this.#written.splice(0)) this.#inner.write(bytes);
    this.#flush();
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    setImmediate(() => this.#flush());
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isHeld) return this.#inner.write(bytes);
    this.#written.push(bytes);
    this.#changed();
    return true;
  }

  get unsentBytes(): number {
    return this.#written.reduce((sum, bytes) => sum + bytes.length, this.#inner.unsentBytes);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  end(graceMilliseconds: number): void {
    this.isOver = true;
    this.release();
    this.#inner.end(graceMilliseconds);
  }

  destroy(): void {
    this.isOver = true;
    this.#inner.destroy();
  }

  #data(chunk: Uint8Array): void {
    const kept = Uint8Array.from(chunk);
    if (this.#isHeld) this.#theirs = Buffer.concat([this.#theirs, kept]);
    this.#tell((handler) => handler.data(kept));
  }

  #tell(what: Told): void {
    this.#told.push(what);
    this.#flush();
    this.#changed();
  }

  #flush(): void {
    if (this.#isHeld || this.#handler === null) return;
    for (let what = this.#told.shift(); what !== undefined; what = this.#told.shift()) what(this.#handler);
  }
}

function isWholeOpen(bytes: Buffer): boolean {
  return (
    bytes.length > HEADER_LENGTH && bytes[TYPE_OFFSET] === OPEN && bytes.length >= bytes.readUInt16BE(16)
  );
}
