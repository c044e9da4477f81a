import { connect, type Socket } from 'node:net';
import { Framer } from '../../src/message/framer.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { openOf } from './peer-messages.js';
import { addressOf, type SoakPlan } from './peer-plan.js';

/**
 * A peer that costs little: it dials, shakes hands, tells its table and sends KEEPALIVEs; of what it hears it looks at the
 * types only. What is wrong with it is in classes below.
 */
export class LightPeer {
  readonly plan: SoakPlan;
  readonly index: number;
  readonly table: Uint8Array;
  socket: Socket | null = null;
  isUp = false;
  sessions = 0;
  /** NOTIFICATIONs that came, `code/subcode`. */
  readonly notifications: string[] = [];
  protected readonly open: Uint8Array;
  #framer = new Framer();
  #lastSent = 0;

  constructor(plan: SoakPlan, index: number, table: Uint8Array) {
    this.plan = plan;
    this.index = index;
    this.table = table;
    this.open = openOf(plan, index);
  }

  /** How long it waits after a connection has ended. */
  get pauseMilliseconds(): number {
    return 250;
  }

  dial(): void {
    const { address: host, port } = this.plan;
    const socket = connect({ host, port, localAddress: addressOf(this.plan, this.index) });
    this.socket = socket;
    this.#framer = new Framer();
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('connect', () => this.connected(socket));
    socket.on('data', (chunk) => this.#heard(chunk));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.isUp = false;
      this.socket = null;
      setTimeout(() => this.dial(), this.pauseMilliseconds);
    });
  }

  /** Called often. */
  tick(now: number): void {
    if (!this.isUp || this.socket === null) return;
    if (now - this.#lastSent < (1000 * this.plan.holdTime) / 3) return;
    this.#lastSent = now;
    this.socket.write(KEEPALIVE);
  }

  protected connected(socket: Socket): void {
    socket.write(this.open);
  }

  protected established(socket: Socket): void {
    socket.write(KEEPALIVE);
    socket.write(this.table);
  }

  #heard(chunk: Uint8Array): void {
    this.#framer.push(chunk);
    while (this.#framer.next() === 'message') {
      const { type, bytes, start } = this.#framer;
      if (type === MessageType.Open) this.socket?.write(KEEPALIVE);
      if (type === MessageType.Notification)
        this.notifications.push(`${bytes[start + 19]}/${bytes[start + 20]}`);
      if (type === MessageType.Keepalive && !this.isUp && this.socket !== null) {
        this.isUp = true;
        this.sessions++;
        this.established(this.socket);
      }
    }
  }
}

/** It reads nothing once the session is up, and goes on sending KEEPALIVEs. */
export class MutePeer extends LightPeer {
  protected override established(socket: Socket): void {
    socket.pause();
    super.established(socket);
  }
}

/** Its session ends every second, in turns by FIN, reset and Cease. */
export class FlappingPeer extends LightPeer {
  #ends = 0;

  override get pauseMilliseconds(): number {
    return 50;
  }

  protected override established(socket: Socket): void {
    super.established(socket);
    const cease = Uint8Array.of(...new Array<number>(16).fill(255), 0, 21, 3, 6, 4);
    setTimeout(() => {
      this.#ends++;
      if (this.#ends % 3 === 0) socket.end();
      else if (this.#ends % 3 === 1) socket.resetAndDestroy();
      else socket.end(cease);
    }, 600);
  }
}
