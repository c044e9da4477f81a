import { LinuxError } from '../errors.js';
import { attributesOf, readBytes, readU32 } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { type MessageView, messageFlag, messageHeaderLength, messagesOf } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import { addressFamily, onlinkFlag } from './route.js';

/** One next hop of a group, and its share. */
export interface NextHopMember {
  /** That of an object which is no group. */
  readonly id: number;
  /** 1 to 256. */
  readonly weight: number;
}

/**
 * A next hop that the kernel holds by itself, for routes to name it by its number (`ip nexthop`, Linux 5.3): a way out, or a group of
 * such ones. When it changes, all routes change that name it; when it goes, they go.
 */
export interface NextHopObject {
  /** 1 to 4294967295, one space for all who use a network namespace. */
  readonly id: number;
  /** Who made it, as with routes: 17 is ours by convention. */
  readonly protocol: number;
  /** 4 or 16 octets. Absent in a group. */
  readonly gateway?: Uint8Array;
  /** Needed when writing: here the kernel does not find the interface by the gateway. Absent in a group. */
  readonly interfaceIndex?: number;
  /** Take the gateway as reachable on the interface without a route to it. */
  readonly onlink?: boolean;
  /** Of a group: at least one. A member that goes leaves its groups. */
  readonly members?: readonly NextHopMember[];
}

/**
 * A change to be asked for. `create` is refused (`EEXIST`) when the number is taken; `replace` takes the place of what has it. A `delete`
 * takes the routes that name the object along, whoever made them.
 */
export interface NextHopChange {
  readonly operation: 'create' | 'replace' | 'delete';
  /** To delete, the number is enough. */
  readonly object: NextHopObject;
}

/*
 * nhmsg, the payload, followed by attributes; the family is that of the gateway, 0 for groups:
 *
 *    0      1     2        3        4         8
 *   +------+-----+--------+--------+---------+
 *   |family|scope|protocol|reserved|flags u32|
 *   +------+-----+--------+--------+---------+
 *
 * nexthop_grp, the records of NHA_GROUP:
 *
 *    0      4        5           6          8
 *   +------+--------+-----------+----------+
 *   |id u32|weight-1|weight high| reserved |
 *   +------+--------+-----------+----------+
 */
const headerLength = 8;
const memberLength = 8;

export const nextHopMessage = { create: 104, delete: 105, get: 106 } as const;

const nextHopAttribute = { id: 1, group: 2, outputInterface: 5, gateway: 6 } as const;

const flagsOf = {
  create: messageFlag.request | messageFlag.create | messageFlag.exclusive,
  replace: messageFlag.request | messageFlag.create | messageFlag.replace,
  delete: messageFlag.request,
} as const satisfies Record<NextHopChange['operation'], number>;

/** The messages that ask for changes, in order. Throws `LINUX_ERR_ARGUMENT` on what cannot be a next hop. */
export function encodeNextHopChanges(changes: readonly NextHopChange[]): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter(64 * changes.length);
  for (const { operation, object } of changes) {
    check(operation, object);
    const deleting = operation === 'delete';
    const { gateway } = object;
    const type = deleting ? nextHopMessage.delete : nextHopMessage.create;
    writer.beginMessage(type, flagsOf[operation]);
    writer.u8(deleting || gateway === undefined ? 0 : addressFamily[gateway.length === 4 ? 4 : 6]);
    writer.u8(0);
    writer.u8(deleting ? 0 : object.protocol);
    writer.u8(0);
    writer.u32(!deleting && object.onlink === true ? onlinkFlag : 0);
    writer.attributeU32(nextHopAttribute.id, object.id);
    if (!deleting) encodeWayOut(writer, object);
    writer.endMessage();
  }
  return writer.finish();
}

function encodeWayOut(writer: MessageWriter, { gateway, interfaceIndex, members }: NextHopObject): void {
  if (members !== undefined) {
    const bytes = new Uint8Array(members.length * memberLength);
    const view = new DataView(bytes.buffer);
    for (const [i, { id, weight }] of members.entries()) {
      view.setUint32(i * memberLength, id, hostIsLittleEndian);
      view.setUint8(i * memberLength + 4, weight - 1);
    }
    writer.attribute(nextHopAttribute.group, bytes);
    return;
  }
  if (interfaceIndex !== undefined) writer.attributeU32(nextHopAttribute.outputInterface, interfaceIndex);
  if (gateway !== undefined) writer.attribute(nextHopAttribute.gateway, gateway);
}

/** The request to list all objects. */
export function encodeNextHopDump(): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  writer.beginMessage(nextHopMessage.get, messageFlag.request | messageFlag.dump);
  for (let zero = 0; zero < headerLength; zero++) writer.u8(0);
  writer.endMessage();
  return writer.finish();
}

/** The objects among the messages of an answer. */
export function decodeNextHopObjects(bytes: Uint8Array): NextHopObject[] {
  const objects: NextHopObject[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type !== nextHopMessage.create) continue;
    const object = decodeNextHopObject(message);
    if (object !== null) objects.push(object);
  }
  return objects;
}

/** The object that a message tells of; null when it has no number. */
export function decodeNextHopObject({ view, offset, end }: MessageView): NextHopObject | null {
  const header = offset + messageHeaderLength;
  if (header + headerLength > end) return null;
  let id = 0;
  const found: { gateway?: Uint8Array; interfaceIndex?: number; members?: readonly NextHopMember[] } = {};
  for (const attribute of attributesOf(view, header + headerLength, end)) {
    const { type, offset: value, length } = attribute;
    if (type === nextHopAttribute.id) id = readU32(view, attribute);
    else if (type === nextHopAttribute.outputInterface) found.interfaceIndex = readU32(view, attribute);
    else if (type === nextHopAttribute.gateway) found.gateway = readBytes(view, value, length);
    else if (type === nextHopAttribute.group) found.members = decodeMembers(view, value, value + length);
  }
  if (id === 0) return null;
  const onlink = (view.getUint32(header + 4, hostIsLittleEndian) & onlinkFlag) !== 0;
  return { id, protocol: view.getUint8(header + 2), ...found, ...(onlink && { onlink }) };
}

function decodeMembers(view: DataView, start: number, end: number): readonly NextHopMember[] {
  const members: NextHopMember[] = [];
  for (let at = start; at + memberLength <= end; at += memberLength) {
    members.push({ id: view.getUint32(at, hostIsLittleEndian), weight: view.getUint8(at + 4) + 1 });
  }
  return members;
}

function check(operation: NextHopChange['operation'], object: NextHopObject): void {
  checkRange('the number of a next hop object', object.id, 1, 0xffffffff);
  if (operation === 'delete') return;
  checkRange('the protocol', object.protocol, 0, 255);
  const { gateway, interfaceIndex, members } = object;
  for (const { id, weight } of members ?? []) {
    checkRange('the number of a member', id, 1, 0xffffffff);
    checkRange('the weight of a member', weight, 1, 256);
  }
  if (members !== undefined) return;
  if (interfaceIndex === undefined) {
    throw new LinuxError('LINUX_ERR_ARGUMENT', `next hop object ${object.id} needs an interface or members`);
  }
  if (gateway !== undefined && gateway.length !== 4 && gateway.length !== 16) {
    throw new LinuxError('LINUX_ERR_ARGUMENT', `a gateway has 4 or 16 octets, got ${gateway.length}`);
  }
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${what} is ${least} to ${most}, got ${value}`);
}
