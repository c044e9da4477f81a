import type { Clock } from './clock.js';
import type { LocalInterface } from './local-interface.js';
import type { Log } from './log.js';
import type { NeighbourDiscovery } from './neighbour-discovery.js';
import type { NextHopTracker } from './next-hop-tracker.js';
import type { OriginValidator } from './origin-validator.js';
import type { Random } from './random.js';
import type { Endpoint, SocketFactory } from './transport.js';

/** The effects of a speaker. `@peerage/bgp/node` has the plain ones, `@peerage/bgp/testing` fakes that behave. */
export interface SpeakerPorts {
  readonly sockets: SocketFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /**
   * Addresses of the network interface that has `local`, as text. Asked for the own next hop of a family that is not the
   * transport's; without it such a family needs `PeerConfig.nextHop`.
   */
  readonly localAddresses?: (local: Endpoint) => readonly string[];
  /**
   * The interface that has `local`; null when none has. By it the own link-local address goes to peers on the same subnet
   * (RFC 2545 §3), and a link-local next hop is bound to its interface. Without it only sessions over link-local addresses do.
   */
  readonly localInterface?: (local: Endpoint) => LocalInterface | null;
  /** Finds the neighbours of peers that are known by their interface. Without it such peers are refused. */
  readonly discovery?: NeighbourDiscovery;
  /** Next-hop tracking. Without it every next hop is reachable at metric 0. */
  readonly nextHopTracker?: NextHopTracker;
  /** Origin validation (RFC 6811) for policies. Without it the state of every route is `unknown`. */
  readonly originValidator?: OriginValidator;
}
