import type { MachineSettings } from '../fsm/peer-machine.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { SocketFactory } from '../ports/transport.js';
import type { Connection } from './connection.js';
import { MessageCounter } from './counters.js';
import { Reasons } from './reasons.js';
import { DEFAULT_LIMITS, type SessionConfig, type SessionLimits } from './session-config.js';

/** What the parts of one session share. */
export class SessionContext {
  config: SessionConfig;
  limits: SessionLimits;
  readonly clock: Clock;
  readonly sockets: SocketFactory;
  readonly sent = new MessageCounter();
  readonly received = new MessageCounter();
  readonly reasons = new Reasons();
  readonly #random: Random;

  constructor(config: SessionConfig, ports: SpeakerPorts) {
    this.config = config;
    this.limits = { ...DEFAULT_LIMITS, ...config.limits };
    this.clock = ports.clock;
    this.sockets = ports.sockets;
    this.#random = ports.random;
  }

  reconfigure(config: SessionConfig): void {
    this.config = config;
    this.limits = { ...DEFAULT_LIMITS, ...config.limits };
  }

  /** What the machine takes over while it runs; who we are counts from the next connection on. */
  get machineSettings(): MachineSettings {
    const { passive, delayOpenTime, localRouterId: routerId, localAs: as } = this.config;
    return { passive, delayOpen: delayOpenTime !== undefined, local: { routerId, as } };
  }

  now(): number {
    return this.clock.now();
  }

  /** RFC 4271 §10: 0.75 … 1.0. */
  jitter(): number {
    return 0.75 + 0.25 * this.#random.next();
  }

  /** A shorter interval than the negotiated one may be configured, a longer one is of no use. */
  keepaliveSeconds(connection: Connection): number {
    const most = connection.negotiated?.keepaliveTime ?? 0;
    return Math.min(this.config.keepaliveTime ?? most, most);
  }
}
