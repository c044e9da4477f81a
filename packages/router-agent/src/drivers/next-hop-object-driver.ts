import type { Netlink } from '@peerage/linux';
import type { Change, ChangeFailure, Driver, ItemKind } from '../items/item.js';
import { eachChange } from './each-change.js';

/** A next hop object of the kernel that an agent made. */
export interface NextHopObjectItem {
  readonly id: number;
}

/** Protocol and numbers by which they are known. */
export interface NextHopOwnership {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
}

/** All next hop objects of agents on this host, so that they can be removed after their routes. */
export class NextHopObjectDriver implements Driver<NextHopObjectItem> {
  readonly kind: ItemKind<NextHopObjectItem> = {
    name: 'next hop object',
    key: ({ id }) => String(id),
    equal: (a, b) => a.id === b.id,
  };
  readonly #netlink: Pick<Netlink, 'nextHopObjects'>;
  readonly #ours: NextHopOwnership;

  constructor(netlink: Pick<Netlink, 'nextHopObjects'>, ours: NextHopOwnership) {
    this.#netlink = netlink;
    this.#ours = ours;
  }

  async read(): Promise<readonly NextHopObjectItem[]> {
    const { protocol, first, last } = this.#ours;
    const objects = (await this.#netlink.nextHopObjects.list()) ?? [];
    return objects
      .filter((object) => object.protocol === protocol && object.id >= first && object.id <= last)
      .map(({ id }) => ({ id }));
  }

  apply(
    changes: readonly Change<NextHopObjectItem>[],
    signal: AbortSignal,
  ): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before }) => {
      if (before === undefined) return;
      const object = { id: before.id, protocol: this.#ours.protocol };
      const [failure] = await this.#netlink.nextHopObjects.apply([{ operation: 'delete', object }]);
      // A group without members goes with the last of them.
      if (failure !== undefined && failure.code !== 'ENOENT')
        throw new Error(`${failure.code}: ${failure.message}`);
    });
  }
}
