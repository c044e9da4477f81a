import { LinuxError } from '../errors.js';
import { messageFlag } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import { addressFamily } from '../route/route.js';
import { actionToTable, decodeRules, type Rule, ruleAttribute, ruleMessage } from './rule.js';

/** The policy routing rules of a netlink handle's namespace. */
export class Rules {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** All rules of a family. */
  dump(family: 4 | 6): Promise<readonly Rule[]> {
    return this.#requester.collect(() => encodeRuleDump(family), 'list rules', decodeRules);
  }

  /** Adds a rule; rejects with `EEXIST` when the same one is there. */
  async add(rule: Rule): Promise<void> {
    const flags = messageFlag.create | messageFlag.exclusive;
    await this.#requester.change(
      encodeRule(ruleMessage.create, flags, rule),
      `add a rule for table ${rule.table}`,
    );
  }

  /** Deletes the first rule that has all that is given; rejects with `ENOENT` when there is none. */
  async delete(rule: Rule): Promise<void> {
    await this.#requester.change(
      encodeRule(ruleMessage.delete, 0, rule),
      `delete a rule for table ${rule.table}`,
    );
  }
}

/** The request to list rules. */
export function encodeRuleDump(family: 4 | 6): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  writer.beginMessage(ruleMessage.get, messageFlag.request | messageFlag.dump);
  writeHeader(writer, family, 0, 0, 0, 0);
  writer.endMessage();
  return writer.finish();
}

/** A rule message. Throws on what cannot be a rule. */
export function encodeRule(type: number, flags: number, rule: Rule): Uint8Array<ArrayBuffer> {
  const { family, source, destination, table } = rule;
  const octets = family === 4 ? 4 : 16;
  for (const range of [source, destination]) {
    if (range === undefined || range.address.length === octets) continue;
    const got = range.address.length;
    throw new LinuxError('LINUX_ERR_ARGUMENT', `an IPv${family} range has ${octets} octets, got ${got}`);
  }
  const writer = new MessageWriter();
  writer.beginMessage(type, messageFlag.request | flags);
  const lengths = [destination?.prefixLength ?? 0, source?.prefixLength ?? 0] as const;
  writeHeader(writer, family, lengths[0], lengths[1], table < 256 ? table : 0, actionToTable);
  if (destination !== undefined) writer.attribute(ruleAttribute.destination, destination.address);
  if (source !== undefined) writer.attribute(ruleAttribute.source, source.address);
  if (rule.priority !== undefined) writer.attributeU32(ruleAttribute.priority, rule.priority);
  if (rule.mark !== undefined) writer.attributeU32(ruleAttribute.mark, rule.mark);
  writer.attributeU32(ruleAttribute.table, table);
  writer.attribute(ruleAttribute.protocol, Uint8Array.of(rule.protocol));
  writer.endMessage();
  return writer.finish();
}

function writeHeader(
  writer: MessageWriter,
  family: 4 | 6,
  destinationLength: number,
  sourceLength: number,
  table: number,
  action: number,
): void {
  for (const octet of [addressFamily[family], destinationLength, sourceLength, 0, table, 0, 0, action]) {
    writer.u8(octet);
  }
  writer.u32(0);
}
