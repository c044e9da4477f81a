import type {
  ConnectTarget,
  Listener,
  ListenTarget,
  SocketFactory,
  SocketFeature,
  Transport,
  TransportHandler,
} from '../ports/transport.js';

/**
 * Sockets whose connections, dialled and accepted, say nothing until `count` of them stand: what two speakers send is
 * held back, so that a collision is certain where it would be a matter of luck. After that they are ordinary ones.
 *
 * @example
 * const sockets = new GatedSockets(tcpSocketFactory(), 2);
 */
export class GatedSockets implements SocketFactory {
  readonly features: ReadonlySet<SocketFeature>;
  readonly #inner: SocketFactory;
  readonly #count: number;
  #held: GatedTransport[] = [];
  #isOpen = false;

  constructor(inner: SocketFactory, count: number) {
    this.#inner = inner;
    this.#count = count;
    this.features = inner.features;
  }

  /** Connections that stand and are held back. */
  get waiting(): number {
    return this.#held.length;
  }

  async connect(target: ConnectTarget, signal: AbortSignal): Promise<Transport> {
    return this.#gate(await this.#inner.connect(target, signal));
  }

  listen(target: ListenTarget, accept: (transport: Transport) => void): Promise<Listener> {
    return this.#inner.listen(target, (transport) => accept(this.#gate(transport)));
  }

  /** Lets everything go that is held back, for good. */
  open(): void {
    this.#isOpen = true;
    for (const transport of this.#held.splice(0)) transport.release();
  }

  #gate(transport: Transport): Transport {
    if (this.#isOpen) return transport;
    const gated = new GatedTransport(transport, (gone) => {
      this.#held = this.#held.filter((other) => other !== gone);
    });
    this.#held.push(gated);
    if (this.#held.length >= this.#count) queueMicrotask(() => this.open());
    return gated;
  }
}

/** Keeps what is written until it is released. */
class GatedTransport implements Transport {
  readonly #inner: Transport;
  readonly #gone: (transport: GatedTransport) => void;
  #kept: Uint8Array[] | null = [];
  #grace: number | null = null;

  constructor(inner: Transport, gone: (transport: GatedTransport) => void) {
    this.#inner = inner;
    this.#gone = gone;
  }

  get local(): Transport['local'] {
    return this.#inner.local;
  }

  get remote(): Transport['remote'] {
    return this.#inner.remote;
  }

  start(handler: TransportHandler): void {
    this.#inner.start({
      data: (chunk) => handler.data(chunk),
      drain: () => handler.drain(),
      ended: () => handler.ended(),
      closed: (error) => {
        this.#gone(this);
        handler.closed(error);
      },
    });
  }

  write(bytes: Uint8Array): boolean {
    if (this.#kept === null) return this.#inner.write(bytes);
    this.#kept.push(bytes);
    return true;
  }

  get unsentBytes(): number {
    const kept = (this.#kept ?? []).reduce((sum, bytes) => sum + bytes.length, 0);
    return kept + this.#inner.unsentBytes;
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  end(graceMilliseconds: number): void {
    if (this.#kept === null) this.#inner.end(graceMilliseconds);
    else this.#grace = graceMilliseconds;
  }

  destroy(): void {
    this.#gone(this);
    this.#inner.destroy();
  }

  release(): void {
    const kept = this.#kept ?? [];
    this.#kept = null;
    for (const bytes of kept) this.#inner.write(bytes);
    if (this.#grace !== null) this.#inner.end(this.#grace);
  }
}
