import { LinuxError } from '../errors.js';
import { messageFlag } from '../netlink/message.js';
import type { MessageWriter } from '../netlink/message-writer.js';
import {
  addressFamily,
  ipv6DefaultMetric,
  type NextHop,
  onlinkFlag,
  type Route,
  routeAttribute,
  routeMessage,
  routeTypes,
} from './route.js';

/** What a batch can ask for. */
export type RouteOperation = 'create' | 'replace' | 'delete';

const operationFlags = {
  create: messageFlag.request | messageFlag.create | messageFlag.exclusive,
  replace: messageFlag.request | messageFlag.create | messageFlag.replace,
  delete: messageFlag.request,
} as const satisfies Record<RouteOperation, number>;

const scopeUniverse = 0;
const scopeLink = 253;
const scopeHost = 254;
const scopeNowhere = 255;

/** Appends the message that asks the kernel for `operation`. Throws on what cannot be a route. */
export function encodeRoute(writer: MessageWriter, operation: RouteOperation, route: Route): void {
  checkRoute(route);
  const deleting = operation === 'delete';
  const byObject = route.nextHopId !== undefined && !(deleting && route.family === 4);
  const hops = byObject ? [] : deleting ? hopsToDelete(route) : route.nextHops;
  const single = hops.length === 1 ? hops[0] : undefined;
  writer.beginMessage(deleting ? routeMessage.delete : routeMessage.create, operationFlags[operation]);
  writer.u8(addressFamily[route.family]);
  writer.u8(route.prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u8(route.table < 256 ? route.table : 0);
  writer.u8(route.protocol);
  writer.u8(route.scope ?? (deleting ? scopeNowhere : defaultScope(route)));
  writer.u8(route.type === undefined ? (deleting ? 0 : 1) : routeTypes.indexOf(route.type));
  writer.u32(single?.onlink === true ? onlinkFlag : 0);
  writer.attribute(routeAttribute.destination, route.destination);
  if (route.table >= 256) writer.attributeU32(routeAttribute.table, route.table);
  const metric = deleting && route.metric === 0 && route.family === 6 ? ipv6DefaultMetric : route.metric;
  if (metric !== 0) writer.attributeU32(routeAttribute.priority, metric);
  if (route.preferredSource !== undefined && !deleting) {
    writer.attribute(routeAttribute.preferredSource, route.preferredSource);
  }
  if (byObject) writer.attributeU32(routeAttribute.nextHopId, route.nextHopId ?? 0);
  else if (single !== undefined) encodeSingle(writer, route.family, single);
  else if (hops.length > 1) encodeMultipath(writer, route.family, hops);
  writer.endMessage();
}

/**
 * An IPv6 route is deleted by its next hops, or the object that it goes by, because one that another protocol appended shares its place and must
 * stay. An IPv4 route is one object with all its next hops, found by prefix, metric and protocol.
 */
function hopsToDelete(route: Route): readonly NextHop[] {
  return route.family === 6 ? route.nextHops : [];
}

function encodeSingle(writer: MessageWriter, family: 4 | 6, hop: NextHop): void {
  if (hop.gateway !== undefined) encodeGateway(writer, family, hop.gateway);
  if (hop.interfaceIndex !== undefined) {
    writer.attributeU32(routeAttribute.outputInterface, hop.interfaceIndex);
  }
}

function encodeMultipath(writer: MessageWriter, family: 4 | 6, hops: readonly NextHop[]): void {
  const multipath = writer.beginNested(routeAttribute.multipath);
  for (const hop of hops) {
    const record = writer.beginRecord();
    writer.u8(hop.onlink === true ? onlinkFlag : 0);
    writer.u8((hop.weight ?? 1) - 1);
    writer.u32(hop.interfaceIndex ?? 0);
    if (hop.gateway !== undefined) encodeGateway(writer, family, hop.gateway);
    writer.endNested(record);
  }
  writer.endNested(multipath);
}

function encodeGateway(writer: MessageWriter, family: 4 | 6, gateway: Uint8Array): void {
  if (gateway.length === 16 && family === 4) {
    writer.attributeVia(routeAttribute.via, addressFamily[6], gateway);
  } else {
    writer.attribute(routeAttribute.gateway, gateway);
  }
}

function defaultScope(route: Route): number {
  if (route.family === 6) return scopeUniverse;
  if (route.type === 'local') return scopeHost;
  const dropped = route.nextHops.length === 0;
  return dropped || route.nextHops.some((hop) => hop.gateway !== undefined) ? scopeUniverse : scopeLink;
}

function checkRoute(route: Route): void {
  const octets = route.family === 4 ? 4 : 16;
  if (route.destination.length !== octets) {
    refuse(`the destination of an IPv${route.family} route has ${octets} octets`, route.destination.length);
  }
  if (!Number.isInteger(route.prefixLength) || route.prefixLength < 0 || route.prefixLength > octets * 8) {
    refuse(`the prefix length of an IPv${route.family} route is 0 to ${octets * 8}`, route.prefixLength);
  }
  checkRange('the table', route.table, 1, 0xffffffff);
  checkRange('the protocol', route.protocol, 0, 255);
  checkRange('the metric', route.metric, 0, 0xffffffff);
  if (route.scope !== undefined) checkRange('the scope', route.scope, 0, 255);
  if (route.preferredSource !== undefined && route.preferredSource.length !== octets) {
    refuse(`the preferred source has ${octets} octets`, route.preferredSource.length);
  }
  for (const hop of route.nextHops) {
    if (hop.weight !== undefined) checkRange('the weight of a next hop', hop.weight, 1, 256);
    const length = hop.gateway?.length;
    if (length !== undefined && length !== 16 && (length !== 4 || route.family === 6)) {
      refuse(`the gateway of an IPv${route.family} route has ${octets} octets`, length);
    }
  }
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    refuse(`${what} is ${least} to ${most}`, value);
}

function refuse(rule: string, got: number): never {
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${rule}, got ${got}`);
}
