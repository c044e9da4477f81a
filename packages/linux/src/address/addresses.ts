import { LinuxError } from '../errors.js';
import { messageFlag } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import {
  addressAttribute,
  addressFlag,
  addressMessage,
  decodeAddresses,
  type InterfaceAddress,
} from './address.js';

/** An address to add or delete. */
export interface AddressSpec {
  readonly family: 4 | 6;
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
  /** IPv6: usable at once, without asking the link whether someone else has it. */
  readonly skipDuplicateDetection?: boolean;
}

/** The interface addresses of a netlink handle's namespace. */
export class Addresses {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** All addresses, or those of one family. */
  dump(family?: 4 | 6): Promise<readonly InterfaceAddress[]> {
    return this.#requester.collect(() => encodeAddressDump(family), 'list addresses', decodeAddresses);
  }

  /** Adds an address; rejects with `EEXIST` when it is there. */
  async add(interfaceIndex: number, address: AddressSpec): Promise<void> {
    const flags = messageFlag.create | messageFlag.exclusive;
    const bytes = encodeAddress(addressMessage.create, flags, interfaceIndex, address);
    await this.#requester.change(bytes, `add an address to link ${interfaceIndex}`);
  }

  async delete(interfaceIndex: number, address: AddressSpec): Promise<void> {
    const bytes = encodeAddress(addressMessage.delete, 0, interfaceIndex, address);
    await this.#requester.change(bytes, `delete an address of link ${interfaceIndex}`);
  }
}

/** The request to list addresses. */
export function encodeAddressDump(family?: 4 | 6): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  writer.beginMessage(addressMessage.get, messageFlag.request | messageFlag.dump);
  writeHeader(writer, family === undefined ? 0 : family === 4 ? 2 : 10, 0, 0);
  writer.endMessage();
  return writer.finish();
}

/** An address message. Throws on what cannot be an address. */
export function encodeAddress(
  type: number,
  flags: number,
  interfaceIndex: number,
  spec: AddressSpec,
): Uint8Array<ArrayBuffer> {
  const octets = spec.family === 4 ? 4 : 16;
  if (spec.address.length !== octets) {
    const message = `an IPv${spec.family} address has ${octets} octets, got ${spec.address.length}`;
    throw new LinuxError('LINUX_ERR_ARGUMENT', message);
  }
  const writer = new MessageWriter();
  writer.beginMessage(type, messageFlag.request | flags);
  writeHeader(writer, spec.family === 4 ? 2 : 10, spec.prefixLength, interfaceIndex);
  writer.attribute(addressAttribute.local, spec.address);
  writer.attribute(addressAttribute.address, spec.address);
  if (spec.skipDuplicateDetection === true) {
    writer.attributeU32(addressAttribute.flags, addressFlag.noDuplicateDetection);
  }
  writer.endMessage();
  return writer.finish();
}

function writeHeader(writer: MessageWriter, family: number, prefixLength: number, index: number): void {
  writer.u8(family);
  writer.u8(prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u32(index);
}
