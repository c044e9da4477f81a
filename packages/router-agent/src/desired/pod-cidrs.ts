import { formatCidr, isIpv4, parseCidr } from '../items/ip.js';
import type { Node, Problem } from '../model/cluster.js';

/** Pod ranges of a node in canonical text, the IPv4 ones first, and what was wrong among them. */
export interface PodCidrs {
  readonly cidrs: readonly string[];
  readonly problems: readonly Problem[];
}

const annotation = 'kube-router.io/pod-cidrs';

/** The node's own pod ranges: its annotation `kube-router.io/pod-cidrs` when it has one, else `spec.podCIDRs`. */
export function podCidrs(node: Node): PodCidrs {
  const override = node.annotations[annotation];
  const from = override === undefined ? 'spec.podCIDRs' : `annotation ${annotation}`;
  const texts = override === undefined ? node.podCidrs : override.split(',').map((text) => text.trim());
  const problems: Problem[] = [];
  const ipv4: string[] = [];
  const ipv6: string[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (cidr === null) {
      const message = `${from}: "${text}" is not an address range such as 10.48.1.0/24; it is left out`;
      problems.push({ place: `nodes/${node.name}`, message });
    } else {
      (isIpv4(cidr.bytes) ? ipv4 : ipv6).push(formatCidr(cidr));
    }
  }
  return { cidrs: [...new Set([...ipv4, ...ipv6])], problems };
}
