import { attributesOf } from '../netlink/attribute.js';
import { align, hostIsLittleEndian } from '../netlink/layout.js';
import { messageFlag, messageHeaderLength, messagesOf, messageType } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import { decodeRoute } from './decode-route.js';
import {
  addressFamily,
  nextHopHeaderLength,
  type Route,
  routeAttribute,
  routeHeaderLength,
  routeMessage,
} from './route.js';

/** A route that a packet would take. */
export interface Way {
  readonly route: Route;
  /** At least one next hop is on a link that is up. */
  readonly isUp: boolean;
}

/** `RTM_F_FIB_MATCH`: answer with the entry of the table, not with what was made of it for this one address. */
const fibMatchFlag = 0x2000;

/** `RTNH_F_DEAD` and `RTNH_F_LINKDOWN`. */
const downFlags = 1 | 16;

/** The questions by which route packets to these addresses would leave, by the rules and tables of the kernel. */
export function encodeWayRequests(addresses: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter(64 * addresses.length);
  for (const address of addresses) {
    writer.beginMessage(routeMessage.get, messageFlag.request);
    writer.u8(address.length === 4 ? addressFamily[4] : addressFamily[6]);
    writer.u8(address.length * 8);
    for (let zero = 0; zero < 6; zero++) writer.u8(0);
    writer.u32(fibMatchFlag);
    writer.attribute(routeAttribute.destination, address);
    writer.endMessage();
  }
  return writer.finish();
}

/** The answers in order; null where there is no way. */
export function decodeWays(bytes: Uint8Array): readonly (Way | null)[] {
  const ways: (Way | null)[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type === routeMessage.create) {
      const route = decodeRoute(message);
      ways.push(route === null ? null : { route, isUp: isUp(message.view, message.offset, message.end) });
    } else if (message.type === messageType.error) {
      ways.push(null);
    }
  }
  return ways;
}

/** A link that lost its carrier keeps its IPv4 routes: their flags tell. */
function isUp(view: DataView, offset: number, end: number): boolean {
  const header = offset + messageHeaderLength;
  const isDown = (view.getUint32(header + 8, hostIsLittleEndian) & downFlags) !== 0;
  for (const { type, offset: value, length } of attributesOf(view, header + routeHeaderLength, end)) {
    if (type !== routeAttribute.multipath) continue;
    for (let at = value; at + nextHopHeaderLength <= value + length; ) {
      const size = view.getUint16(at, hostIsLittleEndian);
      if (size < nextHopHeaderLength) break;
      if ((view.getUint8(at + 2) & downFlags) === 0) return true;
      at += align(size);
    }
    return false;
  }
  return !isDown;
}
