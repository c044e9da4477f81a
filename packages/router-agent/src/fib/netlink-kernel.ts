import { mainTable, type Netlink, type Route, RouteBatch } from '@peerage/linux';
import type { RouteBuffer, RouteKernel, RouteWrites, WriteFailure } from './route-kernel.js';

/** The main routing table of the kernel that a netlink handle reaches. */
export class NetlinkKernel implements RouteKernel {
  readonly #netlink: Pick<Netlink, 'routes'>;
  readonly #buffer: RouteBuffer = {
    family: 4,
    destination: new Uint8Array(4),
    prefixLength: 0,
    table: mainTable,
    protocol: 0,
    metric: 0,
    nextHops: [],
  };

  constructor(netlink: Pick<Netlink, 'routes'>) {
    this.#netlink = netlink;
  }

  async write(writes: RouteWrites): Promise<readonly WriteFailure[]> {
    const batch = new RouteBatch();
    for (let i = 0; i < writes.length; i++) {
      writes.read(i, this.#buffer);
      batch[writes.operation(i)](this.#buffer);
    }
    return this.#netlink.routes.apply(batch);
  }

  dump(family: 4 | 6, protocol: number | null): AsyncIterable<readonly Route[]> {
    const filter = { family, table: mainTable };
    return this.#netlink.routes.dump(protocol === null ? filter : { ...filter, protocol });
  }
}
