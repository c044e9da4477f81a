import type { FlagType } from './config/flag-type.js';
import { flagNames, flagRow } from './config/flags.js';

/** A flag of the agent, as far as a shell completes it. */
export interface ShellFlag {
  readonly name: string;
  /** One letter, or empty. */
  readonly short: string;
  /** Takes no value. */
  readonly isSwitch: boolean;
  readonly meaning: string;
}

/** Every flag of `peerage agent`, for completion in shells. */
export function shellFlags(): readonly ShellFlag[] {
  return flagNames.flatMap((name) => {
    const row = flagRow(name);
    if (row === undefined) return [];
    const isSwitch = (row.type as FlagType<unknown>).goName === 'bool';
    return [{ name, short: row.short ?? '', isSwitch, meaning: row.meaning }];
  });
}
