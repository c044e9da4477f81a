import type { ItemKind } from './item.js';

/** Something that kube-router put on this host and does not need any more, because this agent has another way for it. */
export interface LeftoverItem {
  /** What holds it: `iptables-nft`, `ipset`, … */
  readonly program: string;
  /** The table, for a rule of iptables. */
  readonly table: string | null;
  /** The rule as `iptables -S` prints it, or the name of a set. */
  readonly text: string;
}

export const leftoverKind: ItemKind<LeftoverItem> = {
  name: 'leftover of kube-router',
  key: ({ program, table, text }) => [program, table, text].filter((part) => part !== null).join(' '),
  equal: (a, b) => leftoverKind.key(a) === leftoverKind.key(b),
};
