/** What a folder's watch can say of a name: it came, went or another took its place; or its content was written to. */
export type NameSignal = 'placed' | 'written';

/** Milliseconds without a further signal of a name before it is looked at. */
export type NameWaits = Readonly<Record<NameSignal, number>>;

/** What is to be looked at: these names, or the whole folder. */
export type LookAt = ReadonlySet<string> | 'folder';

/**
 * Names of which changes were signalled, until each has been left alone for long enough: a file that is written to again and again holds
 * no other back. What is put in place by a rename is whole at once, and its last signal says so; who writes into a file gets time
 * between two writes. A null name stands for the whole folder.
 */
export class ChangedNames {
  readonly #waits: NameWaits;
  readonly #due = new Map<string | null, number>();

  constructor(waits: NameWaits) {
    this.#waits = waits;
  }

  /** When the next of them is to be looked at; infinity while nothing waits. */
  get due(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#due.values());
  }

  signal(name: string | null, signal: NameSignal, now: number): void {
    this.#due.set(name, now + this.#waits[signal]);
  }

  /** Whether a name is signalled and not due yet. */
  isWaiting(name: string): boolean {
    return this.#due.has(name);
  }

  /** Takes out what is due. Who looks at the whole folder looks at every name that is due, too. */
  take(now: number): LookAt {
    const names = new Set<string>();
    let isWhole = false;
    for (const [name, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(name);
      if (name === null) isWhole = true;
      else names.add(name);
    }
    return isWhole ? 'folder' : names;
  }
}
