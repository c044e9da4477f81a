import type { FlagType } from './flag-type.js';

/** Part of the agent that reads a flag. */
export type FlagUser = 'process' | 'routes' | 'proxy' | 'policies' | 'load-balancer' | 'metrics' | 'all';

/** Which versions of the original knew a flag: 0.3.1 (the deployment guide's), the 2.11 line, or only Peerage does. */
export type FlagOrigin = 'both' | 'v0.3.1' | 'v2.11' | 'peerage';

/** All that is known of one flag; parser, help and documentation are drawn from it. */
export interface FlagRow<T> {
  readonly type: FlagType<T>;
  readonly default: T;
  /** One letter, used as `-v`. */
  readonly short: string | null;
  readonly origin: FlagOrigin;
  readonly usedBy: FlagUser;
  readonly meaning: string;
  /** False: accepted and checked, and told at start that it has no effect yet. */
  readonly implemented: boolean;
}

export type AnyFlagRow =
  | FlagRow<boolean>
  | FlagRow<number>
  | FlagRow<string>
  | FlagRow<readonly string[]>
  | FlagRow<readonly number[]>;

/** How a row is written: `both('routes', bool, false, 'What it does.')`. */
type RowWriter = <T>(
  usedBy: FlagUser,
  type: FlagType<T>,
  defaultValue: T,
  meaning: string,
  short?: string,
) => FlagRow<T>;

function rowsOf(origin: FlagOrigin, implemented: boolean): RowWriter {
  return (usedBy, type, defaultValue, meaning, short) => ({
    type,
    default: defaultValue,
    short: short ?? null,
    origin,
    usedBy,
    meaning,
    implemented,
  });
}

/** In both versions of the original, and it works. */
export const both = rowsOf('both', true);
/** In both versions of the original, without effect so far. */
export const bothLater = rowsOf('both', false);
/** Newer than v0.3.1, and it works. */
export const newer = rowsOf('v2.11', true);
/** Newer than v0.3.1, without effect so far. */
export const newerLater = rowsOf('v2.11', false);
/** Only in v0.3.1, and it works. */
export const older = rowsOf('v0.3.1', true);
/** Peerage's own. */
export const own = rowsOf('peerage', true);
