import type { Netlink } from '@peerage/linux';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type LinkItem, linkKind } from '../items/link.js';
import { eachChange } from './each-change.js';

/** Bridges of ours in the kernel, by name. Links of other names are not looked at. */
export class LinkDriver implements Driver<LinkItem> {
  readonly kind = linkKind;
  readonly #netlink: Pick<Netlink, 'links'>;
  readonly #names: readonly string[];

  constructor(netlink: Pick<Netlink, 'links'>, names: readonly string[]) {
    this.#netlink = netlink;
    this.#names = names;
  }

  async read(): Promise<readonly LinkItem[]> {
    const found = await Promise.all(this.#names.map((name) => this.#netlink.links.get(name)));
    return found.filter((link) => link !== undefined).map(({ name, up, mtu }) => ({ name, up, mtu }));
  }

  apply(changes: readonly Change<LinkItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, verb, after }) => {
      if (after === undefined) return this.#netlink.links.delete(key);
      if (verb === 'create') await this.#netlink.links.createBridge(after.name);
      if (after.mtu !== null) await this.#netlink.links.setMtu(after.name, after.mtu);
      await (after.up ? this.#netlink.links.setUp(after.name) : this.#netlink.links.setDown(after.name));
    });
  }
}
