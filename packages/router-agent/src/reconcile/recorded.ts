import type { Change, Driver } from '../items/item.js';

/** One change that would be made, for people and programs. */
export interface PlannedChange {
  readonly verb: Change<unknown>['verb'];
  /** Kind of thing. */
  readonly kind: string;
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A driver that reads what is and only notes down what it is asked to change. */
export function recorded<T>(driver: Driver<T>, note: (change: PlannedChange) => void): Driver<T> {
  return {
    kind: driver.kind,
    read: (signal) => driver.read(signal),
    apply: async (changes) => {
      for (const change of changes) note({ kind: driver.kind.name, ...change });
      return [];
    },
  };
}
