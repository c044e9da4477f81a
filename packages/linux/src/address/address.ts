import { attributesOf, readBytes, readU32 } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { type MessageView, messageHeaderLength, messagesOf } from '../netlink/message.js';

/** An address of an interface. */
export interface InterfaceAddress {
  readonly interfaceIndex: number;
  readonly family: 4 | 6;
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
  /** How far it is valid (`RT_SCOPE_*`): 0 everywhere, 253 on the link, 254 on this host. */
  readonly scope: number;
  /** IPv6: not usable yet, duplicate address detection still runs or failed. */
  readonly tentative: boolean;
}

/*
 * ifaddrmsg, the payload of address messages, followed by attributes:
 *
 *    0      1          2     3     4
 *   +------+----------+-----+-----+---------------+
 *   |family|prefix len|flags|scope|interface index|
 *   +------+----------+-----+-----+---------------+
 */
const addressHeaderLength = 8;
export const addressMessage = { create: 20, delete: 21, get: 22 } as const;
export const addressAttribute = { address: 1, local: 2, flags: 8 } as const;
export const addressFlag = { noDuplicateDetection: 0x02, tentative: 0x40 } as const;

/** The addresses among the messages of an answer. */
export function decodeAddresses(bytes: Uint8Array): InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type !== addressMessage.create) continue;
    const address = decodeAddress(message);
    if (address !== null) addresses.push(address);
  }
  return addresses;
}

/** The address that a message tells of; null for families other than IPv4 and IPv6. */
export function decodeAddress(message: MessageView): InterfaceAddress | null {
  const { view, offset, end } = message;
  const header = offset + messageHeaderLength;
  if (header + addressHeaderLength > end) return null;
  const familyNumber = view.getUint8(header);
  if (familyNumber !== 2 && familyNumber !== 10) return null;
  let flags = view.getUint8(header + 2);
  let address: Uint8Array | undefined;
  let local: Uint8Array | undefined;
  for (const attribute of attributesOf(view, header + addressHeaderLength, end)) {
    const { type, offset: value, length } = attribute;
    if (type === addressAttribute.address) address = readBytes(view, value, length);
    else if (type === addressAttribute.local) local = readBytes(view, value, length);
    else if (type === addressAttribute.flags) flags = readU32(view, attribute);
  }
  // On a point-to-point link "address" is the other end's, and "local" is ours.
  const ours = local ?? address;
  if (ours === undefined) return null;
  return {
    interfaceIndex: view.getUint32(header + 4, hostIsLittleEndian),
    family: familyNumber === 2 ? 4 : 6,
    address: ours,
    prefixLength: view.getUint8(header + 1),
    scope: view.getUint8(header + 3),
    tentative: (flags & addressFlag.tentative) !== 0,
  };
}
