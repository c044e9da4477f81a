import type { AgentKernel } from '../agent-ports.js';
import { forwardAcceptKind } from '../items/forward-accept.js';
import type { Driver, ItemKind } from '../items/item.js';
import { leftoverKind } from '../items/leftover.js';
import { type LinkItem, linkKind } from '../items/link.js';
import { type NftTableItem, nftTableKind } from '../items/nft-table.js';
import { type OverlayLinkItem, overlayLinkKind } from '../items/overlay-link.js';
import { fouPortKind, policyRouteKind, ruleKind, vxlanPeerKind } from '../items/policy-routing.js';
import { type SysctlItem, sysctlKind } from '../items/sysctl.js';
import { wireguardPeerKind } from '../items/wireguard.js';
import type { FakeKernel } from './fake-kernel.js';

/** A driver that keeps its items in memory. */
export class MemoryDriver<T> implements Driver<T> {
  readonly kind: ItemKind<T>;
  readonly items = new Map<string, T>();

  constructor(kind: ItemKind<T>) {
    this.kind = kind;
  }

  async read(): Promise<readonly T[]> {
    return [...this.items.values()];
  }

  async apply(changes: Parameters<Driver<T>['apply']>[0]): ReturnType<Driver<T>['apply']> {
    for (const { key, after } of changes) {
      if (after === undefined) this.items.delete(key);
      else this.items.set(key, after);
    }
    return [];
  }
}

/** Links of ours that a {@link FakeKernel} has too, so that routes can go through them. */
export class FakeLinkDriver extends MemoryDriver<OverlayLinkItem> {
  readonly #kernel: FakeKernel;

  constructor(kernel: FakeKernel) {
    super(overlayLinkKind);
    this.#kernel = kernel;
  }

  override async read(): Promise<readonly OverlayLinkItem[]> {
    const items = [...this.#kernel.overlayLinks.values()];
    return items.filter(({ index = 0, name }) => this.#kernel.linkName(index) === name);
  }

  override async apply(
    changes: Parameters<Driver<OverlayLinkItem>['apply']>[0],
  ): ReturnType<Driver<OverlayLinkItem>['apply']> {
    for (const { key, before, after } of changes) {
      if (before !== undefined) this.#kernel.removeLink(key);
      if (after === undefined) this.#kernel.overlayLinks.delete(key);
      else {
        const { index } = this.#kernel.addLink(key, []);
        this.#kernel.overlayLinks.set(key, { ...after, index });
      }
    }
    return [];
  }
}

/** All that an agent needs of a kernel, with the routes of a {@link FakeKernel}. */
export interface FakeAgentKernel extends AgentKernel {
  readonly links: MemoryDriver<LinkItem>;
  readonly sysctls: MemoryDriver<SysctlItem>;
  readonly nftTables: MemoryDriver<NftTableItem>;
}

/** Those of a kernel that has its bridge module. */
function bridgedSysctls(): MemoryDriver<SysctlItem> {
  const driver = new MemoryDriver(sysctlKind);
  for (const name of ['iptables', 'ip6tables']) {
    const path = `net/bridge/bridge-nf-call-${name}`;
    driver.items.set(path, { path, value: '1' });
  }
  return driver;
}

export function fakeAgentKernel(kernel: FakeKernel): FakeAgentKernel {
  return {
    routes: kernel,
    forward: Object.assign(new MemoryDriver(forwardAcceptKind), { needed: async () => [] }),
    leftovers: { egress: new MemoryDriver(leftoverKind), forward: new MemoryDriver(leftoverKind) },
    links: new MemoryDriver(linkKind),
    sysctls: bridgedSysctls(),
    loadModule: async () => 'there are no modules',
    nftTables: new MemoryDriver(nftTableKind),
    interfaces: {
      interfaceOf: () => null,
      isOnLink: (address) => kernel.isOnLink(address),
      mtuOf: (address) => (kernel.isOnLink(address) ? 1500 : null),
      refresh: async () => {},
    },
    overlay: {
      fouPorts: new MemoryDriver(fouPortKind),
      links: new FakeLinkDriver(kernel),
      vxlanPeers: new MemoryDriver(vxlanPeerKind),
      wireguardPeers: new MemoryDriver(wireguardPeerKind),
      routes: new MemoryDriver(policyRouteKind),
      rules: new MemoryDriver(ruleKind),
    },
    watchHost: () => () => {},
    subscribe: (listener) => kernel.subscribe(listener),
  };
}
