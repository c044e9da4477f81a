import { writeFile } from 'node:fs/promises';
import { type Link, type LinkSettings, LinuxError, type Netlink } from '@peerage/linux';
import { formatIp, parseIp } from '../items/ip.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import {
  type OverlayLinkItem,
  overlayLinkKind,
  type TunnelItem,
  type VxlanItem,
  type WireguardItem,
} from '../items/overlay-link.js';
import { structurallyEqual } from '../items/structural.js';
import { isTunnelName } from '../items/tunnel-name.js';
import { eachChange } from './each-change.js';
import { explained, type WireguardLinks } from './wireguard-links.js';

/** Writes a kernel setting under `/proc/sys`. */
export type WriteSysctl = (path: string, value: string) => Promise<void>;

const writeSysctl: WriteSysctl = (path, value) => writeFile(`/proc/sys/${path}`, value);
/** kube-router's time to live of FoU tunnels; that of plain ones is the kernel's default, the inner header's. */
const fouTtl = 225;

/**
 * The links of ours to other nodes, in the kernel. Ours are tunnels that have the name which belongs to their other end, of this version
 * or of kube-router's, and the links with the names that were given, as far as they are of such a kind.
 */
export class OverlayLinkDriver implements Driver<OverlayLinkItem> {
  readonly kind = overlayLinkKind;
  readonly #netlink: Pick<Netlink, 'links'>;
  readonly #shared: readonly string[];
  readonly #wireguard: WireguardLinks;
  readonly #writeSysctl: WriteSysctl;

  constructor(
    netlink: Pick<Netlink, 'links'>,
    shared: readonly string[],
    wireguard: WireguardLinks,
    sysctl: WriteSysctl = writeSysctl,
  ) {
    this.#netlink = netlink;
    this.#shared = shared;
    this.#wireguard = wireguard;
    this.#writeSysctl = sysctl;
  }

  async read(): Promise<readonly OverlayLinkItem[]> {
    const links = await this.#netlink.links.dump();
    const items = await Promise.all(links.map((link) => this.#itemOf(link)));
    return items.filter((item) => item !== null);
  }

  apply(changes: readonly Change<OverlayLinkItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, before, after }) => {
      const { links } = this.#netlink;
      if (after === undefined) return links.delete(key);
      if (before !== undefined) {
        if (structurallyEqual({ ...before, mtu: 0, index: 0 }, { ...after, mtu: 0, index: 0 })) {
          return links.change(key, { mtu: after.mtu, up: true });
        }
        if (before.type === 'wireguard' && after.type === 'wireguard') {
          await this.#wireguard.set(after);
          return links.change(key, { mtu: after.mtu, up: true });
        }
        await links.delete(key);
      }
      await this.#create(after);
    });
  }

  async #create(item: OverlayLinkItem): Promise<void> {
    const { links } = this.#netlink;
    if (item.type === 'wireguard') await this.#createWireguard(item);
    else await this.#createTunnel(item);
    // Answers to pods may come by another way than that of the request, where the node's own address is the other end.
    await this.#writeSysctl(`net/ipv4/conf/${item.name}/rp_filter`, '2');
    await links.setUp(item.name);
  }

  async #createWireguard(item: WireguardItem): Promise<void> {
    const { name, mtu } = item;
    try {
      await this.#netlink.links.create(name, { kind: 'wireguard' }, { mtu });
    } catch (error) {
      throw explained(error);
    }
    await this.#wireguard.set(item);
  }

  async #createTunnel(item: TunnelItem | VxlanItem): Promise<void> {
    const { links } = this.#netlink;
    const { name, mtu } = item;
    const options = { mtu, ...(item.type === 'vxlan' && { address: macOf(item.mac) }) };
    const settings = settingsOf(item);
    try {
      await links.create(name, settings, options);
    } catch (error) {
      const other = await this.#inTheWay(item);
      if (other === undefined || !(error instanceof LinuxError && error.errnoName === 'EEXIST')) throw error;
      await links.delete(other);
      await links.create(name, settings, options);
    }
  }

  /**
   * A tunnel of ours between the same two addresses under another name, as an older kube-router called it: the kernel takes no second. Or one
   * that has this name, which belongs to one address alone, and leads elsewhere.
   */
  async #inTheWay(item: TunnelItem | VxlanItem): Promise<string | undefined> {
    if (item.type !== 'tunnel') return undefined;
    const same = await this.#netlink.links.get(item.name);
    if (same?.kind === 'ipip' || same?.kind === 'ip6tnl' || same?.kind === 'sit') return same.name;
    const others = await this.read();
    return others.find((other) => other.type === 'tunnel' && other.remote === item.remote)?.name;
  }

  async #itemOf(link: Link): Promise<OverlayLinkItem | null> {
    const { name, mtu, index, settings } = link;
    const isShared = this.#shared.includes(name);
    // One that is switched off, or has another header, is unlike any that we want.
    const seenMtu = link.up ? mtu : 0;
    if (link.kind === 'wireguard' && isShared) {
      return { type: 'wireguard', name, mtu: seenMtu, index, ...(await this.#wireguard.read(name)) };
    }
    if (settings?.kind === 'vxlan' && isShared) {
      const { vni, port, local } = settings;
      const mac = macText(link.address);
      return { type: 'vxlan', name, mtu: seenMtu, index, vni, port, local: formatIp(local), mac };
    }
    if (settings?.kind !== 'ipip' && settings?.kind !== 'ip6tnl') return null;
    const remote = formatIp(settings.remote);
    if (!isTunnelName(name, remote)) return null;
    const { encapsulation } = settings;
    const fouPort = encapsulation?.kind === 'gue' ? encapsulation.destinationPort : null;
    const known = { type: 'tunnel', name, index, local: formatIp(settings.local), remote } as const;
    return { ...known, fouPort, mtu: encapsulation?.kind === 'fou' ? 0 : seenMtu };
  }
}

function settingsOf(item: TunnelItem | VxlanItem): LinkSettings {
  const local = bytesOf(item.local);
  if (item.type === 'vxlan') return { kind: 'vxlan', vni: item.vni, port: item.port, local };
  return {
    kind: local.length === 4 ? 'ipip' : 'ip6tnl',
    local,
    remote: bytesOf(item.remote),
    ...(item.fouPort !== null && {
      ttl: fouTtl,
      encapsulation: { kind: 'gue', sourcePort: 0, destinationPort: item.fouPort },
    }),
  };
}

function bytesOf(address: string): Uint8Array {
  return parseIp(address) ?? new Uint8Array(0);
}

/** `02:00:…` in octets. */
export function macOf(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16));
}

export function macText(bytes: Uint8Array): string {
  return [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
