import type { Config } from '../config/config.js';
import type { CniFileItem } from '../items/cni-file.js';
import type { LinkItem } from '../items/link.js';
import type { SysctlItem } from '../items/sysctl.js';
import type { Problem } from '../model/cluster.js';
import type { OwnNode } from './own-node.js';
import { podCidrs } from './pod-cidrs.js';

/** The bridge that the CNI plugin attaches pods to. */
export const podBridge = 'kube-bridge';

/** Links of ours: the pods' bridge, up. `mtu` of null leaves that as it is. */
export function desiredLinks(mtu: number | null): readonly LinkItem[] {
  return [{ name: podBridge, up: true, mtu }];
}

const bridged = {
  name: 'br_netfilter',
  without:
    'packets between pods of one node pass by the rules of iptables and IPVS, so that services and network policies do not apply to them',
} as const;

/** Kernel settings without which a node does not pass packets on, or passes them on behind the back of its rules. */
export function desiredSysctls(own: OwnNode, config: Config): readonly SysctlItem[] {
  const settings: SysctlItem[] = [];
  if (config.enableIpv6) settings.push({ path: 'net/ipv6/conf/all/disable_ipv6', value: '0' });
  for (const family of own.families) {
    const isIpv4 = family === 'ipv4';
    settings.push({ path: isIpv4 ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding', value: '1' });
    const call = `net/bridge/bridge-nf-call-${isIpv4 ? 'iptables' : 'ip6tables'}`;
    settings.push({ path: call, value: '1', module: bridged });
  }
  return settings;
}

/** All settings that {@link desiredSysctls} may speak of. */
export const sysctlPaths: readonly string[] = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/disable_ipv6',
  'net/ipv6/conf/all/forwarding',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
];

/** The CNI file with this node's pod ranges; none while the node has no range yet, which is told. */
export function desiredCniFile(
  own: OwnNode,
  config: Config,
  mtu: number | null,
): { readonly item: CniFileItem | null; readonly problems: readonly Problem[] } {
  const { cidrs, problems } = podCidrs(own.node);
  if (cidrs.length > 0) {
    const item = { path: config.cniConfFile, podCidrs: cidrs, mtu, hairpin: config.hairpinMode, text: null };
    return { item, problems };
  }
  const message = `has no pod range yet: ${config.cniConfFile} is left as it is; give kube-controller-manager --allocate-node-cidrs, or set spec.podCIDR`;
  return { item: null, problems: [...problems, { place: `nodes/${own.node.name}`, message }] };
}
