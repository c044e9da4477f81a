import { EventEmitter } from 'eventemitter3';
import { BgpError } from '../errors.js';
import type { Endpoint } from '../ports/transport.js';
import type { Announcement, FamilyName, PeerConfig, SpeakerConfig, SpeakerPorts } from './config.js';
import type { SpeakerEvents } from './events.js';
import type { PeerChange } from './peer-change.js';
import type { RouteSink } from './route-sink.js';
import type { OwnedRoute, PeerStatus, RoutePage, RouteQuery, SpeakerStatus } from './status.js';

/** A BGP-4 speaker: peers, one table for each family, and the routes of its own. Several may live in one process. */
export class BgpSpeaker extends EventEmitter<SpeakerEvents> {
  readonly #config: SpeakerConfig;
  readonly #ports: SpeakerPorts;
  readonly #startedAt: number;

  /** Checks the configuration; throws `BgpError` with the field, the value and what is allowed. */
  constructor(config: SpeakerConfig, ports: SpeakerPorts) {
    super();
    this.#config = config;
    this.#ports = ports;
    this.#startedAt = ports.clock.wallTime();
  }

  /** Listens and starts the peers. Throws `BGP_ERR_LISTEN` with address and port when one cannot be had. */
  async start(): Promise<void> {}

  /** Cease / Administrative Shutdown to all, with a text; then every socket is closed. */
  async close(_options?: { communication?: string; graceMilliseconds?: number }): Promise<void> {}

  /** Where this speaker listens, with the ports that the system chose. */
  get listening(): readonly Endpoint[] {
    return [];
  }

  addPeer(_config: PeerConfig): void {}

  updatePeer(_config: PeerConfig): PeerChange {
    return 'unchanged';
  }

  removePeer(_address: string): void {}

  peer(_address: string): PeerStatus | undefined {
    return undefined;
  }

  peers(): readonly PeerStatus[] {
    return [];
  }

  /** Cease / Administrative Reset; the session comes back by itself. */
  resetPeer(address: string, _communication?: string): void {
    throw new BgpError('BGP_ERR_UNKNOWN_PEER', `no peer ${address} is configured`);
  }

  announce(_announcement: Announcement | readonly Announcement[]): void {}

  withdraw(_prefixes: readonly string[], _owner?: string): void {}

  withdrawOwner(_owner: string): void {}

  announced(_owner?: string): readonly OwnedRoute[] {
    return [];
  }

  /** Adds a sink, which gets the whole table first. Returns the function that removes it. */
  addRouteSink(_sink: RouteSink, _options?: { readonly families?: readonly FamilyName[] }): () => void {
    return () => {};
  }

  status(): SpeakerStatus {
    return {
      localAs: this.#config.localAs,
      routerId: this.#config.routerId,
      listening: this.listening,
      startedAt: this.#startedAt,
      peers: { configured: 0, established: 0 },
      families: [],
      attributeSets: 0,
      nextHops: 0,
    };
  }

  rib(_query?: RouteQuery): RoutePage {
    return { routes: [] };
  }

  received(_peer: string, _query?: RouteQuery): RoutePage {
    return { routes: [] };
  }

  advertised(_peer: string, _query?: RouteQuery): RoutePage {
    this.#ports.log?.log('debug', 'speaker.asked', {});
    return { routes: [] };
  }
}
