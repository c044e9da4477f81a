export type { InterfaceAddress } from './address/address.js';
export type { AddressSpec } from './address/addresses.js';
export { Addresses } from './address/addresses.js';
export type { LinuxErrorCode } from './errors.js';
export { LinuxError, linuxErrorCodes } from './errors.js';
export type { EventGroup, NetlinkEvent } from './events.js';
export type { GenericNetlinkOptions } from './generic-netlink.js';
export { GenericNetlink, openGenericNetlink } from './generic-netlink.js';
export type { FouPort } from './genl/fou.js';
export { FouPorts } from './genl/fou.js';
export type { AllowedIp, WireguardDevice, WireguardPeer, WireguardSettings } from './genl/wireguard.js';
export { Wireguard } from './genl/wireguard.js';
export type { Link } from './link/link.js';
export type {
  IpTunnelSettings,
  LinkSettings,
  TunnelEncapsulation,
  VxlanSettings,
} from './link/link-settings.js';
export type { LinkOptions, LinkReference } from './link/links.js';
export { Links } from './link/links.js';
export type { ForwardingEntry, PermanentNeighbour } from './neighbour/neighbours.js';
export { Neighbours } from './neighbour/neighbours.js';
export type { NetlinkOptions, Unsubscribe } from './netlink.js';
export { Netlink, openNetlink } from './netlink.js';
export type { BridgeSpec, CommandOutput, ExecOptions, VethEnd } from './netns/namespace.js';
export * as netns from './netns/namespace.js';
export { bridge, createNamespace, deleteNamespace, exec, spawn, vethPair } from './netns/namespace.js';
export type { KernelNextHopOptions, NextHopState } from './next-hop/kernel-next-hops.js';
export { KernelNextHops } from './next-hop/kernel-next-hops.js';
export type { NftablesChange, NftablesWatch, NftablesWatchOptions } from './nftables-watch.js';
export { watchNftables } from './nftables-watch.js';
export type { DestinationTest } from './route/decode-route.js';
export type { RouteOperation } from './route/encode-route.js';
export type { NextHopChange, NextHopMember, NextHopObject } from './route/next-hop-object.js';
export type { NextHopFailure } from './route/next-hop-objects.js';
export { NextHopObjects } from './route/next-hop-objects.js';
export type { NextHop, Route, RouteType } from './route/route.js';
export { ipv6DefaultMetric, mainTable, routeTypes } from './route/route.js';
export { RouteBatch } from './route/route-batch.js';
export { RouteTemplate } from './route/route-template.js';
export type { RouteFailure, RouteFilter } from './route/routes.js';
export { Routes } from './route/routes.js';
export { TemplateBatch } from './route/template-batch.js';
export type { Way } from './route/way.js';
export type { Rule } from './rule/rule.js';
export { Rules } from './rule/rules.js';
