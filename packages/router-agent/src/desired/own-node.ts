import type { Config } from '../config/config.js';
import type { AddressFamily } from '../items/peer.js';
import type { Node } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { type NodeAddresses, nodeAddresses } from './node-addresses.js';

/** This node, as the cluster describes it. */
export interface OwnNode {
  readonly node: Node;
  readonly addresses: NodeAddresses;
  /** Families of this node: it has an address of it, and the flag is not off. */
  readonly families: readonly AddressFamily[];
}

/** This node, or the reason why it is not known. */
export type OwnNodeResult = { readonly own: OwnNode } | { readonly own: null; readonly reason: string };

/** Finds the node of the agent's own name in the cluster. */
export function ownNode(snapshot: Snapshot, config: Config): OwnNodeResult {
  const node = snapshot.nodes.get(config.nodeName);
  if (node === undefined) {
    const reason = snapshot.listed.has('Node')
      ? `the cluster has no node "${config.nodeName}"; give the name of its Node object with --hostname-override or NODE_NAME`
      : 'the nodes of the cluster were not listed yet';
    return { own: null, reason };
  }
  const addresses = nodeAddresses(node);
  if (addresses === null) {
    return { own: null, reason: `node "${node.name}" has no InternalIP and no ExternalIP in its status` };
  }
  return { own: { node, addresses, families: familiesOf(addresses, config) } };
}

/**
 * `--enable-ipv4` set to false turns IPv4 off. IPv6 is used wherever the node has an IPv6 address: its flag is off by
 * default and, as in the original, says only that one is expected.
 */
export function familiesOf(addresses: NodeAddresses, config: Config): readonly AddressFamily[] {
  const families: AddressFamily[] = [];
  if (addresses.best.ipv4 !== undefined && config.enableIpv4) families.push('ipv4');
  if (addresses.best.ipv6 !== undefined) families.push('ipv6');
  return families;
}
