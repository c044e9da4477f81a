import { isIpv4, parseIp } from '../items/ip.js';
import type { Endpoint, EndpointSlice } from '../model/cluster.js';
import { isAddressOf } from './node-addresses.js';
import type { OwnNode } from './own-node.js';

/** What the EndpointSlices of a service come to for one address family. */
export interface EndpointFacts {
  /** The service has slices at all, of any family. */
  readonly known: boolean;
  /** An endpoint somewhere takes traffic. */
  readonly anywhere: boolean;
  /** An endpoint on this node takes traffic. */
  readonly here: boolean;
}

/**
 * An endpoint takes traffic when it is ready; when none is, those that end but still serve do, as kube-proxy has it.
 * That is decided anew for the endpoints of this node alone.
 */
export function endpointFacts(
  slices: readonly EndpointSlice[],
  family: 'IPv4' | 'IPv6',
  own: OwnNode,
): EndpointFacts {
  const all = slices.filter((slice) => slice.addressType === family).flatMap((slice) => slice.endpoints);
  const local = all.filter((endpoint) => isLocal(endpoint, own));
  return { known: slices.length > 0, anywhere: takesTraffic(all), here: takesTraffic(local) };
}

/** Whether an endpoint on one of these nodes takes traffic. */
export function takesTrafficOn(
  slices: readonly EndpointSlice[],
  family: 'IPv4' | 'IPv6',
  nodes: ReadonlySet<string>,
): boolean {
  const byNode = new Map<string, Endpoint[]>();
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    for (const endpoint of slice.endpoints) {
      const { nodeName } = endpoint;
      if (nodeName === null || !nodes.has(nodeName)) continue;
      byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), endpoint]);
    }
  }
  return [...byNode.values()].some(takesTraffic);
}

/** Family of an address in the words of EndpointSlices. */
export function addressType(bytes: Uint8Array): 'IPv4' | 'IPv6' {
  return isIpv4(bytes) ? 'IPv4' : 'IPv6';
}

function takesTraffic(endpoints: readonly Endpoint[]): boolean {
  if (endpoints.some((endpoint) => endpoint.ready)) return true;
  return endpoints.some((endpoint) => endpoint.serving && endpoint.terminating);
}

/** By its node name; without one, when it has an address of this node (host network). */
function isLocal(endpoint: Endpoint, own: OwnNode): boolean {
  if (endpoint.nodeName !== null) return endpoint.nodeName === own.node.name;
  return endpoint.addresses.some((address) => parseIp(address) !== null && isAddressOf(own.node, address));
}
