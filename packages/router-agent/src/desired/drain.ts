import type { Config } from '../config/config.js';
import { bool } from '../config/flag-type.js';
import type { AddressFamily } from '../items/peer.js';
import type { Node, Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { AnnotationReader } from './annotations/read-annotation.js';
import { placeOf } from './mesh-role.js';
import { nodeAddresses } from './node-addresses.js';
import { familiesOf } from './own-node.js';

/**
 * How far service addresses have left this node: not at all; announced with GRACEFUL_SHUTDOWN (RFC 8326), so that routers choose
 * other nodes while this one still takes packets; or for long enough to withdraw what other nodes have.
 */
export type DrainStage = 'none' | 'leaving' | 'gone';

export interface Drain {
  /** Why service addresses are to leave the node; null: they stay. */
  readonly reason: string | null;
  readonly problems: readonly Problem[];
}

const annotation = 'peerage.io/drain';

/** Whether service addresses are to leave a node: its annotation says, else whether it is cordoned. */
export function drainOf(node: Node, config: Pick<Config, 'drainCordoned'>): Drain {
  const reader = new AnnotationReader(placeOf(node));
  const asked = reader.value(annotation, bool);
  const { problems } = reader;
  if (asked !== undefined) return { reason: asked ? `annotation ${annotation}` : null, problems };
  return { reason: config.drainCordoned && node.unschedulable ? 'the node is cordoned' : null, problems };
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Why external and load-balancer IPs are not for this node; null: they are. The label counts whatever its value. */
export function excluded(node: Node, config: Pick<Config, 'ignoreExcludeLabel'>): string | null {
  return !config.ignoreExcludeLabel && Object.hasOwn(node.labels, excludeLabel)
    ? `this node has the label ${excludeLabel}; --ignore-exclude-label=true announces them all the same`
    : null;
}

/** Another node that could announce in the place of this one. */
export interface OtherNode {
  readonly name: string;
  readonly families: readonly AddressFamily[];
  /** External and load-balancer IPs are not for it. */
  readonly isExcluded: boolean;
}

/** The other nodes that are not drained themselves. */
export function otherNodes(snapshot: Snapshot, own: Node, config: Config): readonly OtherNode[] {
  return [...snapshot.nodes.values()].flatMap((node): OtherNode[] => {
    if (node.name === own.name || drainOf(node, config).reason !== null) return [];
    const addresses = nodeAddresses(node);
    if (addresses === null) return [];
    return [
      {
        name: node.name,
        families: familiesOf(addresses, config),
        isExcluded: excluded(node, config) !== null,
      },
    ];
  });
}
