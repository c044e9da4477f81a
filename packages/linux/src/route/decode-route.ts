import { attributeHeaderLength, attributesOf, readBytes, readU32 } from '../netlink/attribute.js';
import { align, hostIsLittleEndian } from '../netlink/layout.js';
import { type MessageView, messageHeaderLength, messagesOf } from '../netlink/message.js';
import {
  addressFamily,
  type NextHop,
  nextHopHeaderLength,
  onlinkFlag,
  type Route,
  routeAttribute,
  routeHeaderLength,
  routeMessage,
  routeTypes,
} from './route.js';

/**
 * Says of a destination whether its routes are wanted: the prefix length and the words of the address, most significant first, those that
 * the family does not have zero.
 */
export type DestinationTest = (prefixLength: number, a: number, b: number, c: number, d: number) => boolean;

/** The routes among the messages of an answer, all or those to the destinations that are wanted. */
export function decodeRoutes(bytes: Uint8Array, wanted?: DestinationTest): Route[] {
  const routes: Route[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type !== routeMessage.create) continue;
    if (wanted !== undefined && !isWanted(message, wanted)) continue;
    const route = decodeRoute(message);
    if (route !== null) routes.push(route);
  }
  return routes;
}

/** Looks at the destination alone, so that a route which is passed over costs no objects. */
function isWanted({ view, offset, end }: MessageView, wanted: DestinationTest): boolean {
  const header = offset + messageHeaderLength;
  if (header + routeHeaderLength > end) return false;
  const prefixLength = view.getUint8(header + 1);
  for (let at = header + routeHeaderLength; at + attributeHeaderLength <= end; ) {
    const length = view.getUint16(at, hostIsLittleEndian);
    if (length < attributeHeaderLength || at + length > end) break;
    if (view.getUint16(at + 2, hostIsLittleEndian) === routeAttribute.destination) {
      const value = at + attributeHeaderLength;
      const octets = length - attributeHeaderLength;
      if (octets === 4) return wanted(prefixLength, view.getUint32(value), 0, 0, 0);
      if (octets !== 16) return false;
      const [a, b] = [view.getUint32(value), view.getUint32(value + 4)];
      return wanted(prefixLength, a, b, view.getUint32(value + 8), view.getUint32(value + 12));
    }
    at += align(length);
  }
  // A default route has no destination.
  return wanted(prefixLength, 0, 0, 0, 0);
}

interface MutableHop {
  gateway?: Uint8Array;
  interfaceIndex?: number;
  weight?: number;
  onlink?: boolean;
}

/** The route that a message tells of; null for families other than IPv4 and IPv6 (multicast routing, MPLS). */
export function decodeRoute(message: MessageView): Route | null {
  const { view, offset, end } = message;
  const header = offset + messageHeaderLength;
  if (header + routeHeaderLength > end) return null;
  const family = familyOf(view.getUint8(header));
  if (family === null) return null;
  let destination: Uint8Array | undefined;
  let table = view.getUint8(header + 4);
  let metric = 0;
  let preferredSource: Uint8Array | undefined;
  let nextHopId = 0;
  let nextHops: NextHop[] | undefined;
  const single: MutableHop = {};
  for (const attribute of attributesOf(view, header + routeHeaderLength, end)) {
    const { type, offset: value, length } = attribute;
    if (type === routeAttribute.destination) destination = readBytes(view, value, length);
    else if (type === routeAttribute.table) table = readU32(view, attribute);
    else if (type === routeAttribute.priority) metric = readU32(view, attribute);
    else if (type === routeAttribute.outputInterface) single.interfaceIndex = readU32(view, attribute);
    else if (type === routeAttribute.gateway) single.gateway = readBytes(view, value, length);
    else if (type === routeAttribute.via) single.gateway = readBytes(view, value + 2, length - 2);
    else if (type === routeAttribute.preferredSource) preferredSource = readBytes(view, value, length);
    else if (type === routeAttribute.nextHopId) nextHopId = readU32(view, attribute);
    else if (type === routeAttribute.multipath) nextHops = decodeMultipath(view, value, value + length);
  }
  if ((view.getUint32(header + 8, hostIsLittleEndian) & onlinkFlag) !== 0) single.onlink = true;
  if (nextHops === undefined) {
    const reaches = single.gateway !== undefined || single.interfaceIndex !== undefined;
    nextHops = reaches ? [single] : [];
  }
  const type = routeTypes[view.getUint8(header + 7)];
  return {
    family,
    destination: destination ?? new Uint8Array(family === 4 ? 4 : 16),
    prefixLength: view.getUint8(header + 1),
    table,
    protocol: view.getUint8(header + 5),
    metric,
    nextHops,
    ...(nextHopId !== 0 && { nextHopId }),
    scope: view.getUint8(header + 6),
    ...(type === undefined ? {} : { type }),
    ...(preferredSource === undefined ? {} : { preferredSource }),
  };
}

function decodeMultipath(view: DataView, start: number, end: number): NextHop[] {
  const hops: NextHop[] = [];
  let offset = start;
  while (offset + nextHopHeaderLength <= end) {
    const length = view.getUint16(offset, hostIsLittleEndian);
    if (length < nextHopHeaderLength || offset + length > end) break;
    const hop: MutableHop = { interfaceIndex: view.getUint32(offset + 4, hostIsLittleEndian) };
    const weight = view.getUint8(offset + 3) + 1;
    if (weight !== 1) hop.weight = weight;
    if ((view.getUint8(offset + 2) & onlinkFlag) !== 0) hop.onlink = true;
    for (const { type, offset: value, length: size } of attributesOf(
      view,
      offset + nextHopHeaderLength,
      offset + length,
    )) {
      if (type === routeAttribute.gateway) hop.gateway = readBytes(view, value, size);
      else if (type === routeAttribute.via) hop.gateway = readBytes(view, value + 2, size - 2);
    }
    hops.push(hop);
    offset += align(length);
  }
  return hops;
}

function familyOf(number: number): 4 | 6 | null {
  if (number === addressFamily[4]) return 4;
  return number === addressFamily[6] ? 6 : null;
}
