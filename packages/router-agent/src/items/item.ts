/** A kind of thing that a driver can hold: what names one of them, and when two are the same. */
export interface ItemKind<T> {
  readonly name: string;
  key(item: T): string;
  equal(a: T, b: T): boolean;
}

/** What one change does. */
export type ChangeVerb = 'create' | 'replace' | 'delete';

/** One step from what is to what should be. `before` is absent for `create`, `after` for `delete`. */
export interface Change<T> {
  readonly verb: ChangeVerb;
  readonly key: string;
  readonly before?: T;
  readonly after?: T;
}

/** A change that did not work. It stops nothing but itself. */
export interface ChangeFailure {
  readonly key: string;
  readonly verb: ChangeVerb;
  /** With the value in it, and the way out. */
  readonly message: string;
}

/** Holds items of one kind in the world outside: the kernel, a file, the speaker. */
export interface Driver<T> {
  readonly kind: ItemKind<T>;
  /** What is there now and is ours. Rejects when it cannot be read at all. */
  read(signal: AbortSignal): Promise<readonly T[]>;
  /** Applies changes in order; one that fails is told in the answer and the others go on. */
  apply(changes: readonly Change<T>[], signal: AbortSignal): Promise<readonly ChangeFailure[]>;
}
