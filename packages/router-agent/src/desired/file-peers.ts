import type { Config } from '../config/config.js';
import type { FileNeighbor } from '../config/file-config.js';
import { formatIp, isIpv4, parseIp } from '../items/ip.js';
import type { AddressFamily, PeerItem } from '../items/peer.js';
import type { Problem } from '../model/cluster.js';
import { isFor } from './node-selector.js';
import type { OperatorPolicies } from './operator-policies.js';
import type { OwnNode } from './own-node.js';
import { over, withSettings } from './session-settings.js';

/** What a peer of the file has before the file says more: what every external peer of this node has. */
export type ExternalBase = (neighbor: {
  readonly address: string;
  readonly as: FileNeighbor['remoteAs'];
}) => PeerItem | null;

/**
 * External peers that the file names for this node. `others`: peers from elsewhere, with their places; a router that is named twice is
 * one peer, and the first place counts.
 */
export function filePeers(
  own: OwnNode,
  config: Config,
  base: ExternalBase,
  operators: OperatorPolicies,
  others: ReadonlyMap<string, string>,
): { readonly peers: readonly PeerItem[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const places = new Map(others);
  const peers = config.file.neighbors.flatMap((neighbor): PeerItem[] => {
    if (!isFor(neighbor.for, own.node)) return [];
    const address = canonical(neighbor.address);
    const other = places.get(address);
    if (other !== undefined) {
      const message = `${address} is named in ${other} too, which holds; a router is one peer, remove one`;
      problems.push({ place: neighbor.place, message });
      return [];
    }
    places.set(address, neighbor.place);
    const item = base({ address, as: neighbor.remoteAs });
    if (item === null) {
      const message = `${address} would carry ${familyOf(address)}, of which this node has no address: not peered with`;
      problems.push({ place: neighbor.place, message });
      return [];
    }
    // A flag about all external peers counts before what the file says of all of them.
    const { multihopTtl } = item;
    const flagged = { settings: multihopTtl === undefined ? {} : { multihopTtl } };
    const session = over(neighbor, over(flagged, config.file.external));
    const peer = withSettings(item, session, operators);
    if (peer.families.length > 0) return [peer];
    const message = `${address} has no family that this node has (${own.families.join(', ')}): not peered with`;
    problems.push({ place: neighbor.place, message });
    return [];
  });
  return { peers, problems };
}

function familyOf(address: string): AddressFamily {
  const bytes = parseIp(address);
  return bytes !== null && isIpv4(bytes) ? 'ipv4' : 'ipv6';
}

function canonical(address: string): string {
  const bytes = parseIp(address);
  return bytes === null ? address : formatIp(bytes);
}
