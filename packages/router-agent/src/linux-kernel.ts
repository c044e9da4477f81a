import { type Netlink, openGenericNetlink } from '@peerage/linux';
import type { AgentKernel } from './agent-ports.js';
import { egressTable } from './desired/egress.js';
import { podBridge, sysctlPaths } from './desired/host.js';
import { vxlanLink } from './desired/overlay.js';
import { wireguardLink } from './desired/wireguard.js';
import { ForwardAcceptDriver } from './drivers/forward-accept-driver.js';
import { InterfaceTable } from './drivers/interface-table.js';
import { modprobe } from './drivers/kernel-modules.js';
import { egressLeftovers, forwardLeftovers, LeftoverDriver } from './drivers/leftover-driver.js';
import { LinkDriver } from './drivers/link-driver.js';
import { NftDriver } from './drivers/nft-driver.js';
import { OverlayLinkDriver } from './drivers/overlay-link-driver.js';
import {
  FouPortDriver,
  type OpenGeneric,
  PolicyRouteDriver,
  RuleDriver,
} from './drivers/policy-routing-drivers.js';
import { type SettingRecords, SysctlDriver } from './drivers/sysctl-driver.js';
import { VxlanPeerDriver } from './drivers/vxlan-peer-driver.js';
import { type PrivateKeyOf, WireguardLinks } from './drivers/wireguard-links.js';
import { WireguardPeerDriver } from './drivers/wireguard-peer-driver.js';
import { NetlinkKernel } from './fib/netlink-kernel.js';
import { hostEvents } from './host-events.js';

export interface LinuxKernelOptions {
  /** Called when something needs generic netlink. */
  readonly generic?: OpenGeneric;
  /** Numbers of UDP ports at which tunnels of ours end, or ended. */
  readonly fouPorts?: readonly number[];
  /** Remembers settings as they were. */
  readonly foundSettings?: SettingRecords;
  /** Private halves of the keys of this node. */
  readonly privateKeyOf?: PrivateKeyOf;
}

/** The kernel of this node, through netlink and `/proc/sys`. */
export function linuxKernel(netlink: Netlink, options: LinuxKernelOptions = {}): AgentKernel {
  const generic = options.generic ?? openGenericNetlink;
  const wireguard = new WireguardLinks(generic, options.privateKeyOf ?? (async () => null));
  return {
    routes: new NetlinkKernel(netlink),
    links: new LinkDriver(netlink, [podBridge]),
    forward: new ForwardAcceptDriver(podBridge),
    leftovers: {
      egress: new LeftoverDriver(egressLeftovers),
      forward: new LeftoverDriver(forwardLeftovers),
    },
    nftTables: new NftDriver([egressTable]),
    sysctls: new SysctlDriver(sysctlPaths, options.foundSettings ?? null),
    loadModule: modprobe,
    interfaces: new InterfaceTable(netlink),
    overlay: {
      fouPorts: new FouPortDriver(generic, options.fouPorts ?? []),
      links: new OverlayLinkDriver(netlink, [vxlanLink, wireguardLink], wireguard),
      vxlanPeers: new VxlanPeerDriver(netlink, vxlanLink),
      wireguardPeers: new WireguardPeerDriver(generic, wireguardLink),
      routes: new PolicyRouteDriver(netlink),
      rules: new RuleDriver(netlink),
    },
    watchHost: (changed) => hostEvents(netlink, changed),
    subscribe: (listener) => {
      const ends = [
        netlink.subscribe(['link', 'address', 'route'], listener),
        // By itself: a kernel that does not know of these refuses it.
        netlink.subscribe(['nextHop'], listener),
      ];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
