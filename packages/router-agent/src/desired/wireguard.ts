import type { Config } from '../config/config.js';
import { formatCidr, formatIp, isIpv4, parseCidr, parseIp } from '../items/ip.js';
import type { WireguardPeerItem } from '../items/wireguard.js';
import type { Node, Problem } from '../model/cluster.js';
import type { Snapshot } from '../model/snapshot.js';
import { meshPrefixes } from './file-routes.js';
import { podCidrs } from './pod-cidrs.js';

/** Annotation of each node with the public key of its WireGuard link, in Base64. */
export const publicKeyAnnotation = 'peerage.io/wireguard-public-key';
/** The link that all nodes share. */
export const wireguardLink = 'peerage-wg';

/** A way to another node, as far as its WireGuard peer needs it. */
export interface KeyedWay {
  readonly node: string;
  readonly remote: string;
  readonly link: string;
}

/** The public keys of this node, as far as there are any. */
export interface OwnKeys {
  readonly current: string | null;
  readonly next: string | null;
}

/** What to do about this node's keys. */
export interface KeyStep {
  /** `make`: there is none yet; `promote`: other nodes know the next one, so it takes the place of the one in use. */
  readonly do: 'make' | 'promote' | null;
  /** What the annotation should say; null while there is no key. */
  readonly announce: string | null;
}

/**
 * One step of the exchange of keys. The key in use is always one that the own Node's annotation has told: a next key is announced first, and
 * used as soon as the annotation comes back with it, by which other nodes have it too. Nothing is lost where it cannot be announced.
 */
export function keyStep(keys: OwnKeys, announced: string | undefined): KeyStep {
  if (keys.current === null && keys.next === null) return { do: 'make', announce: null };
  if (keys.next !== null && (announced === keys.next || keys.current === null)) {
    return { do: 'promote', announce: keys.next };
  }
  return { do: null, announce: keys.next ?? keys.current };
}

/** The public key of a node, or why there is none. */
export function publicKeyOf(node: Node | undefined): {
  readonly key: string | null;
  readonly reason: string;
} {
  const text = node?.annotations[publicKeyAnnotation];
  if (text === undefined) {
    const reason = `it has no annotation ${publicKeyAnnotation}; its agent writes one when it runs with --overlay-encap=wireguard`;
    return { key: null, reason };
  }
  const octets = Buffer.from(text, 'base64');
  if (octets.length === 32 && octets.toString('base64') === text) return { key: text, reason: '' };
  const reason = `annotation ${publicKeyAnnotation} must be a key of 32 octets in Base64, got ${JSON.stringify(text.slice(0, 60))}; its agent writes it anew when it is removed`;
  return { key: null, reason };
}

export interface DesiredWireguardPeers {
  readonly peers: readonly WireguardPeerItem[];
  /** Why nodes are no peers, by their names. */
  readonly lacking: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/**
 * The other nodes that have a key. Two nodes with one key count as one that has it. A prefix leads to one node only: of several that
 * announce it to the others the first by name.
 */
export function desiredWireguardPeers(
  ways: readonly KeyedWay[],
  snapshot: Snapshot,
  config: Config,
): DesiredWireguardPeers {
  const peers = new Map<string, WireguardPeerItem & { readonly node: string }>();
  const lacking = new Map<string, string>();
  const problems: Problem[] = [];
  const leads = new Map<string, string>();
  const byNode = new Map(ways.map((way) => [way.node, way]));
  for (const [name, { remote, link }] of [...byNode].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const node = snapshot.nodes.get(name);
    const { key, reason } = publicKeyOf(node);
    if (node === undefined || key === null) {
      lacking.set(name, reason);
      continue;
    }
    const twin = peers.get(key);
    if (twin !== undefined) {
      const way = 'remove wireguard.key from the folder of --data-dir on one of them';
      lacking.set(name, `it has the same WireGuard key as node ${twin.node}; ${way}`);
      continue;
    }
    const port = config.overlayEncapPort;
    const ranges = new Set(rangesOf(node));
    for (const prefix of meshPrefixes(node, config)) {
      const other = leads.get(prefix);
      if (other === undefined) {
        leads.set(prefix, name);
        ranges.add(prefix);
      } else if (other !== name) {
        const message = `${prefix} is announced to the other nodes by ${other} too, and by WireGuard it leads to that one only; have one of them announce it`;
        problems.push({ place: `nodes/${name}`, message });
      }
    }
    const allowedIps = [...ranges].sort();
    peers.set(key, { node: name, link, publicKey: key, address: remote, port, allowedIps });
  }
  return { peers: [...peers.values()].map(({ node: _, ...peer }) => peer), lacking, problems };
}

/** All that may come from a node: its pods, and itself. */
function rangesOf(node: Node): readonly string[] {
  const pods = podCidrs(node).cidrs.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr === null ? [] : [formatCidr(cidr)];
  });
  const own = node.addresses.flatMap(({ type, address }) => {
    const bytes = type === 'InternalIP' || type === 'ExternalIP' ? parseIp(address) : null;
    return bytes === null ? [] : [`${formatIp(bytes)}/${isIpv4(bytes) ? 32 : 128}`];
  });
  return [...pods, ...own];
}
