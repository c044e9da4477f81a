import type { SpeakerConfig } from '../speaker/settings/config.js';
import { BgpSpeaker } from '../speaker/speaker.js';
import { type NodePortsOptions, nodePorts } from './node-ports.js';

/**
 * A speaker with Node's own sockets, clock and randomness: `new BgpSpeaker(config, nodePorts(options))`.
 *
 * @example
 * const speaker = createSpeaker({ localAs: 64512, routerId: '192.0.2.1' });
 * speaker.addPeer({ address: '192.0.2.254', remoteAs: 64513, importPolicy: acceptAll, exportPolicy: acceptAll });
 * await speaker.start();
 */
export function createSpeaker(config: SpeakerConfig, options: NodePortsOptions = {}): BgpSpeaker {
  return new BgpSpeaker(config, nodePorts(options));
}
