import { KEEPALIVE } from '../message/keepalive.js';
import type { Transport } from '../ports/transport.js';

/**
 * What waits to be written to one transport. Whole messages only, so that a KEEPALIVE can go in between:
 *
 *     urgent  [ KEEPALIVE? ]  ──▶ first
 *     bulk    [ block, block, … ]  ──▶ transport.write while it takes them
 *
 * Invariant: once `write` has said no, nothing more is written until `drained`. Blocks are shared, never copied.
 */
export class Outbox {
  readonly #transport: Transport;
  readonly #mark: number;
  #blocks: Uint8Array[] = [];
  #head = 0;
  #queued = 0;
  #keepaliveWaits = false;
  #saturated = false;
  #isOver = false;
  #accepted = 0;
  #keepaliveBytes = 0;

  /** `mark`: octets of bulk from which `push` says no. */
  constructor(transport: Transport, mark: number) {
    this.#transport = transport;
    this.#mark = mark;
  }

  /** Octets that the kernel has not taken yet, wherever they are. */
  get unsentBytes(): number {
    return this.#queued + (this.#keepaliveWaits ? KEEPALIVE.length : 0) + this.#transport.unsentBytes;
  }

  /** Octets that the kernel has taken so far: grows when the peer, or at least the network, moves. */
  get takenBytes(): number {
    return this.#accepted - this.#transport.unsentBytes;
  }

  /** Octets that were given to write, KEEPALIVEs left out. */
  get bulkGiven(): number {
    return this.#accepted - this.#keepaliveBytes + this.#queued;
  }

  /** At least so many of these the kernel has taken. */
  get bulkTaken(): number {
    return this.takenBytes - this.#keepaliveBytes;
  }

  /** Takes a block in any case. False when the bulk is over its mark: the sender then waits for `relieved`. */
  push(block: Uint8Array): boolean {
    this.#blocks.push(block);
    this.#queued += block.length;
    this.flush();
    this.#isOver ||= this.#queued >= this.#mark;
    return !this.#isOver;
  }

  /** Puts a KEEPALIVE before all bulk. One that still waits is enough: it tells the peer the same. */
  pushKeepalive(): void {
    this.#keepaliveWaits = true;
    this.flush();
  }

  /** Writes a NOTIFICATION behind what the transport has, in place of the bulk: nobody will read that any more. */
  writeLast(message: Uint8Array): void {
    this.#blocks = [];
    this.#head = 0;
    this.#queued = 0;
    this.#keepaliveWaits = false;
    this.#write(message);
  }

  /** The transport has room again. */
  drained(): void {
    this.#saturated = false;
    this.flush();
  }

  /** True once after the bulk fell from over its mark to half of it. */
  relieved(): boolean {
    if (!this.#isOver || this.#queued > this.#mark / 2) return false;
    this.#isOver = false;
    return true;
  }

  flush(): void {
    if (this.#keepaliveWaits && !this.#saturated) {
      this.#keepaliveWaits = false;
      this.#keepaliveBytes += KEEPALIVE.length;
      this.#write(KEEPALIVE);
    }
    while (!this.#saturated && this.#head < this.#blocks.length) {
      const block = this.#blocks[this.#head++]!;
      this.#queued -= block.length;
      this.#write(block);
    }
    if (this.#head === this.#blocks.length) {
      this.#blocks.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#blocks.splice(0, this.#head);
      this.#head = 0;
    }
  }

  #write(bytes: Uint8Array): void {
    this.#accepted += bytes.length;
    if (!this.#transport.write(bytes)) this.#saturated = true;
  }
}
