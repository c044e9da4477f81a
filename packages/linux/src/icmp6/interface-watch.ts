import { AF_INET6, type Libc, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../libc.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { RouterSocket, routerMessage } from './router-socket.js';

const SOCK_DGRAM = 2;
const SIOCGIFFLAGS = 0x8913;
/** `IFF_UP` and `IFF_RUNNING`. */
const flagsUp = 0x41;
/** Of the first advertisements and solicitations, and of what could not be sent. */
const firstPause = 1_000;
const firstCount = 3;
/** Most messages that one look takes. */
const mostMessages = 64;
/** Of so many periods without an advertisement, a router is given up for another one. */
const patience = 3.5;

/** One interface: whether it is there, who is heard on it, and when we speak. */
export class InterfaceWatch {
  readonly #libc: Libc;
  readonly #name: string;
  readonly #period: number;
  readonly #tell: (neighbour: string | null) => void;
  readonly #control: number;
  #socket: RouterSocket | null = null;
  #neighbour: string | null = null;
  #heardAt = 0;
  #nextAdvertisement = 0;
  #nextSolicitation = 0;
  #advertised = 0;

  constructor(libc: Libc, name: string, period: number, tell: (neighbour: string | null) => void) {
    this.#libc = libc;
    this.#name = name;
    this.#period = period;
    this.#tell = tell;
    this.#control = libc.socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  }

  /** Looks at the link, hears what came, says what is due. */
  look(now: number): void {
    const index = this.#indexWhenUp();
    if (this.#socket !== null && index !== this.#socket.index) this.#lose();
    if (index === 0) return;
    if (this.#socket === null && !this.#open(index, now)) return;
    this.#hear(now);
    this.#speak(now);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#libc.close(this.#control);
  }

  /** 0 when it is down or not there. */
  #indexWhenUp(): number {
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(this.#name));
    if (this.#libc.ioctl(this.#control, SIOCGIFFLAGS, request) < 0) return 0;
    const flags = new DataView(request.buffer).getUint16(16, hostIsLittleEndian);
    return (flags & flagsUp) === flagsUp ? this.#libc.ifNameToIndex(this.#name) : 0;
  }

  #open(index: number, now: number): boolean {
    this.#socket = RouterSocket.open(this.#libc, this.#name, index);
    this.#advertised = 0;
    this.#nextAdvertisement = now;
    this.#nextSolicitation = now;
    return this.#socket !== null;
  }

  #lose(): void {
    this.#socket?.close();
    this.#socket = null;
    this.#neighbour = null;
    this.#tell(null);
  }

  #hear(now: number): void {
    for (let n = 0; n < mostMessages; n++) {
      const message = this.#socket?.receive() ?? null;
      if (message === null) return;
      if (message.type === routerMessage.solicitation) {
        this.#nextAdvertisement = Math.min(this.#nextAdvertisement, now);
      } else {
        this.#heard(message.source, now);
      }
    }
  }

  #heard(router: string, now: number): void {
    const isSilent = now - this.#heardAt > patience * this.#period;
    if (this.#neighbour !== null && router !== this.#neighbour && !isSilent) return;
    this.#heardAt = now;
    if (router === this.#neighbour) return;
    this.#neighbour = router;
    this.#tell(router);
  }

  #speak(now: number): void {
    const socket = this.#socket;
    if (socket === null) return;
    if (now >= this.#nextAdvertisement) {
      if (socket.advertise()) this.#advertised++;
      this.#nextAdvertisement = now + (this.#advertised < firstCount ? firstPause : this.#period);
    }
    if (this.#neighbour === null && now >= this.#nextSolicitation) {
      socket.solicit();
      this.#nextSolicitation = now + firstPause;
    }
  }
}
