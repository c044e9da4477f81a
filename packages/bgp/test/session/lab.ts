import type { Negotiated } from '../../src/capabilities/negotiate.js';
import type { PeerState } from '../../src/fsm/state.js';
import type { RouteRefreshMessage } from '../../src/message/route-refresh.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import type { Endpoint, Transport } from '../../src/ports/transport.js';
import { Session } from '../../src/session/session.js';
import type { SessionConfig } from '../../src/session/session-config.js';
import type { SessionError } from '../../src/session/session-error.js';
import type { SessionHandler } from '../../src/session/session-handler.js';
import { TurnLoop } from '../../src/session/turn-loop.js';
import {
  FakeClock,
  type FakeHost,
  FakeNetwork,
  ScriptedPeer,
  seededRandom,
} from '../../src/testing/index.js';
import type { ScriptedIdentity } from '../../src/testing/scripted-peer.js';
import type { Fault } from '../../src/wire/result.js';

/** Writes down what a session tells. */
export class Recorder implements SessionHandler {
  readonly states: PeerState[] = [];
  readonly updates: Uint8Array[] = [];
  readonly refreshes: RouteRefreshMessage[] = [];
  readonly errors: SessionError[] = [];
  negotiated: Negotiated | null = null;
  local: Endpoint | null = null;
  establishedCount = 0;
  lostCount = 0;
  writableCount = 0;
  /** What the next UPDATE is judged as. */
  fault: Fault | null = null;

  stateChanged(state: PeerState): void {
    this.states.push(state);
  }
  established(negotiated: Negotiated, local: Endpoint): void {
    this.negotiated = negotiated;
    this.local = local;
    this.establishedCount++;
  }
  update(bytes: Uint8Array, start: number, end: number): Fault | null {
    this.updates.push(bytes.slice(start, end));
    return this.fault;
  }
  routeRefresh(message: RouteRefreshMessage): void {
    this.refreshes.push(message);
  }
  writable(): void {
    this.writableCount++;
  }
  ended(error: SessionError, wasEstablished: boolean): void {
    this.errors.push(error);
    if (wasEstablished) this.lostCount++;
  }
  get lastError(): SessionError | undefined {
    return this.errors.at(-1);
  }
}

export const OURS = '192.0.2.1';
export const THEIRS = '192.0.2.2';
export const EMPTY_UPDATE = Uint8Array.of(...new Array<number>(16).fill(255), 0, 23, 2, 0, 0, 0, 0);

/** One session under test, and the network around it. */
export class Lab {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly random = seededRandom(1);
  readonly loop = new TurnLoop(this.clock);
  readonly ours: FakeHost = this.network.host(OURS);
  readonly theirs: FakeHost = this.network.host(THEIRS);
  readonly handler = new Recorder();
  readonly session: Session;
  readonly config: SessionConfig;
  /** Connections that the session dialled, at their other end. */
  readonly dialled: Transport[] = [];

  constructor(config: Partial<SessionConfig> = {}) {
    this.config = {
      target: { address: THEIRS, port: 179 },
      localAs: 64512,
      localRouterId: 0x0a000001,
      remoteAs: 64513,
      holdTime: 90,
      connectRetryTime: 120,
      idleHoldTime: 1,
      passive: false,
      capabilities: [{ name: 'multiprotocol', family: IPV4_UNICAST }, { name: 'route-refresh' }],
      ...config,
    };
    const ports = { sockets: this.ours, clock: this.clock, random: this.random };
    this.session = new Session(this.config, ports, this.loop, this.handler);
  }

  async listen(): Promise<void> {
    await this.theirs.listen({ port: 179 }, (transport) => this.dialled.push(transport));
  }

  /** The session's address is dialled; the session gets the connection. */
  async dialIn(identity: Partial<ScriptedIdentity> = {}): Promise<ScriptedPeer> {
    const listener = await this.ours.listen({ port: 179 }, (transport) => this.session.accept(transport));
    const dial = this.theirs.connect({ address: OURS, port: 179 }, new AbortController().signal);
    await this.clock.settle();
    const transport = await dial;
    await listener.close();
    return this.script(transport, identity);
  }

  script(transport: Transport, identity: Partial<ScriptedIdentity> = {}): ScriptedPeer {
    return new ScriptedPeer(transport, { as: 64513, routerId: 0x0a000002, ...identity });
  }

  /** Starts the session and answers its dial. */
  async dialOut(identity: Partial<ScriptedIdentity> = {}): Promise<ScriptedPeer> {
    await this.listen();
    this.session.start();
    await this.clock.settle();
    return this.script(this.dialled.at(-1)!, identity);
  }

  /** Up to Established. */
  async up(identity: Partial<ScriptedIdentity> = {}): Promise<ScriptedPeer> {
    const peer = await this.dialOut(identity);
    peer.sendOpen();
    peer.sendKeepalive();
    await this.clock.settle();
    if (this.session.state !== 'established') throw new Error(`not up: ${this.session.state}`);
    return peer;
  }
}
