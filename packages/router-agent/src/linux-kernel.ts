import type { Netlink } from '@peerage/linux';
import type { AgentKernel } from './agent-ports.js';
import { egressTable } from './desired/egress.js';
import { podBridge } from './desired/host.js';
import { InterfaceTable } from './drivers/interface-table.js';
import { LinkDriver } from './drivers/link-driver.js';
import { NftDriver } from './drivers/nft-driver.js';
import { SysctlDriver } from './drivers/sysctl-driver.js';
import { NetlinkKernel } from './fib/netlink-kernel.js';

const sysctls = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'];

/** The kernel of this node, through netlink and `/proc/sys`. */
export function linuxKernel(netlink: Netlink): AgentKernel {
  return {
    routes: new NetlinkKernel(netlink),
    links: new LinkDriver(netlink, [podBridge]),
    nftTables: new NftDriver([egressTable]),
    sysctls: new SysctlDriver(sysctls),
    interfaces: new InterfaceTable(netlink),
    subscribe: (listener) => netlink.subscribe(['link', 'address', 'route'], listener),
  };
}
