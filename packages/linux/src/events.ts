import { addressMessage, decodeAddress, type InterfaceAddress } from './address/address.js';
import { decodeLink, type Link, linkMessage } from './link/link.js';
import { linkOfNeighbour, neighbourMessage } from './neighbour/neighbours.js';
import { type MessageView, messagesOf } from './netlink/message.js';
import { decodeRoute } from './route/decode-route.js';
import { decodeNextHopObject, type NextHopObject, nextHopMessage } from './route/next-hop-object.js';
import { type Route, routeMessage } from './route/route.js';
import { decodeRule, type Rule, ruleMessage } from './rule/rule.js';

/** What can be subscribed to. */
export type EventGroup = 'link' | 'address' | 'route' | 'rule' | 'neighbour' | 'nextHop';

/** A change in the kernel that this handle did not make. `new` also tells that something there has changed. */
export type NetlinkEvent =
  | { readonly kind: 'link'; readonly action: 'new' | 'delete'; readonly link: Link }
  | { readonly kind: 'address'; readonly action: 'new' | 'delete'; readonly address: InterfaceAddress }
  | { readonly kind: 'route'; readonly action: 'new' | 'delete'; readonly route: Route }
  | { readonly kind: 'rule'; readonly action: 'new' | 'delete'; readonly rule: Rule }
  /** An entry of the neighbour table of a link, or of its forwarding table. */
  | { readonly kind: 'neighbour'; readonly action: 'new' | 'delete'; readonly interfaceIndex: number }
  | { readonly kind: 'nextHop'; readonly action: 'new' | 'delete'; readonly object: NextHopObject }
  /** Notifications were lost: whatever was derived from them must be read again. */
  | { readonly kind: 'overrun' };

/** `RTNLGRP_*`: the kernel's multicast groups. */
export const multicastGroups = {
  link: [1],
  address: [5, 9],
  route: [7, 11],
  rule: [8, 19],
  neighbour: [3],
  nextHop: [32],
} as const satisfies Record<EventGroup, readonly number[]>;

/** The events that messages tell of, in order; others are passed over. */
export function* eventsOf(bytes: Uint8Array): Generator<NetlinkEvent> {
  for (const message of messagesOf(bytes)) {
    const event = eventOf(message);
    if (event !== null) yield event;
  }
}

function eventOf(message: MessageView): NetlinkEvent | null {
  switch (message.type) {
    case linkMessage.create:
    case linkMessage.delete: {
      const link = decodeLink(message);
      const action = message.type === linkMessage.create ? 'new' : 'delete';
      return link === null ? null : { kind: 'link', action, link };
    }
    case addressMessage.create:
    case addressMessage.delete: {
      const address = decodeAddress(message);
      const action = message.type === addressMessage.create ? 'new' : 'delete';
      return address === null ? null : { kind: 'address', action, address };
    }
    case routeMessage.create:
    case routeMessage.delete: {
      const route = decodeRoute(message);
      const action = message.type === routeMessage.create ? 'new' : 'delete';
      return route === null ? null : { kind: 'route', action, route };
    }
    case ruleMessage.create:
    case ruleMessage.delete: {
      const rule = decodeRule(message);
      const action = message.type === ruleMessage.create ? 'new' : 'delete';
      return rule === null ? null : { kind: 'rule', action, rule };
    }
    case neighbourMessage.create:
    case neighbourMessage.delete: {
      const interfaceIndex = linkOfNeighbour(message);
      const action = message.type === neighbourMessage.create ? 'new' : 'delete';
      return interfaceIndex === null ? null : { kind: 'neighbour', action, interfaceIndex };
    }
    case nextHopMessage.create:
    case nextHopMessage.delete: {
      const object = decodeNextHopObject(message);
      const action = message.type === nextHopMessage.create ? 'new' : 'delete';
      return object === null ? null : { kind: 'nextHop', action, object };
    }
    default:
      return null;
  }
}
