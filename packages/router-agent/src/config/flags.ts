import type { AnyFlagRow, FlagRow } from './flag-row.js';
import { processFlags } from './process-flags.js';
import { proxyFlags } from './proxy-flags.js';
import { routesFlags } from './routes-flags.js';

/**
 * Every flag that the agent accepts: those of both versions of the original, and Peerage's own. The parser, `--help` and
 * `docs/reference/flags.md` are drawn from this one table.
 */
export const flags = { ...processFlags, ...routesFlags, ...proxyFlags };

export type FlagName = keyof typeof flags;

/** The value of each flag, given or by default. Durations are in milliseconds. */
export type FlagValues = {
  readonly [N in FlagName]: (typeof flags)[N] extends FlagRow<infer T> ? T : never;
};

const rows: ReadonlyMap<string, AnyFlagRow> = new Map(Object.entries(flags));

/** The row of a name; undefined when there is no such flag. */
export function flagRow(name: string): AnyFlagRow | undefined {
  return rows.get(name);
}

/** All names in alphabetical order. */
export const flagNames: readonly FlagName[] = (Object.keys(flags) as FlagName[]).sort();
