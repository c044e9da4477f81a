import type { ItemKind } from './item.js';

/** A kernel setting under `/proc/sys`, `net/ipv4/ip_forward` = `1`. */
export interface SysctlItem {
  readonly path: string;
  readonly value: string;
  /** The kernel has it only with this module; without, what is told is all that is done. */
  readonly module?: { readonly name: string; readonly without: string };
}

export const sysctlKind: ItemKind<SysctlItem> = {
  name: 'sysctl',
  key: (item) => item.path,
  equal: (a, b) => a.path === b.path && a.value === b.value,
};
