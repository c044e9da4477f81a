import type { InterfaceAddress, Link, Netlink } from '@peerage/linux';
import { cidrContains, parseIp } from '../items/ip.js';

/** The interfaces of the node with their addresses, as they were read last. */
export class InterfaceTable {
  readonly #netlink: Pick<Netlink, 'links' | 'addresses'>;
  #links: readonly Link[] = [];
  #addresses: readonly InterfaceAddress[] = [];

  constructor(netlink: Pick<Netlink, 'links' | 'addresses'>) {
    this.#netlink = netlink;
  }

  async refresh(): Promise<void> {
    [this.#links, this.#addresses] = await Promise.all([
      this.#netlink.links.dump(),
      this.#netlink.addresses.dump(),
    ]);
  }

  /** Index of the interface by which `peer` is reached: its scope when it has one, else the subnet that it lies in. */
  interfaceOf(peer: string): number | null {
    const [address = '', scope] = peer.split('%');
    if (scope !== undefined) {
      const named = this.#links.find((link) => link.name === scope || String(link.index) === scope);
      return named?.index ?? null;
    }
    const bytes = parseIp(address);
    if (bytes === null) return null;
    const subnet = this.#addresses.find((own) =>
      cidrContains({ bytes: masked(own), length: own.prefixLength }, bytes),
    );
    return subnet?.interfaceIndex ?? null;
  }

  /** Whether an address lies in a subnet of this node. Links by which only other nodes' pods are reached have none. */
  isOnLink(address: string): boolean {
    return this.interfaceOf(address) !== null;
  }

  /** MTU of the interface that holds an address; null when none does. */
  mtuOf(address: string): number | null {
    const bytes = parseIp(address);
    if (bytes === null) return null;
    const held = this.#addresses.find(
      (own) => own.address.length === bytes.length && own.address.every((octet, i) => octet === bytes[i]),
    );
    return this.#links.find((link) => link.index === held?.interfaceIndex)?.mtu ?? null;
  }
}

function masked({ address, prefixLength }: InterfaceAddress): Uint8Array {
  return address.map((octet, i) => octet & ~(0xff >> Math.min(8, Math.max(0, prefixLength - i * 8))));
}
