import { errnoName, isPermission, LinuxError, refusalError } from '../errors.js';
import { messageFlag } from '../netlink/message.js';
import { MessageWriter } from '../netlink/message-writer.js';
import type { Requester } from '../netlink/requester.js';
import { type DestinationTest, decodeRoutes } from './decode-route.js';
import type { RouteOperation } from './encode-route.js';
import { addressFamily, type Route, routeAttribute, routeMessage } from './route.js';
import type { RouteBatch } from './route-batch.js';
import type { TemplateBatch } from './template-batch.js';
import { decodeWays, encodeWayRequests, type Way } from './way.js';

/** A change that the kernel refused. The others of the batch took effect. */
export interface RouteFailure {
  /** What the batch's method returned. */
  readonly index: number;
  readonly operation: RouteOperation;
  readonly errno: number;
  /** The error number's name: `EEXIST`, `ESRCH`, `ENETUNREACH`, `EHOSTUNREACH`, `EINVAL`, … */
  readonly code: string;
  /** The kernel's own words, when it gave any. */
  readonly message: string;
}

/** Which routes to list; the kernel itself filters, but for destinations. */
export interface RouteFilter {
  readonly family: 4 | 6;
  readonly table?: number;
  readonly protocol?: number;
  /** Asked for each route of the answer: what it does not want is passed over, and costs no object. */
  readonly wanted?: DestinationTest;
}

const ENOENT = 2;

/** The routes of a netlink handle's namespace. */
export class Routes {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /**
   * Applies the changes in order and gives those that failed, by ascending index. A failure with `ENOBUFS` means
   * that the answer was lost: whether that change took effect must be read back. Rejects with
   * `LINUX_ERR_PERMISSION` when the process may not change routes at all.
   */
  async apply(batch: RouteBatch | TemplateBatch): Promise<readonly RouteFailure[]> {
    if (batch.length === 0) return [];
    const refusals = await this.#requester.send(batch.encode());
    const first = refusals[0];
    if (first !== undefined && isPermission(first.errno)) {
      throw refusalError('change routes', first.errno, first.message);
    }
    return refusals
      .map(({ index, errno, message }) => {
        const operation = batch.operation(index) ?? 'create';
        return { index, operation, errno, code: errnoName(errno), message };
      })
      .sort((one, other) => one.index - other.index);
  }

  /**
   * Lists routes in slices; the kernel goes on only when the next slice is asked for. A route that stands throughout
   * comes at least once. It can come again while the table changes: IPv6 tables repeat, and when a listing turns out
   * to have been disturbed, it is repeated. Rejects with `LINUX_ERR_DUMP_INTERRUPTED` when that never ends.
   */
  dump(filter: RouteFilter): AsyncGenerator<readonly Route[], void, undefined> {
    return this.#list(filter, (bytes) => decodeRoutes(bytes, filter.wanted));
  }

  /** As {@link dump}, each route with whether its link is up. */
  dumpWays(filter: RouteFilter): AsyncGenerator<readonly Way[], void, undefined> {
    return this.#list(filter, (bytes) => decodeWays(bytes).filter((way) => way !== null));
  }

  /** The route that a packet to each of these addresses (4 or 16 octets) would take; null where there is none. */
  async ways(addresses: readonly Uint8Array[]): Promise<readonly (Way | null)[]> {
    if (addresses.length === 0) return [];
    return decodeWays(await this.#requester.ask(encodeWayRequests(addresses)));
  }

  async *#list<T>(
    filter: RouteFilter,
    decode: (bytes: Uint8Array) => readonly T[],
  ): AsyncGenerator<readonly T[], void, undefined> {
    const spoiler = filter.family === 6 ? ipv6Spoiler : null;
    const request = (): Uint8Array<ArrayBuffer> => encodeRouteDump(filter);
    const slices = this.#requester.read(request, 'list routes', () => {}, spoiler);
    try {
      for await (const bytes of slices) {
        const routes = decode(bytes);
        if (routes.length > 0) yield routes;
      }
    } catch (error) {
      // The kernel makes an IPv4 table with its first route, and says of one that it has not made yet: no entry.
      if (!(error instanceof LinuxError && error.errno === ENOENT && filter.table !== undefined)) throw error;
    }
  }
}

/**
 * The kernel lists an IPv6 table that has changed by starting over and passing over as many routes as it has given
 * already: after a deletion that is too many, and it does not say so.
 */
const ipv6Spoiler = { group: 11, type: routeMessage.delete } as const;

/** The request to list routes. */
export function encodeRouteDump(filter: RouteFilter): Uint8Array<ArrayBuffer> {
  const table = filter.table ?? 0;
  const writer = new MessageWriter();
  writer.beginMessage(routeMessage.get, messageFlag.request | messageFlag.dump);
  writer.u8(addressFamily[filter.family]);
  writer.u8(0);
  writer.u8(0);
  writer.u8(0);
  writer.u8(table < 256 ? table : 0);
  writer.u8(filter.protocol ?? 0);
  writer.u8(0);
  writer.u8(0);
  writer.u32(0);
  if (table >= 256) writer.attributeU32(routeAttribute.table, table);
  writer.endMessage();
  return writer.finish();
}
