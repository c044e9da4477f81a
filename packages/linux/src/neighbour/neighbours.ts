import { LinuxError } from '../errors.js';
import { attributesOf, readBytes } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { type MessageView, messageFlag, messageHeaderLength, messagesOf } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';

/** Which hardware address a neighbour has, known once and for all (`ip neigh … nud permanent`). */
export interface PermanentNeighbour {
  readonly interfaceIndex: number;
  /** 4 or 16 octets. */
  readonly address: Uint8Array;
  /** 6 octets. */
  readonly hardwareAddress: Uint8Array;
}

/** Which tunnel end of a VXLAN has a hardware address (`bridge fdb … self permanent`). */
export interface ForwardingEntry {
  readonly interfaceIndex: number;
  /** 6 octets. */
  readonly hardwareAddress: Uint8Array;
  /** 4 or 16 octets: where packets to it are sent. */
  readonly remote: Uint8Array;
}

/*
 * ndmsg, the payload of neighbour messages, followed by attributes:
 *
 *    0      1   2        4               8         10    11   12
 *   +------+---+--------+---------------+---------+-----+----+
 *   |family|  padding   |interface index|state u16|flags|type|
 *   +------+---+--------+---------------+---------+-----+----+
 */
const neighbourHeaderLength = 12;
export const neighbourMessage = { create: 28, delete: 29, get: 30 } as const;
/** `NDA_*` */
const neighbourAttribute = { destination: 1, hardwareAddress: 2 } as const;
const statePermanent = 0x80;
const stateNoArp = 0x40;
/** `NTF_SELF`: in the table of the link itself, not of the bridge above it. */
const flagSelf = 0x02;
const familyBridge = 7;

interface Entry {
  readonly family: number;
  readonly interfaceIndex: number;
  readonly state: number;
  readonly flags: number;
  readonly destination: Uint8Array;
  readonly hardwareAddress: Uint8Array;
}

