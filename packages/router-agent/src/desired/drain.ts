import type { Config } from '../config/config.js';
import { bool } from '../config/flag-type.js';
import type { OriginatedAttributes } from '../items/advertisement.js';
import type { AddressFamily } from '../items/peer.js';
import type { Node, Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { AnnotationReader } from './annotations/read-annotation.js';
import { placeOf } from './mesh-role.js';
import { nodeAddresses } from './node-addresses.js';
import { familiesOf } from './own-node.js';

/**
 * How far addresses that others could have, too, have left this node: not at all; announced with GRACEFUL_SHUTDOWN (RFC 8326), so that routers choose
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
  readonly labels: Readonly<Record<string, string>>;
  readonly families: readonly AddressFamily[];
  /** External and load-balancer IPs are not for it. */
  readonly isExcluded: boolean;
}

/** How addresses leave this node, and who could announce them in its place. */
export interface Leaving {
  readonly stage: DrainStage;
  /** Why they leave. */
  readonly why: string;
  /** Looked for in the last stage only. */
  readonly others: readonly OtherNode[];
}

/** Nothing leaves. */
export const staying: Leaving = { stage: 'none', why: '', others: [] };

/** `stage`: how far addresses have left this node, which {@link drainOf} says whether they shall. */
export function leaving(snapshot: Snapshot, own: Node, config: Config, stage: DrainStage): Leaving {
  if (stage === 'none') return staying;
  return {
    stage,
    why: drainOf(own, config).reason ?? 'the agent is being stopped',
    others: stage === 'gone' ? otherNodes(snapshot, own, config) : [],
  };
}

const gracefulShutdown = 'graceful-shutdown';

/** The attributes of an address that is announced, with GRACEFUL_SHUTDOWN on a node that is drained; undefined for none. */
export function drainedAttributes<T extends OriginatedAttributes>(
  attributes: T | undefined,
  { stage }: Pick<Leaving, 'stage'>,
): T | OriginatedAttributes | undefined {
  if (stage === 'none') return attributes;
  return { ...attributes, communities: [...new Set([...(attributes?.communities ?? []), gracefulShutdown])] };
}

/** What is said of an address that is announced all the same. */
export function drainedReason({ stage, why }: Leaving): string {
  if (stage === 'none') return '';
  return `; with GRACEFUL_SHUTDOWN, because of this: ${why}${stage === 'gone' ? ', but no other node has it' : ''}`;
}

/** The other nodes that are not drained themselves. */
function otherNodes(snapshot: Snapshot, own: Node, config: Config): readonly OtherNode[] {
  return [...snapshot.nodes.values()].flatMap((node): OtherNode[] => {
    if (node.name === own.name || drainOf(node, config).reason !== null) return [];
    const addresses = nodeAddresses(node);
    if (addresses === null) return [];
    return [
      {
        name: node.name,
        labels: node.labels,
        families: familiesOf(addresses, config),
        isExcluded: excluded(node, config) !== null,
      },
    ];
  });
}
