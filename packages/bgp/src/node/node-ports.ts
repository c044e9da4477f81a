import type { Log } from '../ports/log.js';
import type { NeighbourDiscovery } from '../ports/neighbour-discovery.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { SocketFactory } from '../ports/transport.js';
import { interfaceLookup } from './interface-lookup.js';
import { tcpSocketFactory } from './socket-factory.js';
import { systemClock, systemRandom } from './system-clock.js';

/** What may stand in place of Node's own. */
export interface NodePortsOptions {
  /** Default: Node's own sockets, without MD5 and TTL. */
  readonly sockets?: SocketFactory;
  /** Needed for peers that are known by their interface; `@peerage/linux/icmp6` has one. */
  readonly discovery?: NeighbourDiscovery;
  /** Default: silence. */
  readonly log?: Log;
}

/**
 * The effects of a speaker in an ordinary Node process.
 *
 * @example
 * const speaker = new BgpSpeaker({ localAs: 64512, routerId: '192.0.2.1' }, nodePorts());
 */
export function nodePorts(options: NodePortsOptions = {}): SpeakerPorts {
  const clock = systemClock();
  const interfaceOf = interfaceLookup(clock);
  return {
    sockets: options.sockets ?? tcpSocketFactory(),
    clock,
    random: systemRandom(),
    ...(options.discovery !== undefined && { discovery: options.discovery }),
    ...(options.log !== undefined && { log: options.log }),
    localAddresses: (local) => interfaceOf(local)?.addresses.map((text) => text.replace(/\/.*$/, '')) ?? [],
    localInterface: interfaceOf,
  };
}
