import { attributesOf, findAttribute, readBytes, readText, readU32 } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { type MessageView, messageHeaderLength, messagesOf } from '../netlink/message.js';
import { decodeLinkSettings, type LinkSettings } from './link-settings.js';

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `bridge`, `veth`, `dummy`, …; absent for plain devices. */
  readonly kind?: string;
  readonly mtu: number;
  /** Switched on by the administrator (`IFF_UP`). */
  readonly up: boolean;
  /** The lower layer can carry packets (`IFF_LOWER_UP`): a cable is in, the other end of a veth is up. */
  readonly lowerUp: boolean;
  /** The hardware address; empty for links that have none. */
  readonly address: Uint8Array;
  /** Index of the bridge or bond that it belongs to. */
  readonly master?: number;
  /** For the kinds that this package makes with settings: those. */
  readonly settings?: LinkSettings;
}

/*
 * ifinfomsg, the payload of link messages, followed by attributes:
 *
 *    0      1   2        4       8       12       16
 *   +------+---+--------+-------+-------+--------+
 *   |family|pad|hw type | index | flags | change |
 *   +------+---+--------+-------+-------+--------+
 */
const linkHeaderLength = 16;
export const linkMessage = { create: 16, delete: 17, get: 18 } as const;
export const linkAttribute = { address: 1, name: 3, mtu: 4, master: 10, info: 18 } as const;
export const linkInfoAttribute = { kind: 1, data: 2 } as const;
export const linkUpFlag = 1;
const lowerUpFlag = 0x10000;

/** The links among the messages of an answer. */
export function decodeLinks(bytes: Uint8Array): Link[] {
  const links: Link[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type !== linkMessage.create) continue;
    const link = decodeLink(message);
    if (link !== null) links.push(link);
  }
  return links;
}

/**
 * The link that a message tells of; null when it is about a link's part in something else: a bridge tells of its
 * ports by messages of the same type, whose "delete" does not mean that the link is gone.
 */
export function decodeLink(message: MessageView): Link | null {
  const { view, offset, end } = message;
  const header = offset + messageHeaderLength;
  if (header + linkHeaderLength > end || view.getUint8(header) !== 0) return null;
  const flags = view.getUint32(header + 8, hostIsLittleEndian);
  let name = '';
  let kind: string | undefined;
  let settings: LinkSettings | null = null;
  let mtu = 0;
  let address: Uint8Array = new Uint8Array(0);
  let master: number | undefined;
  for (const attribute of attributesOf(view, header + linkHeaderLength, end)) {
    const { type, offset: value, length } = attribute;
    if (type === linkAttribute.name) name = readText(view, value, length);
    else if (type === linkAttribute.mtu) mtu = readU32(view, attribute);
    else if (type === linkAttribute.address) address = readBytes(view, value, length);
    else if (type === linkAttribute.master) master = readU32(view, attribute);
    else if (type === linkAttribute.info) {
      const found = findAttribute(view, value, value + length, linkInfoAttribute.kind);
      if (found !== undefined) kind = readText(view, found.offset, found.length);
      const data = findAttribute(view, value, value + length, linkInfoAttribute.data);
      settings = decodeLinkSettings(kind, view, data);
    }
  }
  return {
    index: view.getInt32(header + 4, hostIsLittleEndian),
    name,
    mtu,
    up: (flags & linkUpFlag) !== 0,
    lowerUp: (flags & lowerUpFlag) !== 0,
    address,
    ...(kind === undefined ? {} : { kind }),
    ...(master === undefined ? {} : { master }),
    ...(settings === null ? {} : { settings }),
  };
}
