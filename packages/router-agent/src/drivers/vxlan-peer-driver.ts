import type { Netlink } from '@peerage/linux';
import { formatIp, parseIp } from '../items/ip.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type VxlanPeerItem, vxlanPeerKind } from '../items/policy-routing.js';
import { eachChange } from './each-change.js';
import { macOf, macText } from './overlay-link-driver.js';

/**
 * What the VXLAN link of ours knows: for each other node the hardware address of its next hop, and where that is. It never asks and
 * never learns, so nothing is flooded, and no foreign packet can move an address.
 */
export class VxlanPeerDriver implements Driver<VxlanPeerItem> {
  readonly kind = vxlanPeerKind;
  readonly #netlink: Pick<Netlink, 'links' | 'neighbours'>;
  readonly #link: string;

  constructor(netlink: Pick<Netlink, 'links' | 'neighbours'>, link: string) {
    this.#netlink = netlink;
    this.#link = link;
  }

  async read(): Promise<readonly VxlanPeerItem[]> {
    const index = await this.#index();
    if (index === null) return [];
    const { neighbours } = this.#netlink;
    const [permanent, forwarding] = await Promise.all([
      neighbours.permanent(index),
      neighbours.forwarding(index),
    ]);
    const remotes = new Map(
      forwarding.map(({ hardwareAddress, remote }) => [macText(hardwareAddress), formatIp(remote)]),
    );
    return permanent.map(({ address, hardwareAddress }) => {
      const mac = macText(hardwareAddress);
      return { link: this.#link, address: formatIp(address), mac, remote: remotes.get(mac) ?? '' };
    });
  }

  apply(changes: readonly Change<VxlanPeerItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before, after }) => {
      const interfaceIndex = await this.#index();
      if (interfaceIndex === null) {
        if (after === undefined) return;
        throw new Error(`the link ${this.#link} is not there`);
      }
      const { neighbours } = this.#netlink;
      if (before !== undefined && (after === undefined || before.mac !== after.mac)) {
        const hardwareAddress = macOf(before.mac);
        const shared = (await this.read()).filter(({ mac }) => mac === before.mac).length > 1;
        if (before.remote !== '' && !shared) {
          await neighbours.deleteForwarding({
            interfaceIndex,
            hardwareAddress,
            remote: bytes(before.remote),
          });
        }
        if (after === undefined) {
          await neighbours.delete({ interfaceIndex, hardwareAddress, address: bytes(before.address) });
        }
      }
      if (after === undefined) return;
      const hardwareAddress = macOf(after.mac);
      await neighbours.setForwarding({ interfaceIndex, hardwareAddress, remote: bytes(after.remote) });
      await neighbours.set({ interfaceIndex, hardwareAddress, address: bytes(after.address) });
    });
  }

  async #index(): Promise<number | null> {
    return (await this.#netlink.links.get(this.#link))?.index ?? null;
  }
}

function bytes(address: string): Uint8Array {
  return parseIp(address) ?? new Uint8Array(0);
}
