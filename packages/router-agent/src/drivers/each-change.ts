import type { Change, ChangeFailure } from '../items/item.js';
import { messageOf } from './errors.js';

/** Applies changes one by one, in order; one that throws becomes a failure and the rest go on. */
export async function eachChange<T>(
  changes: readonly Change<T>[],
  signal: AbortSignal,
  apply: (change: Change<T>) => void | Promise<void>,
): Promise<readonly ChangeFailure[]> {
  const failures: ChangeFailure[] = [];
  for (const change of changes) {
    signal.throwIfAborted();
    try {
      await apply(change);
    } catch (error) {
      failures.push({ key: change.key, verb: change.verb, message: messageOf(error) });
    }
  }
  return failures;
}
