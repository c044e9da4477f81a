import type { Config } from '../config/config.js';
import type { SpeakerItem } from '../items/speaker.js';
import type { Problem } from '../model/cluster.js';
import type { NodeBgp } from './node-bgp.js';
import { ownAs } from './own-as.js';
import type { OwnNode } from './own-node.js';
import { routerId } from './router-id.js';

export type DesiredSpeaker =
  | { readonly speaker: SpeakerItem }
  | { readonly speaker: null; readonly problem: Problem };

/** The speaker of this node. It listens where the node's annotation says, else on the best address of each family. */
export function desiredSpeaker(
  own: OwnNode,
  config: Config,
  bgp: Pick<NodeBgp, 'as' | 'role' | 'listen'>,
): DesiredSpeaker {
  const id = routerId(config.routerId, own.addresses);
  if (id === null) {
    const message = `the first address of this node, ${own.addresses.primary}, is not IPv4: give --router-id, or --router-id=generate`;
    return { speaker: null, problem: { place: '--router-id', message } };
  }
  const localAs = ownAs(config, bgp.as);
  if (localAs === null) {
    const message =
      'with --nodes-full-mesh=false each node has its own AS number, and this one has none: give it the annotation kube-router.io/node.asn, or give --cluster-asn';
    return { speaker: null, problem: { place: `nodes/${own.node.name}`, message } };
  }
  const best = own.families.flatMap((family) => own.addresses.best[family] ?? []);
  const listen = (bgp.listen ?? best).map((address) => ({ address, port: config.bgpPort }));
  const clusterId = bgp.role.kind === 'server' ? { clusterId: bgp.role.clusterId } : {};
  return { speaker: { localAs, routerId: id, listen, ...clusterId } };
}
