import { formatCidr, isIpv4, parseCidr } from '../items/ip.js';
import type { Node, Problem } from '../model/cluster.js';
import { annotationText } from './annotations/read-annotation.js';

/** Pod ranges of a node in canonical text, the IPv4 ones first, and what was wrong among them. */
export interface PodCidrs {
  readonly cidrs: readonly string[];
  readonly problems: readonly Problem[];
}

const many = 'kube-router.io/pod-cidrs';
const one = 'kube-router.io/pod-cidr';

/** The node's own pod ranges: its annotation `pod-cidrs` when it has one, else the deprecated `pod-cidr`, else `spec.podCIDRs`. */
export function podCidrs(node: Node): PodCidrs {
  const name = ([many, one] as const).find((each) => annotationText(node, each) !== undefined);
  const override = name === undefined ? undefined : annotationText(node, name);
  const from = name === undefined ? 'spec.podCIDRs' : `annotation ${name}`;
  const texts = override === undefined ? node.podCidrs : override.split(',').map((text) => text.trim());
  const problems: Problem[] = [];
  const tell = (message: string) => problems.push({ place: `nodes/${node.name}`, message });
  if (name === many && annotationText(node, one) !== undefined)
    tell(`annotation ${one} has no effect beside ${many}; remove it`);
  const ipv4: string[] = [];
  const ipv6: string[] = [];
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (cidr === null)
      tell(`${from}: "${text}" is not an address range such as 10.48.1.0/24; it is left out`);
    else (isIpv4(cidr.bytes) ? ipv4 : ipv6).push(formatCidr(cidr));
  }
  return { cidrs: [...new Set([...ipv4, ...ipv6])], problems };
}
