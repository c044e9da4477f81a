import type { Driver } from '../items/item.js';
import type { RunOutcome } from './controller.js';
import { type DiffOptions, diff } from './diff.js';

/** Things of one kind that should be, and who holds them. What is compared is the driver's own business. */
export interface Layer {
  readonly apply: (part: 'make' | 'unmake', signal: AbortSignal, options: DiffOptions) => Promise<RunOutcome>;
}

/** A layer of these items. */
export function layer<T>(driver: Driver<T>, wanted: readonly T[]): Layer {
  return {
    apply: async (part, signal, options) => {
      const all = diff(driver.kind, wanted, await driver.read(signal), options);
      const changes = all.filter(({ verb }) => (verb === 'delete') === (part === 'unmake'));
      if (changes.length === 0) return { changed: 0, failures: [] };
      const failures = await driver.apply(changes, signal);
      return {
        changed: changes.length - failures.length,
        failures: failures.map(({ verb, key, message }) => `${verb} ${driver.kind.name} ${key}: ${message}`),
      };
    },
  };
}

/**
 * Brings several kinds of things into being, each of which may use those of the layers before it: made from the first layer to the last,
 * then what is not wanted is unmade from the last to the first. A kind that cannot be read stops nothing but itself.
 */
export async function reconcileLayers(
  layers: readonly Layer[],
  signal: AbortSignal,
  options: DiffOptions,
): Promise<RunOutcome> {
  let changed = 0;
  const failures: string[] = [];
  const take = (outcome: RunOutcome): void => {
    changed += outcome.changed;
    failures.push(...outcome.failures);
  };
  const apply = async (each: Layer, part: 'make' | 'unmake'): Promise<void> => {
    try {
      take(await each.apply(part, signal, options));
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  for (const each of layers) await apply(each, 'make');
  if (options.mayDelete) {
    for (const each of [...layers].reverse()) await apply(each, 'unmake');
  }
  return { changed, failures };
}
