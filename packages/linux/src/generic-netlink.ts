import { FouPorts } from './genl/fou.js';
import { Wireguard } from './genl/wireguard.js';
import { Channel } from './netlink/channel.js';
import { Requester } from './netlink/requester.js';
import { netlinkProtocol } from './netlink/socket.js';

/** How {@link openGenericNetlink} opens. */
export interface GenericNetlinkOptions {
  /** A network namespace under `/run/netns` that the handle's thread enters for life. Absent: that of the caller. */
  readonly namespace?: string;
}

/** A handle on those parts of the kernel that speak generic netlink, with a thread of its own. */
export class GenericNetlink {
  readonly fou: FouPorts;
  readonly wireguard: Wireguard;
  readonly #channel: Channel;

  /** @internal Use {@link openGenericNetlink}. */
  constructor(channel: Channel) {
    const requester = new Requester(channel);
    this.#channel = channel;
    this.fou = new FouPorts(requester);
    this.wireguard = new Wireguard(requester);
  }

  /** Lets the process end although this handle is open. */
  unref(): this {
    this.#channel.unref();
    return this;
  }

  /** Ends the thread and closes its sockets; requests that still wait reject with `LINUX_ERR_CLOSED`. */
  async close(): Promise<void> {
    await this.#channel.close();
  }
}

/** Opens a handle. Rejects with `LINUX_ERR_NAMESPACE` when the namespace does not exist. */
export async function openGenericNetlink(options: GenericNetlinkOptions = {}): Promise<GenericNetlink> {
  const settings = {
    namespace: options.namespace ?? null,
    protocol: netlinkProtocol.generic,
    eventBufferBytes: 0,
    eventBacklogBytes: 0,
    requestBufferBytes: 1024 * 1024,
  };
  return new GenericNetlink(await Channel.open(settings, { events: () => {}, overrun: () => {} }));
}
