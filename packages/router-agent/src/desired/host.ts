import type { LinkItem } from '../items/link.js';
import type { SysctlItem } from '../items/sysctl.js';
import type { OwnNode } from './own-node.js';

/** The bridge that the CNI plugin attaches pods to. */
export const podBridge = 'kube-bridge';

/** Links of ours: the pods' bridge, up. */
export function desiredLinks(): readonly LinkItem[] {
  return [{ name: podBridge, up: true }];
}

/** Kernel settings without which a node does not pass packets on. */
export function desiredSysctls(own: OwnNode): readonly SysctlItem[] {
  return own.families.map((family) =>
    family === 'ipv4'
      ? { path: 'net/ipv4/ip_forward', value: '1' }
      : { path: 'net/ipv6/conf/all/forwarding', value: '1' },
  );
}
