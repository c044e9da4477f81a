import type { Driver } from '../items/item.js';
import type { RunOutcome } from './controller.js';
import { type DiffOptions, diff } from './diff.js';
import { plan } from './plan.js';

/** One pass: read, compare, apply. */
export async function reconcile<T>(
  driver: Driver<T>,
  wanted: readonly T[],
  signal: AbortSignal,
  options?: DiffOptions,
): Promise<RunOutcome> {
  const changes = plan(diff(driver.kind, wanted, await driver.read(signal), options));
  if (changes.length === 0) return { changed: 0, failures: [] };
  const failures = await driver.apply(changes, signal);
  return {
    changed: changes.length - failures.length,
    failures: failures.map(({ verb, key, message }) => `${verb} ${driver.kind.name} ${key}: ${message}`),
  };
}
