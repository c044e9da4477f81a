import { Addresses } from './address/addresses.js';
import type { LinuxError } from './errors.js';
import { type EventGroup, eventsOf, multicastGroups, type NetlinkEvent } from './events.js';
import { Links } from './link/links.js';
import { Neighbours } from './neighbour/neighbours.js';
import { Channel } from './netlink/channel.js';
import { Requester } from './netlink/requester.js';
import { netlinkProtocol } from './netlink/socket.js';
import { NextHopObjects } from './route/next-hop-objects.js';
import { Routes } from './route/routes.js';
import { Rules } from './rule/rules.js';

/** How {@link openNetlink} opens. */
export interface NetlinkOptions {
  /** A network namespace under `/run/netns` that the handle's thread enters for life. Absent: that of the caller. */
  readonly namespace?: string;
  /** Room for notifications in the kernel, in octets; 16 MiB. Without root the system's limit caps it. */
  readonly eventBufferBytes?: number;
  /**
   * Octets of notifications that may wait for this thread to come round; 8 MiB. More stay in the kernel's room, and
   * what finds none there is lost and told as an overrun.
   */
  readonly eventBacklogBytes?: number;
  /** Room for the answers to a batch, in octets; 4 MiB. Without root the system's limit caps it. */
  readonly requestBufferBytes?: number;
}

/** Ends a subscription. */
export type Unsubscribe = () => void;

interface Subscription {
  readonly groups: ReadonlySet<EventGroup>;
  readonly listener: (event: NetlinkEvent) => void;
}

/**
 * A handle on the routing state of one network namespace, with a thread of its own that waits for the kernel, so
 * that neither the event loop nor the pool behind `fs` and `dns` is ever held up. It keeps the process alive until it
 * is closed, or told not to by {@link Netlink.unref}.
 */
export class Netlink {
  readonly routes: Routes;
  readonly links: Links;
  readonly addresses: Addresses;
  readonly rules: Rules;
  readonly neighbours: Neighbours;
  readonly nextHopObjects: NextHopObjects;
  readonly #channel: Channel;
  readonly #subscriptions: Set<Subscription>;

  /** @internal Use {@link openNetlink}. */
  constructor(channel: Channel, subscriptions: Set<Subscription>) {
    this.#channel = channel;
    this.#subscriptions = subscriptions;
    const requester = new Requester(channel);
    this.routes = new Routes(requester);
    this.links = new Links(requester);
    this.addresses = new Addresses(requester);
    this.rules = new Rules(requester);
    this.neighbours = new Neighbours(requester);
    this.nextHopObjects = new NextHopObjects(requester);
  }

  /**
   * Calls `listener` for each change, as long as it is not unsubscribed. What is asked for after this call cannot
   * miss a change: it is either in the answer or told. Changes that this handle made are not told, as far as the
   * kernel marks them: all of routes and of IPv4 addresses, not all of links and IPv6 addresses.
   */
  subscribe(groups: readonly EventGroup[], listener: (event: NetlinkEvent) => void): Unsubscribe {
    const subscription = { groups: new Set(groups), listener };
    this.#subscriptions.add(subscription);
    const numbers = groups.flatMap((group) => [...multicastGroups[group]]);
    // It fails only when the handle ends, which `ended` tells.
    this.#channel.join(numbers).catch(() => this.#subscriptions.delete(subscription));
    return () => this.#subscriptions.delete(subscription);
  }

  /** Lets the process end although this handle is open. */
  unref(): this {
    this.#channel.unref();
    return this;
  }

  /** Keeps the process alive while this handle is open, which is the default. */
  ref(): this {
    this.#channel.ref();
    return this;
  }

  /**
   * Fulfils when this handle is of no use any more: with null after {@link close}, else with the error that ended its
   * thread, after which nothing is told to subscribers.
   */
  get ended(): Promise<LinuxError | null> {
    return this.#channel.ended;
  }

  /** Ends the thread and closes its sockets; requests that still wait reject with `LINUX_ERR_CLOSED`. */
  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.#channel.close();
  }
}

/**
 * Opens a handle. Reading needs no rights; changes need CAP_NET_ADMIN in the namespace, entering another namespace
 * needs root. Rejects with `LINUX_ERR_NAMESPACE` when the namespace does not exist.
 */
export async function openNetlink(options: NetlinkOptions = {}): Promise<Netlink> {
  const subscriptions = new Set<Subscription>();
  const tell = (event: NetlinkEvent): void => {
    for (const { groups, listener } of [...subscriptions]) {
      if (event.kind === 'overrun' || groups.has(event.kind)) listener(event);
    }
  };
  const channel = await Channel.open(
    {
      namespace: options.namespace ?? null,
      protocol: netlinkProtocol.route,
      eventBufferBytes: options.eventBufferBytes ?? 16 * 1024 * 1024,
      eventBacklogBytes: options.eventBacklogBytes ?? 8 * 1024 * 1024,
      requestBufferBytes: options.requestBufferBytes ?? 4 * 1024 * 1024,
    },
    {
      events: (bytes) => {
        for (const event of eventsOf(bytes)) tell(event);
      },
      overrun: () => tell({ kind: 'overrun' }),
    },
  );
  return new Netlink(channel, subscriptions);
}
