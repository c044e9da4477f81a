import type {
  ConnectTarget,
  Listener,
  ListenTarget,
  SocketFactory,
  SocketFeature,
  Transport,
} from '@peerage/bgp';
import { HeldTransport } from './held-transport.js';

/** Which of the two connections the session gets to see first. */
export type Order = 'dialled first' | 'accepted first';

/** Two connections with one peer, each with an OPEN of either side on its way. */
export interface Collision {
  readonly dialled: HeldTransport;
  readonly accepted: HeldTransport;
  /** `performance.now()` of the moment in which the OPENs were let go. */
  readonly releasedAt: number;
}

interface Armed {
  readonly order: Order;
  readonly done: (collision: Collision) => void;
}

/**
 * Sockets that make a collision certain. Once armed, a dial waits until the peer has dialled us, and nothing that either
 * side says arrives before both connections carry both OPENs. All of it is on real TCP.
 */
export class CollisionSockets implements SocketFactory {
  readonly features: ReadonlySet<SocketFeature>;
  /** Connections that came up after the OPENs were let go: attempts at a session after the collision. */
  retries = 0;
  readonly #inner: SocketFactory;
  #armed: Armed | null = null;
  #isHandedOver = false;
  #accepted: HeldTransport | null = null;
  #dialled: HeldTransport | null = null;
  #accept: (transport: Transport) => void = () => {};
  readonly #waiting = new Set<() => void>();

  constructor(inner: SocketFactory) {
    this.#inner = inner;
    this.features = inner.features;
  }

  /** The next two connections are to collide; resolves when their OPENs are let go. */
  arm(order: Order): Promise<Collision> {
    this.#accepted = null;
    this.#dialled = null;
    this.#isHandedOver = false;
    this.retries = 0;
    return new Promise((done) => {
      this.#armed = { order, done };
    });
  }

  async connect(target: ConnectTarget, signal: AbortSignal): Promise<Transport> {
    const armed = this.#armed;
    if (armed === null) {
      this.retries += 1;
      return new HeldTransport(await this.#inner.connect(target, signal), false, () => {});
    }
    while (this.#accepted === null || this.#accepted.isOver) await this.#next(signal);
    const dialled = new HeldTransport(await this.#inner.connect(target, signal), true, () => this.#look());
    this.#dialled = dialled;
    this.#isHandedOver = true;
    if (armed.order === 'accepted first') this.#accept(this.#accepted);
    else setImmediate(() => this.#accept(this.#accepted!));
    return dialled;
  }

  listen(target: ListenTarget, accept: (transport: Transport) => void): Promise<Listener> {
    this.#accept = accept;
    return this.#inner.listen(target, (transport) => {
      if (this.#armed === null || this.#isHandedOver) {
        this.retries += 1;
        accept(new HeldTransport(transport, false, () => {}));
        return;
      }
      this.#accepted = new HeldTransport(transport, true, () => this.#look());
      for (const wake of this.#waiting) wake();
    });
  }

  /** Resolves when the peer has dialled us. */
  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', settle);
      if (signal.aborted) settle();
    });
  }

  #look(): void {
    const [armed, dialled, accepted] = [this.#armed, this.#dialled, this.#accepted];
    if (armed === null || !dialled?.hasBothOpens || !accepted?.hasBothOpens) return;
    this.#armed = null;
    const releasedAt = performance.now();
    for (const one of armed.order === 'dialled first' ? [dialled, accepted] : [accepted, dialled])
      one.release();
    armed.done({ dialled, accepted, releasedAt });
  }
}
