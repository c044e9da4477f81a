import type { Socket } from 'node:net';
import { FuzzRandom } from '../fuzz/random.js';
import { LightPeer } from './light-peer.js';
import { malformedUpdate } from './peer-messages.js';

/** How long one flood lasts, where the speaker lets it. */
const FLOOD_MILLISECONDS = 2_000;
const PIECE = 65_536;

/**
 * It writes rubbish as fast as the speaker takes it, in turns: before its OPEN, behind it, when the session is up, and then
 * whole UPDATEs whose routes are malformed, which end no session.
 */
export class GarbagePeer extends LightPeer {
  bytesWritten = 0;
  readonly #random = new FuzzRandom(1, 'garbage');
  readonly #rubbish = Uint8Array.from({ length: PIECE }, () => this.#random.below(256));
  readonly #malformed: Uint8Array;
  #round = 0;

  constructor(...parameters: ConstructorParameters<typeof LightPeer>) {
    super(...parameters);
    const update = malformedUpdate(this.plan, this.index);
    this.#malformed = new Uint8Array(update.length * Math.floor(PIECE / update.length));
    for (let at = 0; at < this.#malformed.length; at += update.length) this.#malformed.set(update, at);
  }

  override get pauseMilliseconds(): number {
    return 20;
  }

  protected override connected(socket: Socket): void {
    this.#round++;
    if (this.#round % 4 === 0) {
      this.#flood(socket, this.#rubbish);
      return;
    }
    super.connected(socket);
    if (this.#round % 4 === 1) this.#flood(socket, this.#rubbish);
  }

  protected override established(socket: Socket): void {
    super.established(socket);
    this.#flood(socket, this.#round % 4 === 2 ? this.#rubbish : this.#malformed);
  }

  /** Writes until the time is over or the connection is. */
  #flood(socket: Socket, piece: Uint8Array): void {
    const end = performance.now() + FLOOD_MILLISECONDS;
    const more = (): void => {
      if (socket.destroyed || !socket.writable) return;
      if (performance.now() > end) {
        socket.end(this.#rubbish.subarray(0, 100));
        return;
      }
      this.bytesWritten += piece.length;
      // One piece a turn, so that the other peers of this process keep their times.
      if (socket.write(piece)) setImmediate(more);
      else socket.once('drain', more);
    };
    more();
  }
}
