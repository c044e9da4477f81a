import { mainTable, type Netlink, type Route, RouteBatch } from '@peerage/linux';
import { cidrText } from '../items/ip.js';
import type { Change, ChangeFailure, Driver, ItemKind } from '../items/item.js';
import { structurallyEqual } from '../items/structural.js';
import { eachChange } from './each-change.js';

/** A route of the main table that an agent made. */
export interface OwnRouteItem {
  readonly destination: string;
  readonly metric: number;
}

const ownProtocol = 17;

/** All learned routes of this host, of any agent's life, so that they can be removed. A running agent writes them by other means. */
export class OwnRouteDriver implements Driver<OwnRouteItem> {
  readonly kind: ItemKind<OwnRouteItem> = {
    name: 'route',
    key: ({ destination, metric }) => `${destination} metric ${metric}`,
    equal: structurallyEqual,
  };
  readonly #netlink: Pick<Netlink, 'routes'>;
  readonly #found = new Map<string, Route>();

  constructor(netlink: Pick<Netlink, 'routes'>) {
    this.#netlink = netlink;
  }

  async read(): Promise<readonly OwnRouteItem[]> {
    this.#found.clear();
    const items: OwnRouteItem[] = [];
    for (const family of [4, 6] as const) {
      for await (const routes of this.#netlink.routes.dump({
        family,
        table: mainTable,
        protocol: ownProtocol,
      })) {
        for (const route of routes) {
          const destination = cidrText(route.destination, route.prefixLength);
          const item = { destination, metric: route.metric };
          const key = this.kind.key(item);
          if (!this.#found.has(key)) items.push(item);
          this.#found.set(key, route);
        }
      }
    }
    return items;
  }

  apply(changes: readonly Change<OwnRouteItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key }) => {
      const route = this.#found.get(key);
      if (route === undefined) return;
      const batch = new RouteBatch();
      batch.delete({ ...route, nextHops: [] });
      const [failure] = await this.#netlink.routes.apply(batch);
      if (failure !== undefined && failure.code !== 'ESRCH')
        throw new Error(`${failure.code}: ${failure.message}`);
    });
  }
}
