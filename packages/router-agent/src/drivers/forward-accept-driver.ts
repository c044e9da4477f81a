import { type ForwardAcceptItem, type ForwardAccepts, forwardAcceptKind } from '../items/forward-accept.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { eachChange } from './each-change.js';
import {
  type LegacyTables,
  programsWith,
  type RunIptables,
  readLegacyTables,
  rulesOf,
  runIptables,
} from './iptables.js';

const comment = 'peerage: packets of pods';

/**
 * Rules in the FORWARD chains of iptables. Their own verdict counts for that chain alone, so that no table of ours can let pass what such
 * a chain drops: that takes rules in it. They stand only where its policy is DROP, first in the chain, marked by a comment.
 */
export class ForwardAcceptDriver implements Driver<ForwardAcceptItem>, ForwardAccepts {
  readonly kind = forwardAcceptKind;
  readonly #bridge: string;
  readonly #run: RunIptables;
  readonly #legacyTables: LegacyTables;

  constructor(bridge: string, run: RunIptables = runIptables, legacyTables: LegacyTables = readLegacyTables) {
    this.#bridge = bridge;
    this.#run = run;
    this.#legacyTables = legacyTables;
  }

  async needed(signal: AbortSignal): Promise<readonly ForwardAcceptItem[]> {
    const chains = await this.#chains(signal);
    return chains.filter(({ rules }) => rules[0] === '-P FORWARD DROP').map(({ program }) => ({ program }));
  }

  /** Those that have all rules. Half of them is as none: they are put there anew. */
  async read(signal: AbortSignal): Promise<readonly ForwardAcceptItem[]> {
    const chains = await this.#chains(signal);
    return chains
      .filter(({ rules }) => rules.filter((rule) => rule.includes(comment)).length === 2)
      .map(({ program }) => ({ program }));
  }

  apply(
    changes: readonly Change<ForwardAcceptItem>[],
    signal: AbortSignal,
  ): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key, after }) => {
      for (const side of ['-o', '-i']) {
        const rule = [side, this.#bridge, '-m', 'comment', '--comment', comment, '-j', 'ACCEPT'];
        while ((await this.#run(key, ['-w', '5', '-D', 'FORWARD', ...rule], signal)).status === 0);
        if (after === undefined) continue;
        const { status, stderr } = await this.#run(key, ['-w', '5', '-I', 'FORWARD', '1', ...rule], signal);
        if (status !== 0) throw new Error(stderr.trim().split('\n')[0] || `it ended with status ${status}`);
      }
    });
  }

  /** FORWARD chains that exist, by the program that lists them: its policy, then its rules. */
  async #chains(
    signal: AbortSignal,
  ): Promise<readonly { readonly program: string; readonly rules: readonly string[] }[]> {
    const programs = await programsWith('filter', this.#legacyTables);
    const chains = await Promise.all(
      programs.map(async (program) => {
        const rules = await rulesOf(this.#run, program, 'filter', 'FORWARD', signal);
        return rules === null ? [] : [{ program, rules }];
      }),
    );
    return chains.flat();
  }
}
