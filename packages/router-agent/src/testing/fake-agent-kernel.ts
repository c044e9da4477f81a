import type { AgentKernel } from '../agent-ports.js';
import type { Driver, ItemKind } from '../items/item.js';
import { type LinkItem, linkKind } from '../items/link.js';
import { type NftTableItem, nftTableKind } from '../items/nft-table.js';
import { type SysctlItem, sysctlKind } from '../items/sysctl.js';
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

/** All that an agent needs of a kernel, with the routes of a {@link FakeKernel}. */
export interface FakeAgentKernel extends AgentKernel {
  readonly links: MemoryDriver<LinkItem>;
  readonly sysctls: MemoryDriver<SysctlItem>;
  readonly nftTables: MemoryDriver<NftTableItem>;
}

export function fakeAgentKernel(kernel: FakeKernel): FakeAgentKernel {
  return {
    routes: kernel,
    links: new MemoryDriver(linkKind),
    sysctls: new MemoryDriver(sysctlKind),
    nftTables: new MemoryDriver(nftTableKind),
    interfaces: { interfaceOf: () => null, refresh: async () => {} },
    subscribe: (listener) => kernel.subscribe(listener),
  };
}
