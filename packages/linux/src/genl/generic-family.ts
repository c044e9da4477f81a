import { LinuxError } from '../errors.js';
import { findAttribute } from '../netlink/attribute.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { messageFlag, messageHeaderLength, messagesOf } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';

/*
 * genlmsghdr, which stands before the attributes of every message of a family:
 *
 *    0       1       2          4
 *   +-------+-------+----------+
 *   |command|version| reserved |
 *   +-------+-------+----------+
 */
export const genericHeaderLength = 4;

/** The family that knows all others. */
const controller = { id: 16, getFamily: 3, familyId: 1, familyName: 2 } as const;
const ENOENT = 2;

/** One family of generic netlink, found by its name: a part of the kernel that may have to be loaded first. */
export class GenericFamily {
  readonly name: string;
  readonly #version: number;
  readonly #requester: Requester;
  #id: number | null = null;

  constructor(requester: Requester, name: string, version: number) {
    this.#requester = requester;
    this.name = name;
    this.#version = version;
  }

  /** Makes one change; `write` appends its attributes. */
  async change(command: number, doing: string, write: (writer: MessageWriter) => void): Promise<void> {
    const bytes = this.#encode(await this.#find(), command, messageFlag.request, write);
    await this.#requester.change(bytes, doing);
  }

  /** Lists; each part of the answer is read by `decode`. */
  async list<T>(
    command: number,
    doing: string,
    write: (writer: MessageWriter) => void,
    decode: (bytes: Uint8Array) => readonly T[],
  ): Promise<readonly T[]> {
    const id = await this.#find();
    const flags = messageFlag.request | messageFlag.dump;
    return this.#requester.collect(() => this.#encode(id, command, flags, write), doing, decode);
  }

  #encode(
    id: number,
    command: number,
    flags: number,
    write: (writer: MessageWriter) => void,
  ): Uint8Array<ArrayBuffer> {
    const writer = new MessageWriter();
    writer.beginMessage(id, flags);
    writer.u8(command);
    writer.u8(this.#version);
    writer.u16(0);
    write(writer);
    writer.endMessage();
    return writer.finish();
  }

  /** The number that this kernel gave the family. The kernel loads its module when it can. */
  async #find(): Promise<number> {
    if (this.#id !== null) return this.#id;
    const request = (): Uint8Array<ArrayBuffer> => {
      const writer = new MessageWriter();
      writer.beginMessage(controller.id, messageFlag.request | messageFlag.ack);
      writer.u8(controller.getFamily);
      writer.u8(1);
      writer.u16(0);
      writer.attributeText(controller.familyName, this.name);
      writer.endMessage();
      return writer.finish();
    };
    try {
      const [id] = await this.#requester.collect(request, `find "${this.name}" in the kernel`, decodeId);
      if (id !== undefined) this.#id = id;
    } catch (error) {
      if (!(error instanceof LinuxError && error.errno === ENOENT)) throw error;
    }
    if (this.#id !== null) return this.#id;
    const message = `this kernel has no "${this.name}"; load its module with modprobe ${this.name}, or use a kernel that has it`;
    throw new LinuxError('LINUX_ERR_KERNEL', message, { errno: ENOENT });
  }
}

function decodeId(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (const { type, view, offset, end } of messagesOf(bytes)) {
    if (type !== controller.id) continue;
    const start = offset + messageHeaderLength + genericHeaderLength;
    const found = findAttribute(view, start, end, controller.familyId);
    if (found !== undefined) ids.push(view.getUint16(found.offset, hostIsLittleEndian));
  }
  return ids;
}
