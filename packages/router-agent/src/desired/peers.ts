import type { Config } from '../config/config.js';
import { formatIp, isIpv4, parseIp } from '../items/ip.js';
import type { AddressFamily, PeerItem } from '../items/peer.js';
import type { Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { type AnnotatedPeer, externalPeersOf } from './annotated-peers.js';
import { type ExternalBase, filePeers } from './file-peers.js';
import { meshPlaceOf, meshSession } from './mesh-role.js';
import { nodeAddresses } from './node-addresses.js';
import { nodeBgp } from './node-bgp.js';
import type { OperatorPolicies } from './operator-policies.js';
import { ownAs } from './own-as.js';
import { familiesOf, type OwnNode } from './own-node.js';
import type { Policies } from './policies.js';
import { over, withSettings } from './session-settings.js';

const bgpPort = 179;

/** A router as far as it decides what its session carries. */
type AddressAndAs = Parameters<ExternalBase>[0];

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
  operators: OperatorPolicies,
): DesiredPeers {
  const problems: Problem[] = [];
  const routers = externalPeersOf(own, config);
  problems.push(...routers.problems);
  const place = config.externalPeers.length > 0 ? '--peer-router-ips' : `nodes/${own.node.name}`;
  const base = externalBase(own, config, policies, routers.peers);
  const flagged = externalPeers({ config, base, operators, routers: routers.peers, place }, problems);
  const places = new Map(flagged.map((peer) => [peer.address, place]));
  const filed = filePeers(own, config, base, operators, places);
  problems.push(...filed.problems);
  const external = [...flagged, ...filed.peers];
  const named = new Set(external.map((peer) => peer.address));
  const mesh = meshPeers(snapshot, own, config, policies, operators, problems).filter((peer) => {
    if (!named.has(peer.address)) return true;
    const message = `${peer.address} is named as an external router and is also a node; it is peered with as an external router only`;
    problems.push({ place: `nodes/${peer.description}`, message });
    return false;
  });
  return { peers: [...mesh, ...external], problems };
}

/**
 * Mesh sessions run between primary addresses and carry the families that both nodes have. Without the full mesh they are those
 * of one AS; reflectors spare their clients all other sessions.
 */
function meshPeers(
  snapshot: Snapshot,
  own: OwnNode,
  config: Config,
  policies: Policies,
  operators: OperatorPolicies,
  problems: Problem[],
): readonly PeerItem[] {
  const bgp = nodeBgp(own);
  const as = ownAs(config, bgp.as);
  if (!config.enableIbgp || as === null) return [];
  const reflectors = new Set<string>();
  const peers: PeerItem[] = [];
  const seen = new Map<string, string>([[own.addresses.primary, own.node.name]]);
  for (const node of [...snapshot.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (node.name === own.node.name) continue;
    const place = meshPlaceOf(node);
    if (ownAs(config, place.as) !== as) continue;
    if (place.role.kind === 'server') reflectors.add(place.role.clusterId);
    const session = meshSession(bgp.role, place.role);
    if (session === 'none') continue;
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
    const item: PeerItem = {
      address: addresses.primary,
      role: 'mesh',
      remoteAs: as,
      description: node.name,
      port: config.bgpPort,
      localAddress: own.addresses.primary,
      holdTime: config.bgpHoldTime,
      ...gracefulRestart(config),
      families,
      nextHops: pick(own.addresses.best, families),
      ...(session === 'reflects' ? { settings: { routeReflectorClient: true } } : {}),
      importPolicy: policies.import,
      exportPolicy: policies.exportToMesh,
    };
    peers.push(withSettings(item, config.file.mesh, operators));
  }
  if (bgp.role.kind === 'client' && !reflectors.has(bgp.role.clusterId)) {
    problems.push(withoutReflector(own, bgp.role.clusterId, reflectors));
  }
  return peers;
}

function withoutReflector(own: OwnNode, clusterId: string, reflectors: ReadonlySet<string>): Problem {
  const there =
    reflectors.size === 0 ? 'no node has rr.server' : `there is ${[...reflectors].sort().join(', ')}`;
  const message = `annotation kube-router.io/rr.client: no other node reflects for cluster id ${clusterId} (${there}), so that this node has no peers among the nodes; give a node kube-router.io/rr.server with that cluster id`;
  return { place: `nodes/${own.node.name}`, message };
}

function gracefulRestart({ gracefulRestart: how }: Config): Pick<PeerItem, 'gracefulRestart'> {
  return how === null ? {} : { gracefulRestart: { time: how.time, stalePathTime: how.deferralTime } };
}

/** What every external peer has, wherever it is named; null: this node has no address of the family that it would carry. */
function externalBase(
  own: OwnNode,
  config: Config,
  policies: Policies,
  routers: readonly AnnotatedPeer[],
): ExternalBase {
  const all = [
    ...routers,
    ...config.file.neighbors.map(({ address, remoteAs }) => ({ address, as: remoteAs })),
  ];
  const families = familiesOfSessions(all, own);
  return ({ address, as }) => {
    const carried = families({ address, as });
    if (carried.length === 0) return null;
    const local = own.addresses.best[familyOf(address)];
    return {
      address: canonical(address),
      role: 'external',
      remoteAs: as,
      description: 'external',
      port: bgpPort,
      ...(local === undefined ? {} : { localAddress: local }),
      holdTime: config.bgpHoldTime,
      ...gracefulRestart(config),
      families: carried,
      nextHops: pick(own.addresses.best, carried),
      ...(config.peerRouterMultihopTtl >= 2 ? { multihopTtl: config.peerRouterMultihopTtl } : {}),
      importPolicy: policies.import,
      exportPolicy: policies.exportToExternal,
    };
  };
}

interface ExternalFacts {
  readonly config: Config;
  readonly base: ExternalBase;
  readonly operators: OperatorPolicies;
  readonly routers: readonly AnnotatedPeer[];
  /** Where they are named. */
  readonly place: string;
}

function externalPeers(
  { config, base, operators, routers, place }: ExternalFacts,
  problems: Problem[],
): readonly PeerItem[] {
  return routers.flatMap(({ address, as, port, password, localAddress }): PeerItem[] => {
    const item = base({ address, as });
    if (item === null) {
      const message = `${address} would carry ${familyOf(address)}, of which this node has no address: not peered with`;
      problems.push({ place, message });
      return [];
    }
    // What flags or the annotation say of this one peer, or of all external ones, counts before what the file says of all.
    const said = {
      ...(port === undefined ? {} : { port }),
      ...(password === undefined ? {} : { password }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(item.multihopTtl === undefined ? {} : { multihopTtl: item.multihopTtl }),
    };
    return [withSettings(item, over({ settings: said }, config.file.external), operators)];
  });
}

/**
 * A session carries every family that this node has, unless an AS is peered with over IPv4 and IPv6 addresses both:
 * then each of those sessions carries the family of its own address, so that nothing is exchanged twice.
 */
function familiesOfSessions(
  peers: readonly AddressAndAs[],
  own: OwnNode,
): (peer: AddressAndAs) => readonly AddressFamily[] {
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
