import type { Config, ExternalPeer } from '../config/config.js';
import { formatIp, isIpv4, parseIp } from '../items/ip.js';
import type { AddressFamily, PeerItem } from '../items/peer.js';
import type { Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { nodeAddresses } from './node-addresses.js';
import { familiesOf, type OwnNode } from './own-node.js';
import type { Policies } from './policies.js';

/** Peers that should be, and those that cannot, with the reason. */
export interface DesiredPeers {
  readonly peers: readonly PeerItem[];
  readonly problems: readonly Problem[];
}

/** All BGP neighbours of this node: the mesh with the other nodes, and the external routers. */
export function desiredPeers(
  snapshot: Snapshot,
  own: OwnNode,
  config: Config,
  policies: Policies,
): DesiredPeers {
  const problems: Problem[] = [];
  const external = externalPeers(own, config, policies, problems);
  const named = new Set(external.map((peer) => peer.address));
  const mesh = meshPeers(snapshot, own, config, policies, problems).filter((peer) => {
    if (!named.has(peer.address)) return true;
    const message = `${peer.address} is in --peer-router-ips and is also a node; it is peered with as an external router only`;
    problems.push({ place: `nodes/${peer.description}`, message });
    return false;
  });
  return { peers: [...mesh, ...external], problems };
}

/** Mesh sessions run between primary addresses and carry the families that both nodes have. */
function meshPeers(
  snapshot: Snapshot,
  own: OwnNode,
  config: Config,
  policies: Policies,
  problems: Problem[],
): readonly PeerItem[] {
  if (!config.enableIbgp || !config.nodesFullMesh) return [];
  const peers: PeerItem[] = [];
  const seen = new Map<string, string>([[own.addresses.primary, own.node.name]]);
  for (const node of [...snapshot.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (node.name === own.node.name) continue;
    const tell = (message: string) => problems.push({ place: `nodes/${node.name}`, message });
    const addresses = nodeAddresses(node);
    if (addresses === null) {
      tell('has no InternalIP and no ExternalIP in its status: not peered with');
      continue;
    }
    if (addresses.primaryFamily !== own.addresses.primaryFamily) {
      tell(
        `its first address ${addresses.primary} is of another family than ours, ${own.addresses.primary}: not peered with`,
      );
      continue;
    }
    const other = seen.get(addresses.primary);
    if (other !== undefined) {
      tell(`has the same address ${addresses.primary} as node ${other}: not peered with`);
      continue;
    }
    seen.set(addresses.primary, node.name);
    const theirs = familiesOf(addresses, config);
    const families = own.families.filter((family) => theirs.includes(family));
    if (families.length === 0) {
      tell('has no address family in common with this node: not peered with');
      continue;
    }
    peers.push({
      address: addresses.primary,
      role: 'mesh',
      remoteAs: config.clusterAsn,
      description: node.name,
      port: config.bgpPort,
      localAddress: own.addresses.primary,
      holdTime: config.bgpHoldTime,
      ...gracefulRestart(config),
      families,
      nextHops: pick(own.addresses.best, families),
      importPolicy: policies.import,
      exportPolicy: policies.exportToMesh,
    });
  }
  return peers;
}

function gracefulRestart({ gracefulRestart: how }: Config): Pick<PeerItem, 'gracefulRestart'> {
  return how === null ? {} : { gracefulRestart: { time: how.time, stalePathTime: how.deferralTime } };
}

function externalPeers(
  own: OwnNode,
  config: Config,
  policies: Policies,
  problems: Problem[],
): readonly PeerItem[] {
  const families = familiesOfSessions(config.externalPeers, own);
  return config.externalPeers.flatMap((peer): PeerItem[] => {
    const carried = families(peer);
    if (carried.length === 0) {
      const message = `${peer.address} would carry ${familyOf(peer.address)}, of which this node has no address: not peered with`;
      problems.push({ place: '--peer-router-ips', message });
      return [];
    }
    const local = own.addresses.best[familyOf(peer.address)];
    const item: PeerItem = {
      address: canonical(peer.address),
      role: 'external',
      remoteAs: peer.as,
      description: 'external',
      port: peer.port,
      ...(local === undefined ? {} : { localAddress: local }),
      holdTime: config.bgpHoldTime,
      ...gracefulRestart(config),
      families: carried,
      nextHops: pick(own.addresses.best, carried),
      ...(peer.password === undefined ? {} : { password: peer.password }),
      ...(config.peerRouterMultihopTtl >= 2 ? { multihopTtl: config.peerRouterMultihopTtl } : {}),
      importPolicy: policies.import,
      exportPolicy: policies.exportToExternal,
    };
    return [item];
  });
}

/**
 * A session carries every family that this node has, unless an AS is peered with over IPv4 and IPv6 addresses both:
 * then each of those sessions carries the family of its own address, so that nothing is exchanged twice.
 */
function familiesOfSessions(
  peers: readonly ExternalPeer[],
  own: OwnNode,
): (peer: ExternalPeer) => readonly AddressFamily[] {
  return (peer) => {
    const family = familyOf(peer.address);
    const split = peers.some((other) => other.as === peer.as && familyOf(other.address) !== family);
    return split ? own.families.filter((mine) => mine === family) : own.families;
  };
}

function familyOf(address: string): AddressFamily {
  const bytes = parseIp(address);
  return bytes !== null && isIpv4(bytes) ? 'ipv4' : 'ipv6';
}

function canonical(address: string): string {
  const bytes = parseIp(address);
  return bytes === null ? address : formatIp(bytes);
}

function pick(
  best: OwnNode['addresses']['best'],
  families: readonly AddressFamily[],
): OwnNode['addresses']['best'] {
  return Object.fromEntries(families.map((family) => [family, best[family]]));
}
