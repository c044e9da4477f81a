import type { Config } from '../config/config.js';
import type { Problem } from '../model/cluster.js';
import type { OwnNode } from './own-node.js';

/** An annotation of kube-router on Node objects. */
export interface NodeAnnotation {
  /** After `kube-router.io/`. */
  readonly name: string;
  /** What it is for. */
  readonly meaning: string;
  /** `yes`; `no`: nothing is done about it yet; `mesh`: as in kube-router, only without the full mesh, and not yet. */
  readonly works: 'yes' | 'no' | 'mesh';
  /** What to do meanwhile. */
  readonly instead?: string;
}

const peerFlags = 'give --peer-router-ips and --peer-router-asns';

/** All annotations of kube-router on nodes; the reference page is drawn from this list. */
export const nodeAnnotations: readonly NodeAnnotation[] = [
  { name: 'pod-cidrs', meaning: 'pod ranges of the node, in place of spec.podCIDRs', works: 'yes' },
  { name: 'pod-cidr', meaning: 'one pod range (deprecated)', works: 'no', instead: 'give pod-cidrs' },
  { name: 'node.asn', meaning: 'AS number of the node', works: 'mesh', instead: 'give --cluster-asn' },
  { name: 'node.bgp.communities', meaning: 'communities on what external peers get', works: 'no' },
  { name: 'node.bgp.customimportreject', meaning: 'ranges that are refused on import', works: 'no' },
  { name: 'path-prepend.as', meaning: 'AS number to prepend towards external peers', works: 'no' },
  { name: 'path-prepend.repeat-n', meaning: 'how often it is prepended', works: 'no' },
  { name: 'peers', meaning: 'external peers of the node', works: 'no', instead: peerFlags },
  { name: 'peer.ips', meaning: 'their addresses (deprecated)', works: 'no', instead: peerFlags },
  { name: 'peer.asns', meaning: 'their AS numbers (deprecated)', works: 'no', instead: peerFlags },
  {
    name: 'peer.ports',
    meaning: 'their ports (deprecated)',
    works: 'no',
    instead: 'give --peer-router-ports',
  },
  {
    name: 'peer.passwords',
    meaning: 'their passwords (deprecated)',
    works: 'no',
    instead: 'give --peer-router-passwords-file',
  },
  { name: 'peer.localips', meaning: 'own addresses towards them (deprecated)', works: 'no' },
  { name: 'rr.server', meaning: 'the node reflects routes', works: 'no' },
  { name: 'rr.client', meaning: 'the node peers with reflectors only', works: 'no' },
  { name: 'bgp-local-addresses', meaning: 'addresses to listen on', works: 'no' },
];

const prefix = 'kube-router.io/';
const byName = new Map(nodeAnnotations.map((annotation) => [annotation.name, annotation]));

/** One problem for each annotation of kube-router on this node that nothing is done about. Values are not repeated: some are secret. */
export function ignoredAnnotations(own: OwnNode, config: Config): readonly Problem[] {
  const problems: Problem[] = [];
  for (const key of Object.keys(own.node.annotations).sort()) {
    if (!key.startsWith(prefix)) continue;
    const known = byName.get(key.slice(prefix.length));
    if (known?.works === 'yes' || (known?.works === 'mesh' && config.nodesFullMesh)) continue;
    const way = known?.instead === undefined ? '' : `; ${known.instead}`;
    const message =
      known === undefined
        ? `annotation ${key} is not known to this agent and has no effect`
        : `annotation ${key} (${known.meaning}) has no effect yet${way}`;
    problems.push({ place: `nodes/${own.node.name}`, message });
  }
  return problems;
}
