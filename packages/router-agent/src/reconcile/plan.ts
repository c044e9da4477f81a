import type { Change } from '../items/item.js';

/**
 * Brings changes into an order that never uses what is not there: what is new is made in the order it was wanted in
 * (what comes first may be used by what comes later), and what goes is unmade after that, the last one first.
 */
export function plan<T>(changes: readonly Change<T>[]): readonly Change<T>[] {
  const made = changes.filter((change) => change.verb !== 'delete');
  const unmade = changes.filter((change) => change.verb === 'delete').reverse();
  return [...made, ...unmade];
}
