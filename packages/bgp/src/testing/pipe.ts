import type { Clock, Timer } from '../ports/clock.js';
import type { Endpoint, Transport, TransportHandler } from '../ports/transport.js';

/** How a pipe treats what passes through it. May be changed at any time. */
export interface PipeOptions {
  /** Milliseconds one way. Default 0: the next turn. */
  delay?: number;
  /** Largest piece that is delivered at once, in octets. Default: as written. */
  chop?: number;
  /** Octets that the "kernel" holds for a reader that does not read. Default 65,536. */
  window?: number;
  /** Octets over which `write` says no. Default 16,384. */
  mark?: number;
}

type Item = { readonly type: 'data'; readonly bytes: Uint8Array } | { readonly type: 'fin' | 'reset' };

/**
 * One end of a connection in memory. It behaves like TCP as far as a BGP speaker can see: order is kept, a reader that
 * pauses makes the writer feel it, FIN comes behind the data, a cut ends both sides, or one, or none.
 *
 *     a.write ─▶ queue (unsentBytes) ─▶ wire (delay, chop, window) ─▶ b.data
 *
 * @example
 * const clock = new FakeClock();
 * const ends = { address: '192.0.2.1', port: 179 };
 * const [one, other] = PipeTransport.pair(clock, ends, { address: '192.0.2.2', port: 40_000 });
 */
export class PipeTransport implements Transport {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly options: PipeOptions;
  readonly #clock: Clock;
  #peer: PipeTransport | null = null;
  #handler: TransportHandler | null = null;
  #isPaused = false;
  #isStalled = false;
  #isClosed = false;
  #closeError: Error | null = null;
  #grace: Timer | null = null;
  #finSent = false;
  #finReceived = false;
  #needsDrain = false;
  /** Written, and not taken by the other side's kernel yet. */
  #queue: Item[] = [];
  #queuedBytes = 0;
  /** In the kernel of this side, not given to the handler yet. */
  #inbox: Item[] = [];
  #inboxBytes = 0;
  #inFlight = 0;
  #lastArrival = 0;
  #pumping = false;
  #delivering = false;

  constructor(clock: Clock, local: Endpoint, remote: Endpoint, options: PipeOptions) {
    this.#clock = clock;
    this.local = local;
    this.remote = remote;
    this.options = options;
  }

