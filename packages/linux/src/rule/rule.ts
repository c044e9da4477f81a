import { attributesOf, readBytes, readU32 } from '../netlink/attribute.js';
import { type MessageView, messageHeaderLength, messagesOf } from '../netlink/message.js';
import { addressFamily } from '../route/route.js';

/** A rule that says which routing table is asked for a packet (`ip-rule(8)`). */
export interface Rule {
  readonly family: 4 | 6;
  /** Lower is asked first. Absent when writing: the kernel takes the one before its first rule, mostly. */
  readonly priority?: number;
  /** Packets from here; absent: all. */
  readonly source?: { readonly address: Uint8Array; readonly prefixLength: number };
  /** Packets to here; absent: all. */
  readonly destination?: { readonly address: Uint8Array; readonly prefixLength: number };
  /** Packets with this firewall mark; absent: all. */
  readonly mark?: number;
  /** The table that is asked; 0 for rules that do something else. */
  readonly table: number;
  /** Who made it (`RTPROT_*`); 0 where nobody said. */
  readonly protocol: number;
}

/*
 * fib_rule_hdr, the payload of rule messages, followed by attributes:
 *
 *    0      1       2       3   4     5    6    7      8
 *   +------+-------+-------+---+-----+----+----+------+---------+
 *   |family|dst len|src len|tos|table|  reserved|action|flags u32|
 *   +------+-------+-------+---+-----+----+----+------+---------+
 */
export const ruleHeaderLength = 12;
export const ruleMessage = { create: 32, delete: 33, get: 34 } as const;
/** `FRA_*` */
export const ruleAttribute = {
  destination: 1,
  source: 2,
  priority: 6,
  mark: 10,
  table: 15,
  protocol: 21,
} as const;
/** `FR_ACT_TO_TBL` */
export const actionToTable = 1;

/** The rules among the messages of an answer. */
export function decodeRules(bytes: Uint8Array): Rule[] {
  const rules: Rule[] = [];
  for (const message of messagesOf(bytes)) {
    if (message.type !== ruleMessage.create) continue;
    const rule = decodeRule(message);
    if (rule !== null) rules.push(rule);
  }
  return rules;
}

/** The rule that a message tells of; null for families other than IPv4 and IPv6. */
export function decodeRule({ view, offset, end }: MessageView): Rule | null {
  const header = offset + messageHeaderLength;
  if (header + ruleHeaderLength > end) return null;
  const number = view.getUint8(header);
  const family = number === addressFamily[4] ? 4 : number === addressFamily[6] ? 6 : null;
  if (family === null) return null;
  const goesToTable = view.getUint8(header + 7) === actionToTable;
  let table = view.getUint8(header + 4);
  let priority = 0;
  let protocol = 0;
  let mark: number | undefined;
  let source: Uint8Array | undefined;
  let destination: Uint8Array | undefined;
  for (const attribute of attributesOf(view, header + ruleHeaderLength, end)) {
    const { type, offset: value, length } = attribute;
    if (type === ruleAttribute.table) table = readU32(view, attribute);
    else if (type === ruleAttribute.priority) priority = readU32(view, attribute);
    else if (type === ruleAttribute.mark) mark = readU32(view, attribute);
    else if (type === ruleAttribute.protocol && length > 0) protocol = view.getUint8(value);
    else if (type === ruleAttribute.source) source = readBytes(view, value, length);
    else if (type === ruleAttribute.destination) destination = readBytes(view, value, length);
  }
  return {
    family,
    priority,
    table: goesToTable ? table : 0,
    protocol,
    ...(mark === undefined || mark === 0 ? {} : { mark }),
    ...(source === undefined ? {} : { source: { address: source, prefixLength: view.getUint8(header + 2) } }),
    ...(destination === undefined
      ? {}
      : { destination: { address: destination, prefixLength: view.getUint8(header + 1) } }),
  };
}
