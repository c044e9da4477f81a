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

/** Kernel settings without which a node does not pass packets on. */
export function desiredSysctls(own: OwnNode): readonly SysctlItem[] {
  return own.families.map((family) =>
    family === 'ipv4'
      ? { path: 'net/ipv4/ip_forward', value: '1' }
      : { path: 'net/ipv6/conf/all/forwarding', value: '1' },
  );
}

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