  /** Makes two ends of one connection. */
  static pair(
    clock: Clock,
    a: Endpoint,
    b: Endpoint,
    options: PipeOptions = {},
  ): [PipeTransport, PipeTransport] {
    const one = new PipeTransport(clock, a, b, options);
    const other = new PipeTransport(clock, b, a, options);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  // --- Transport ---

  start(handler: TransportHandler): void {
    this.#handler = handler;
    if (this.#isClosed) this.#tellClosed();
    else this.#deliverSoon();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isClosed || this.#finSent) return false;
    this.#queue.push({ type: 'data', bytes });
    this.#queuedBytes += bytes.length;
    this.#pumpSoon();
    const hasRoom = this.#queuedBytes <= (this.options.mark ?? 16_384);
    if (!hasRoom) this.#needsDrain = true;
    return hasRoom;
  }

  get unsentBytes(): number {
    return this.#queuedBytes;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliverSoon();
  }

  end(graceMilliseconds: number): void {
    if (this.#isClosed || this.#finSent) return;
    this.#finSent = true;
    this.#queue.push({ type: 'fin' });
    this.#pumpSoon();
    if (this.#finReceived) this.#closeWhenSent();
    this.#grace = this.#clock.setTimer(graceMilliseconds, () => this.destroy());
  }

  destroy(): void {
    if (this.#isClosed) return;
    const peer = this.#peer;
    // Like the kernel: what was not read turns the FIN into a reset.
    const unread = this.#inboxBytes > 0;
    this.#close(null);
    if (peer === null) return;
    if (unread) this.#carry(peer, { type: 'reset' });
    else if (!this.#finSent) this.#carry(peer, { type: 'fin' });
  }

  // --- What a test does to it. ---

  /** From now on this side reads nothing, as a process that hangs: the window fills up. */
  stall(): void {
    this.#isStalled = true;
  }

  unstall(): void {
    this.#isStalled = false;
    this.#deliverSoon();
  }

  /** The connection is reset: both sides see an error. */
  cut(): void {
    const peer = this.#peer;
    this.#reset();
    if (peer !== null) peer.#reset();
  }

  /** The cable is cut: nothing arrives any more on either side, and nobody is told. */
  blackhole(): void {
    const peer = this.#peer;
    this.#peer = null;
    if (peer !== null) peer.#peer = null;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  // --- The wire. ---

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#clock.nextTurn(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** Moves what fits into the other side's window. */
  #pump(): void {
    const peer = this.#peer;
    if (peer === null || this.#isClosed) return;
    while (this.#queue.length > 0) {
      const item = this.#queue[0]!;
      if (item.type !== 'data') {
        this.#queue.shift();
        this.#carry(peer, item);
        continue;
      }
      const room = (this.options.window ?? 65_536) - peer.#inboxBytes - this.#inFlight;
      if (room <= 0) break;
      const size = Math.min(item.bytes.length, room, this.options.chop ?? Number.POSITIVE_INFINITY);
      const piece = item.bytes.subarray(0, size);
      if (size === item.bytes.length) this.#queue.shift();
      else this.#queue[0] = { type: 'data', bytes: item.bytes.subarray(size) };
      this.#queuedBytes -= size;
      this.#inFlight += size;
      this.#carry(peer, { type: 'data', bytes: piece.slice() });
    }
    if (this.#needsDrain && this.#queuedBytes === 0) {
      this.#needsDrain = false;
      this.#handler?.drain();
    }
  }

  #carry(peer: PipeTransport, item: Item): void {
    const arrive = (): void => {
      if (item.type === 'data') this.#inFlight -= item.bytes.length;
      if (this.#peer !== peer) return;
      if (peer.#isClosed) {
        if (item.type === 'data') this.#reset();
        return;
      }
      if (item.type === 'reset') {
        peer.#reset();
        return;
      }
      peer.#inbox.push(item);
      if (item.type === 'data') peer.#inboxBytes += item.bytes.length;
      peer.#deliverSoon();
    };
    // Order is kept, however the delay changes on the way.
    const now = this.#clock.now();
    this.#lastArrival = Math.max(this.#lastArrival, now + (this.options.delay ?? 0));
    if (this.#lastArrival <= now) arrive();
    else this.#clock.setTimer(this.#lastArrival - now, arrive);
  }

  #deliverSoon(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    this.#clock.nextTurn(() => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#handler !== null && !this.#isPaused && !this.#isStalled && !this.#isClosed) {
      const item = this.#inbox.shift();
      if (item === undefined) break;
      if (item.type !== 'data') {
        this.#finReceived = true;
        this.#handler.ended();
        if (this.#finSent) this.#closeWhenSent();
      } else {
        this.#inboxBytes -= item.bytes.length;
        this.#handler.data(item.bytes);
      }
    }
    if (this.#peer !== null) this.#peer.#pumpSoon();
  }

  /** Both sides have said FIN: gone, without an error. */
  #closeWhenSent(): void {
    if (this.#queue.length > 0) this.#clock.nextTurn(() => this.#closeWhenSent());
    else this.#close(null);
  }

  #reset(): void {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    this.#close(this.#finReceived && this.#finSent ? null : error);
  }

  #close(error: Error | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#closeError = error;
    this.#grace?.cancel();
    if (this.#handler !== null) this.#tellClosed();
  }

  #tellClosed(): void {
    this.#clock.nextTurn(() => this.#handler?.closed(this.#closeError));
  }
}
