import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type LeftoverItem, leftoverKind } from '../items/leftover.js';
import { eachChange } from './each-change.js';
import {
  type LegacyTables,
  programsWith,
  type RunIptables,
  readLegacyTables,
  rulesOf,
  runIptables,
  wordsOf,
} from './iptables.js';

/** Which things of kube-router are looked for. */
export interface LeftoverSearch {
  readonly table: 'filter' | 'nat';
  readonly chain: string;
  isLeftover(rule: string): boolean;
  /** Sets that its rules alone used. */
  readonly sets: readonly string[];
}

const podSets = ['kube-router-pod-subnets', 'kube-router-node-ips'];
const comments = [
  'allow outbound traffic from pods',
  'allow inbound traffic to pods',
  'allow outbound node port traffic on node interface with which node ip is associated',
];

/** Rules by which kube-router lets packets of pods pass; in their place ours stand where they are needed. */
export const forwardLeftovers: LeftoverSearch = {
  table: 'filter',
  chain: 'FORWARD',
  isLeftover: (rule) =>
    comments.some((comment) => rule.includes(`--comment "${comment}"`)) && rule.endsWith('-j ACCEPT'),
  sets: [],
};

/** Rules and sets by which kube-router masquerades what pods send out; in their place is our table. */
export const egressLeftovers: LeftoverSearch = {
  table: 'nat',
  chain: 'POSTROUTING',
  isLeftover: (rule) => /--match-set (inet6:)?kube-router-pod-subnets src .*-j MASQUERADE/.test(rule),
  sets: [...podSets, ...podSets.map((name) => `inet6:${name}`)],
};

/** What kube-router left in iptables and ipset. Chains and sets of its firewall and service proxy are not looked at. */
export class LeftoverDriver implements Driver<LeftoverItem> {
  readonly kind = leftoverKind;
  readonly #search: LeftoverSearch;
  readonly #run: RunIptables;
  readonly #legacyTables: LegacyTables;

  constructor(
    search: LeftoverSearch,
    run: RunIptables = runIptables,
    legacyTables: LegacyTables = readLegacyTables,
  ) {
    this.#search = search;
    this.#run = run;
    this.#legacyTables = legacyTables;
  }

  /** Sets come first: what is wanted no more is unmade from the last to the first, and rules use sets. */
  async read(signal: AbortSignal): Promise<readonly LeftoverItem[]> {
    const { table, chain, isLeftover } = this.#search;
    const items: LeftoverItem[] = await this.#sets(signal);
    for (const program of await programsWith(table, this.#legacyTables)) {
      const rules = (await rulesOf(this.#run, program, table, chain, signal)) ?? [];
      for (const text of rules.filter(isLeftover)) items.push({ program, table, text });
    }
    return items;
  }

  apply(changes: readonly Change<LeftoverItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before }) => {
      if (before === undefined) return;
      const { program, table, text } = before;
      const args =
        table === null ? ['destroy', text] : ['-w', '5', '-t', table, ...wordsOf(text).with(0, '-D')];
      const { status, stderr } = await this.#run(program, args, signal);
      if (status !== 0) throw new Error(stderr.trim().split('\n')[0] || `it ended with status ${status}`);
    });
  }

  async #sets(signal: AbortSignal): Promise<LeftoverItem[]> {
    const { sets } = this.#search;
    if (sets.length === 0) return [];
    const { status, stdout } = await this.#run('ipset', ['list', '-n'], signal);
    if (status !== 0) return [];
    const there = stdout.trim().split('\n');
    return sets
      .filter((name) => there.includes(name))
      .map((text) => ({ program: 'ipset', table: null, text }));
  }
}
