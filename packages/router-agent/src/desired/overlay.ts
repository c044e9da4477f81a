import { createHash } from 'node:crypto';
import type { Config } from '../config/config.js';
import { formatIp, isIpv4, parseIp } from '../items/ip.js';
import type { OverlayLinkItem } from '../items/overlay-link.js';
import type { AddressFamily } from '../items/peer.js';
import type { FouPortItem, PolicyRouteItem, RuleItem, VxlanPeerItem } from '../items/policy-routing.js';
import { nameTunnels } from '../items/tunnel-name.js';
import type { WireguardPeerItem } from '../items/wireguard.js';
import type { Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { nodeAddresses } from './node-addresses.js';
import type { OwnNode } from './own-node.js';
import { podCidrs } from './pod-cidrs.js';
import { desiredWireguardPeers, wireguardLink } from './wireguard.js';

/** What has to be known of this node's interfaces. */
export interface Underlay {
  /** Whether an address lies in a subnet of this node. */
  isOnLink(address: string): boolean;
  /** MTU of the interface that holds an address of this node; null when none does. */
  mtuOf(address: string): number | null;
}

/** The way to another node through a link of ours. */
export interface OverlayWay {
  /** The node's address, canonical text. */
  readonly endpoint: string;
  readonly node: string;
  readonly family: AddressFamily;
  /** The outer header: mostly of the same family, one family for all with VXLAN. */
  readonly local: string;
  readonly remote: string;
  /** Name of the link. */
  readonly link: string;
  /** The link has many other ends. */
  readonly named: boolean;
  /** Why packets cannot go this way although its link is there; null: they can. */
  readonly lacks: string | null;
}

/** What the overlay needs in the kernel. Each may use what stands before it. */
export interface DesiredOverlay {
  readonly fouPorts: readonly FouPortItem[];
  readonly links: readonly OverlayLinkItem[];
  readonly vxlanPeers: readonly VxlanPeerItem[];
  readonly wireguardPeers: readonly WireguardPeerItem[];
  readonly routes: readonly PolicyRouteItem[];
  readonly rules: readonly RuleItem[];
  readonly problems: readonly Problem[];
}

/** The link that all nodes share. */
export const vxlanLink = 'peerage-vxlan';
/** VXLAN network identifier; the nodes of a cluster agree on it as they do on the port. */
export const vxlanVni = 77;
/** Right before the main table's rule, 32766; kube-router's land there too. */
const rulePriority = 32_700;
const defaultMtu = 1500;

/** Octets that a link puts before an IP packet, by the family of its outer header. */
const overhead = {
  ipip: { ipv4: 20, ipv6: 40 },
  // With the UDP header and that of Generic UDP Encapsulation.
  fou: { ipv4: 20 + 8 + 4, ipv6: 40 + 8 + 4 },
  // With the UDP header, and header and check sum of WireGuard.
  wireguard: { ipv4: 20 + 8 + 32, ipv6: 40 + 8 + 32 },
  // With UDP, VXLAN and Ethernet headers.
  vxlan: { ipv4: 20 + 8 + 8 + 14, ipv6: 40 + 8 + 8 + 14 },
} as const;

/**
 * The ways to the other nodes that need a link: to those outside our subnets, or with `--overlay-type=full` to all. Only nodes are
 * reached so: a router that is not one would not know what to do with such packets.
 */
export function overlayWays(
  snapshot: Snapshot,
  own: OwnNode,
  config: Config,
  underlay: Pick<Underlay, 'isOnLink'>,
): readonly OverlayWay[] {
  if (!config.enableOverlay) return [];
  const ends = [...snapshot.nodes.values()]
    .filter((node) => node.name !== own.node.name)
    .flatMap((node) => node.addresses.map(({ type, address }) => ({ node, type, address })))
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .flatMap(({ node, address }) => {
      const bytes = parseIp(address);
      if (bytes === null) return [];
      const family: AddressFamily = isIpv4(bytes) ? 'ipv4' : 'ipv6';
      const endpoint = formatIp(bytes);
      const outside = outerFamily(own, config, family);
      const local = own.addresses.best[outside];
      const remote = outside === family ? endpoint : nodeAddresses(node)?.best[outside];
      if (local === undefined || remote === undefined || !own.families.includes(family)) return [];
      return [{ node: node.name, family, local, remote, endpoint }];
    })
    .filter(({ endpoint }) => config.overlayType === 'full' || !underlay.isOnLink(endpoint));
  const names = nameTunnels(ends.map(({ endpoint }) => endpoint));
  const shared = sharedLink(config);
  const linked = ends.map((end) => ({ ...end, link: shared ?? names.get(end.endpoint) ?? '' }));
  const lacking =
    config.overlayEncap === 'wireguard'
      ? desiredWireguardPeers(linked, snapshot, config).lacking
      : new Map<string, string>();
  const ways = linked.map((end) => ({
    ...end,
    named: shared !== null || end.family === 'ipv6',
    lacks: lacking.get(end.node) ?? null,
  }));
  return [...new Map(ways.map((way) => [way.endpoint, way])).values()];
}

/** What {@link desiredOverlay} goes by. */
export interface OverlayFacts {
  readonly snapshot: Snapshot;
  readonly own: OwnNode;
  readonly config: Config;
  readonly underlay: Pick<Underlay, 'mtuOf'>;
  /** Public key of this node's WireGuard link. */
  readonly publicKey: string | null;
}

/** What has to stand so that packets go those of the ways that are in use. */
export function desiredOverlay(
  ways: readonly OverlayWay[],
  inUse: ReadonlySet<string>,
  { snapshot, own, config, underlay, publicKey }: OverlayFacts,
): DesiredOverlay {
  const used = ways.filter(({ endpoint, lacks }) => inUse.has(endpoint) && lacks === null);
  // As long as this node may be called, whether or not it calls.
  const keyed = config.overlayEncap === 'wireguard' ? ways : [];
  const sources = config.enableOverlay ? podCidrs(own.node).cidrs : [];
  const families = new Set(own.families);
  const { peers: wireguardPeers, problems } = desiredWireguardPeers(keyed, snapshot, config);
  return {
    problems,
    fouPorts: fouPorts(own, config),
    links: [...links(used, own, config, underlay), ...wireguardLinks(keyed, config, underlay, publicKey)],
    vxlanPeers:
      config.overlayEncap === 'vxlan'
        ? used.map(({ link, endpoint, remote, node }) => ({
            link,
            address: endpoint,
            remote,
            mac: vxlanMac(node),
          }))
        : [],
    wireguardPeers,
    routes: used.map(({ endpoint, link, named }) => ({ destination: endpoint, link, named })),
    rules: sources
      .filter((source) => families.has(source.includes(':') ? 'ipv6' : 'ipv4'))
      .map((source) => ({ source, priority: rulePriority })),
  };
}

/** The greatest packet that a pod can send to any other without its being cut: less where each of them goes through a link. */
export function podMtu(own: OwnNode, config: Config, underlay: Pick<Underlay, 'mtuOf'>): number | null {
  const mtu = underlay.mtuOf(own.addresses.primary);
  if (mtu === null || !config.enableOverlay || config.overlayType !== 'full') return mtu;
  const outside = own.families.map((family) => outerFamily(own, config, family));
  return mtu - Math.max(...outside.map((family) => overhead[config.overlayEncap][family]));
}

function sharedLink(config: Config): string | null {
  if (config.overlayEncap === 'wireguard') return wireguardLink;
  return config.overlayEncap === 'vxlan' ? vxlanLink : null;
}

function wireguardLinks(
  ways: readonly OverlayWay[],
  config: Config,
  underlay: Pick<Underlay, 'mtuOf'>,
  publicKey: string | null,
): readonly OverlayLinkItem[] {
  const [first] = ways;
  if (first === undefined || publicKey === null) return [];
  const name = wireguardLink;
  const port = config.overlayEncapPort;
  return [{ type: 'wireguard', name, port, publicKey, mtu: linkMtu(first, config, underlay) }];
}

function linkMtu({ local }: OverlayWay, config: Config, underlay: Pick<Underlay, 'mtuOf'>): number {
  const outside = local.includes(':') ? 'ipv6' : 'ipv4';
  return (underlay.mtuOf(local) ?? defaultMtu) - overhead[config.overlayEncap][outside];
}

/** The port is open as long as this node may be called, whether or not it calls. */
function fouPorts(own: OwnNode, config: Config): readonly FouPortItem[] {
  if (!config.enableOverlay || config.overlayEncap !== 'fou') return [];
  return own.families.map((family) => ({ family: family === 'ipv4' ? 4 : 6, port: config.overlayEncapPort }));
}

function links(
  used: readonly OverlayWay[],
  own: OwnNode,
  config: Config,
  underlay: Pick<Underlay, 'mtuOf'>,
): readonly OverlayLinkItem[] {
  const mtu = (way: OverlayWay): number => linkMtu(way, config, underlay);
  switch (config.overlayEncap) {
    case 'ipip':
    case 'fou': {
      const fouPort = config.overlayEncap === 'fou' ? config.overlayEncapPort : null;
      return used.map((way) => ({
        type: 'tunnel',
        name: way.link,
        local: way.local,
        remote: way.remote,
        fouPort,
        mtu: mtu(way),
      }));
    }
    case 'wireguard':
      return [];
    case 'vxlan': {
      const [first] = used;
      if (first === undefined) return [];
      const { link: name, local } = first;
      const mac = vxlanMac(own.node.name);
      const port = config.overlayEncapPort;
      return [{ type: 'vxlan', name, local, vni: vxlanVni, port, mac, mtu: mtu(first) }];
    }
  }
}

/** A link that all nodes share has one family outside, for packets of both: IPv4 where this node has it. */
function outerFamily(own: OwnNode, config: Config, family: AddressFamily): AddressFamily {
  if (sharedLink(config) === null) return family;
  return own.families.includes('ipv4') ? 'ipv4' : 'ipv6';
}

/** A hardware address that every node can tell from a node's name, so that none has to be made known. */
export function vxlanMac(node: string): string {
  const hash = createHash('sha256').update(`peerage vxlan ${node}`).digest();
  return ['02', ...[...hash.subarray(0, 5)].map((octet) => octet.toString(16).padStart(2, '0'))].join(':');
}