/** Neighbours and forwarding entries of a netlink handle's namespace, as far as somebody set them by hand. */
export class Neighbours {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** The permanent neighbours of a link, of both families. */
  async permanent(interfaceIndex: number): Promise<readonly PermanentNeighbour[]> {
    const entries = await Promise.all([familyOf(4), familyOf(16)].map((family) => this.#dump(family)));
    return entries
      .flat()
      .filter((entry) => entry.interfaceIndex === interfaceIndex && (entry.state & statePermanent) !== 0)
      .filter((entry) => entry.hardwareAddress.length === 6)
      .map(({ destination, hardwareAddress }) => ({ interfaceIndex, address: destination, hardwareAddress }));
  }

  /** The forwarding entries of a VXLAN link. */
  async forwarding(interfaceIndex: number): Promise<readonly ForwardingEntry[]> {
    const entries = await this.#dump(familyBridge);
    return entries
      .filter((entry) => entry.interfaceIndex === interfaceIndex && entry.destination.length > 0)
      .map(({ destination, hardwareAddress }) => ({ interfaceIndex, hardwareAddress, remote: destination }));
  }

  /** Sets a permanent neighbour, in the place of what was known of that address. */
  async set(neighbour: PermanentNeighbour): Promise<void> {
    const entry = asEntry(neighbour);
    const bytes = encodeNeighbour(neighbourMessage.create, messageFlag.create | messageFlag.replace, entry);
    await this.#requester.change(bytes, `set a neighbour on link ${neighbour.interfaceIndex}`);
  }

  async delete(neighbour: PermanentNeighbour): Promise<void> {
    const bytes = encodeNeighbour(neighbourMessage.delete, 0, asEntry(neighbour));
    await this.#requester.change(bytes, `delete a neighbour of link ${neighbour.interfaceIndex}`);
  }

  /** Sets where a hardware address is, in the place of what was known of it. */
  async setForwarding(entry: ForwardingEntry): Promise<void> {
    const flags = messageFlag.create | messageFlag.replace;
    const bytes = encodeNeighbour(neighbourMessage.create, flags, asForwarding(entry));
    await this.#requester.change(bytes, `set a forwarding entry on link ${entry.interfaceIndex}`);
  }

  async deleteForwarding(entry: ForwardingEntry): Promise<void> {
    const bytes = encodeNeighbour(neighbourMessage.delete, 0, asForwarding(entry));
    await this.#requester.change(bytes, `delete a forwarding entry of link ${entry.interfaceIndex}`);
  }

  #dump(family: number): Promise<readonly Entry[]> {
    const request = (): Uint8Array<ArrayBuffer> => {
      const writer = new MessageWriter();
      writer.beginMessage(neighbourMessage.get, messageFlag.request | messageFlag.dump);
      writeHeader(writer, family, 0, 0, 0);
      writer.endMessage();
      return writer.finish();
    };
    return this.#requester.collect(request, 'list neighbours', decodeEntries);
  }
}

function asEntry({ interfaceIndex, address, hardwareAddress }: PermanentNeighbour): Entry {
  const family = familyOf(address.length);
  return { family, interfaceIndex, state: statePermanent, flags: 0, destination: address, hardwareAddress };
}

function asForwarding({ interfaceIndex, hardwareAddress, remote }: ForwardingEntry): Entry {
  return {
    family: familyBridge,
    interfaceIndex,
    state: statePermanent | stateNoArp,
    flags: flagSelf,
    destination: remote,
    hardwareAddress,
  };
}

/** A neighbour message. Throws on addresses of a wrong length. */
export function encodeNeighbour(type: number, flags: number, entry: Entry): Uint8Array<ArrayBuffer> {
  const { destination, hardwareAddress } = entry;
  if (hardwareAddress.length !== 6) {
    const got = hardwareAddress.length;
    throw new LinuxError('LINUX_ERR_ARGUMENT', `a hardware address has 6 octets, got ${got}`);
  }
  const writer = new MessageWriter();
  writer.beginMessage(type, messageFlag.request | flags);
  writeHeader(writer, entry.family, entry.interfaceIndex, entry.state, entry.flags);
  writer.attribute(neighbourAttribute.destination, destination);
  writer.attribute(neighbourAttribute.hardwareAddress, hardwareAddress);
  writer.endMessage();
  return writer.finish();
}

function writeHeader(
  writer: MessageWriter,
  family: number,
  interfaceIndex: number,
  state: number,
  flags: number,
): void {
  for (const octet of [family, 0, 0, 0]) writer.u8(octet);
  writer.u32(interfaceIndex);
  writer.u16(state);
  writer.u8(flags);
  writer.u8(0);
}

function familyOf(octets: number): number {
  if (octets === 4) return 2;
  if (octets === 16) return 10;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `an address has 4 or 16 octets, got ${octets}`);
}

function decodeEntries(bytes: Uint8Array): Entry[] {
  const entries: Entry[] = [];
  for (const { type, view, offset, end } of messagesOf(bytes)) {
    const header = offset + messageHeaderLength;
    if (type !== neighbourMessage.create || header + neighbourHeaderLength > end) continue;
    let destination: Uint8Array = new Uint8Array(0);
    let hardwareAddress: Uint8Array = new Uint8Array(0);
    for (const attribute of attributesOf(view, header + neighbourHeaderLength, end)) {
      const value = readBytes(view, attribute.offset, attribute.length);
      if (attribute.type === neighbourAttribute.destination) destination = value;
      else if (attribute.type === neighbourAttribute.hardwareAddress) hardwareAddress = value;
    }
    entries.push({
      family: view.getUint8(header),
      interfaceIndex: view.getInt32(header + 4, hostIsLittleEndian),
      state: view.getUint16(header + 8, hostIsLittleEndian),
      flags: view.getUint8(header + 10),
      destination,
      hardwareAddress,
    });
  }
  return entries;
}

/** Index of the link whose neighbour, or forwarding entry, a message tells of. */
export function linkOfNeighbour({ view, offset, end }: MessageView): number | null {
  const header = offset + messageHeaderLength;
  return header + neighbourHeaderLength > end ? null : view.getInt32(header + 4, hostIsLittleEndian);
}
