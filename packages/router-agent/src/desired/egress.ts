import type { Config } from '../config/config.js';
import { formatCidr, formatIp, isIpv4, parseCidr, parseIp } from '../items/ip.js';
import type { NftTableItem } from '../items/nft-table.js';
import type { AddressFamily } from '../items/peer.js';
import type { Snapshot } from '../model/snapshot.js';
import type { OwnNode } from './own-node.js';
import { podCidrs } from './pod-cidrs.js';

/** The table with the rules for what leaves the cluster. */
export const egressTable = 'peerage_egress';

const words = {
  ipv4: { ip: 'ip', type: 'ipv4_addr' },
  ipv6: { ip: 'ip6', type: 'ipv6_addr' },
} as const;

/**
 * The rules that give packets of pods to the outside the address of this node. Outside is what is neither a pod's nor a
 * node's address, nor in the ranges that `--cluster-cidr` and `--service-cluster-ip-range` name. Null when nothing is to be rewritten.
 */
export function desiredEgress(snapshot: Snapshot, own: OwnNode, config: Config): NftTableItem | null {
  if (!config.enablePodEgress) return null;
  const parts = own.families.flatMap((family) => {
    const pods = podRanges(snapshot, family);
    if (pods.length === 0) return [];
    const named = [...config.clusterCidrs, ...config.serviceClusterIpRanges];
    const inside = [...pods, ...nodeAddresses(snapshot, family), ...rangesOf(named, family)];
    return [familyRules(family, pods, inside)];
  });
  if (parts.length === 0) return null;
  const rules = parts.map(({ rule }) => rule).join('\n');
  const chain = `chain postrouting {\n  type nat hook postrouting priority srcnat; policy accept;\n${rules}\n}`;
  return { name: egressTable, body: [...parts.map(({ sets }) => sets), chain].join('\n') };
}

function familyRules(
  family: AddressFamily,
  pods: readonly string[],
  inside: readonly string[],
): { readonly sets: string; readonly rule: string } {
  const { ip, type } = words[family];
  const [podSet, insideSet] = [`pods_${family}`, `inside_${family}`];
  const set = (name: string, elements: readonly string[]): string =>
    `set ${name} {\n  type ${type}; flags interval; auto-merge\n  elements = { ${elements.join(', ')} }\n}`;
  return {
    sets: `${set(podSet, pods)}\n${set(insideSet, inside)}`,
    rule: `  ${ip} saddr @${podSet} ${ip} daddr != @${insideSet} masquerade fully-random`,
  };
}

/** Of all nodes: a packet may pass another node than its pod's. Sorted, so that the order of a listing is no change. */
function podRanges(snapshot: Snapshot, family: AddressFamily): readonly string[] {
  return rangesOf(
    [...snapshot.nodes.values()].flatMap((node) => podCidrs(node).cidrs),
    family,
  );
}

function rangesOf(texts: readonly string[], family: AddressFamily): readonly string[] {
  const ranges = texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr !== null && isIpv4(cidr.bytes) === (family === 'ipv4') ? [formatCidr(cidr)] : [];
  });
  return [...new Set(ranges)].sort();
}

function nodeAddresses(snapshot: Snapshot, family: AddressFamily): readonly string[] {
  const addresses = [...snapshot.nodes.values()].flatMap((node) =>
    node.addresses.flatMap(({ address }) => {
      const bytes = parseIp(address);
      return bytes !== null && isIpv4(bytes) === (family === 'ipv4') ? [formatIp(bytes)] : [];
    }),
  );
  return [...new Set(addresses)].sort();
}
