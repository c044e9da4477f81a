import { LinuxError } from '../errors.js';
import { messageFlag } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import { decodeLinks, type Link, linkAttribute, linkInfoAttribute, linkMessage, linkUpFlag } from './link.js';
import { encodeLinkSettings, type LinkSettings } from './link-settings.js';

const ENODEV = 19;
const longestName = 15;

/** Which link a change is for: its name, or its index. */
export type LinkReference = string | number;

/** What a link message asks for, beside the link it is about. */
export interface LinkChange {
  readonly flags?: number;
  readonly up?: boolean;
  readonly mtu?: number;
  /** The hardware address. */
  readonly address?: Uint8Array;
  readonly settings?: LinkSettings;
}

/** What any link can be given. */
export type LinkOptions = Pick<LinkChange, 'up' | 'mtu' | 'address'>;

/** The network interfaces of a netlink handle's namespace. */
export class Links {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** All links. */
  dump(): Promise<readonly Link[]> {
    const request = (): Uint8Array<ArrayBuffer> =>
      encodeLink(linkMessage.get, 0, { flags: messageFlag.dump });
    return this.#requester.collect(request, 'list links', decodeLinks);
  }

  /** The link of that name or index, if there is one. */
  async get(link: LinkReference): Promise<Link | undefined> {
    const request = (): Uint8Array<ArrayBuffer> => {
      return encodeLink(linkMessage.get, link, { flags: messageFlag.ack });
    };
    try {
      return (await this.#requester.collect(request, `get link ${link}`, decodeLinks))[0];
    } catch (error) {
      if (error instanceof LinuxError && error.errno === ENODEV) return undefined;
      throw error;
    }
  }

  /** Makes a bridge, down and without ports. Rejects with `EEXIST` when the name is taken. */
  createBridge(name: string): Promise<void> {
    return this.create(name, { kind: 'bridge' });
  }

  /**
   * Makes a link, with all of `options` in one step. Rejects with `EEXIST` when the name is taken, or when the kernel allows no second link
   * with the same settings (a tunnel of one kind between the same two addresses); with `EOPNOTSUPP` when it lacks the kind.
   */
  create(name: string, settings: LinkSettings, options: LinkOptions = {}): Promise<void> {
    const flags = messageFlag.create | messageFlag.exclusive;
    const change = { ...options, flags, settings };
    return this.#change(linkMessage.create, name, change, `create ${settings.kind} ${name}`);
  }

  /** Changes a link that is there. */
  change(link: LinkReference, options: LinkOptions): Promise<void> {
    return this.#change(linkMessage.create, link, options, `change link ${link}`);
  }

  setUp(link: LinkReference): Promise<void> {
    return this.#change(linkMessage.create, link, { up: true }, `set link ${link} up`);
  }

  setDown(link: LinkReference): Promise<void> {
    return this.#change(linkMessage.create, link, { up: false }, `set link ${link} down`);
  }

  /** Sets the largest packet, in octets. */
  setMtu(link: LinkReference, mtu: number): Promise<void> {
    return this.#change(linkMessage.create, link, { mtu }, `set the MTU of link ${link} to ${mtu}`);
  }

  /** Deletes a virtual link. */
  delete(link: LinkReference): Promise<void> {
    return this.#change(linkMessage.delete, link, {}, `delete link ${link}`);
  }

  async #change(type: number, link: LinkReference, change: LinkChange, doing: string): Promise<void> {
    await this.#requester.change(encodeLink(type, link, change), doing);
  }
}

/** A link message; link 0 stands for all of them. Throws on a name that no link can have. */
export function encodeLink(type: number, link: LinkReference, change: LinkChange): Uint8Array<ArrayBuffer> {
  if (typeof link === 'string') checkName(link);
  const writer = new MessageWriter();
  writer.beginMessage(type, messageFlag.request | (change.flags ?? 0));
  writer.u32(0);
  writer.u32(typeof link === 'number' ? link : 0);
  writer.u32(change.up === true ? linkUpFlag : 0);
  writer.u32(change.up === undefined ? 0 : linkUpFlag);
  if (typeof link === 'string') writer.attributeText(linkAttribute.name, link);
  if (change.mtu !== undefined) writer.attributeU32(linkAttribute.mtu, change.mtu);
  if (change.address !== undefined) writer.attribute(linkAttribute.address, change.address);
  if (change.settings !== undefined) {
    const info = writer.beginNested(linkAttribute.info);
    writer.attribute(linkInfoAttribute.kind, new TextEncoder().encode(change.settings.kind));
    encodeLinkSettings(writer, linkInfoAttribute.data, change.settings);
    writer.endNested(info);
  }
  writer.endMessage();
  return writer.finish();
}

function checkName(name: string): void {
  const octets = new TextEncoder().encode(name).length;
  if (octets >= 1 && octets <= longestName && !/[\s/\0]/.test(name)) return;
  const rule = `a link name has 1 to ${longestName} octets, without spaces and slashes`;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${rule}, got ${JSON.stringify(name)}`);
}
