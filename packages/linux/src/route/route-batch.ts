import { MessageWriter } from '../netlink/message-writer.js';
import { encodeRoute, type RouteOperation } from './encode-route.js';
import type { Route } from './route.js';

/**
 * Changes to routes, encoded as they are added, to be applied in order by `netlink.routes.apply`. Each call gives
 * the index by which a failure will be told. What is no route at all throws `LINUX_ERR_ARGUMENT` at once.
 */
export class RouteBatch {
  readonly #writer = new MessageWriter(64 * 1024);
  readonly #operations: RouteOperation[] = [];

  /** How many changes the batch has. */
  get length(): number {
    return this.#operations.length;
  }

  /** Adds a route; refused (`EEXIST`) when any route has this prefix, table and metric, whoever made it. */
  create(route: Route): number {
    return this.#add('create', route);
  }

  /**
   * Puts a route in the place of whatever has this prefix, table and metric; without one it is created. Afterwards
   * exactly these next hops stand there, also where IPv6 let another protocol append one of its own. One case is
   * the kernel's: of an IPv6 route with a gateway and one without, at the same metric, only the like is replaced.
   */
  replace(route: Route): number {
    return this.#add('replace', route);
  }

  /**
   * Removes the route with this prefix, table, metric and protocol. Of an IPv6 route only the given next hops go
   * (all, when none are given); if some of them are gone already, the rest goes and the failure is `ESRCH`. The next
   * hops of an IPv4 route are not looked at, and its metric 0 stands for "any".
   */
  delete(route: Route): number {
    return this.#add('delete', route);
  }

  /** What the change with this index asks for. */
  operation(index: number): RouteOperation | undefined {
    return this.#operations[index];
  }

  /** The netlink messages, in order. */
  encode(): Uint8Array<ArrayBuffer> {
    return this.#writer.finish();
  }

  #add(operation: RouteOperation, route: Route): number {
    encodeRoute(this.#writer, operation, route);
    return this.#operations.push(operation) - 1;
  }
}
