import type { ControlClient } from '@peerage/control';
import type { Result } from '../result.js';

/** One `peerage show …` command: asks, and says what it found. It never prints. */
export interface ShowCommand {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments in commander's notation: `<peer>`, `[prefix]`. */
  readonly arguments: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly flags: string; readonly summary: string }[];
  run(
    client: ControlClient,
    args: readonly (string | undefined)[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<Result>;
}
