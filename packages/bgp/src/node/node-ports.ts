import { networkInterfaces } from 'node:os';
import type { Log } from '../ports/log.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { SocketFactory } from '../ports/transport.js';
import { tcpSocketFactory } from './socket-factory.js';
import { systemClock, systemRandom } from './system-clock.js';

export interface NodePortsOptions {
  /** Default: Node's own sockets, without MD5 and TTL. */
  readonly sockets?: SocketFactory;
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
  return {
    sockets: options.sockets ?? tcpSocketFactory(),
    clock: systemClock(),
    random: systemRandom(),
    ...(options.log !== undefined && { log: options.log }),
    localAddresses: ({ address }) => addressesBeside(address),
  };
}

/** All addresses of the interface that has this one, itself included; none when no interface has it. */
function addressesBeside(address: string): readonly string[] {
  const bare = address.replace(/%.*$/, '');
  for (const addresses of Object.values(networkInterfaces())) {
    const texts = (addresses ?? []).map((entry) => entry.address);
    if (texts.includes(bare)) return texts;
  }
  return [];
}
