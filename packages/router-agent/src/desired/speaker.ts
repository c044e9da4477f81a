import type { Config } from '../config/config.js';
import type { SpeakerItem } from '../items/speaker.js';
import type { OwnNode } from './own-node.js';
import { routerId } from './router-id.js';

export type DesiredSpeaker =
  | { readonly speaker: SpeakerItem }
  | { readonly speaker: null; readonly reason: string };

/** The speaker of this node. It listens on the best address of each family. */
export function desiredSpeaker(own: OwnNode, config: Config): DesiredSpeaker {
  const id = routerId(config.routerId, own.addresses);
  if (id === null) {
    const reason = `the first address of this node, ${own.addresses.primary}, is not IPv4: give --router-id, or --router-id=generate`;
    return { speaker: null, reason };
  }
  const listen = own.families.flatMap((family) => {
    const address = own.addresses.best[family];
    return address === undefined ? [] : [{ address, port: config.bgpPort }];
  });
  return { speaker: { localAs: config.clusterAsn, routerId: id, listen } };
}
