import { type AnnotationItem, annotationKind } from '../items/annotation.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { eachChange } from './each-change.js';

/** Annotations of ours on the own Node: read where the cluster is read, written by a sink. */
export class AnnotationDriver implements Driver<AnnotationItem> {
  readonly kind = annotationKind;
  readonly #names: readonly string[];
  readonly #annotations: () => Readonly<Record<string, string>>;
  readonly #write: (change: Readonly<Record<string, string | null>>, signal: AbortSignal) => Promise<void>;

  /** `names` are those that are looked at. */
  constructor(
    names: readonly string[],
    annotations: () => Readonly<Record<string, string>>,
    write: (change: Readonly<Record<string, string | null>>, signal: AbortSignal) => Promise<void>,
  ) {
    this.#names = names;
    this.#annotations = annotations;
    this.#write = write;
  }

  async read(): Promise<readonly AnnotationItem[]> {
    const annotations = this.#annotations();
    return this.#names.flatMap((name) => {
      const value = annotations[name];
      return value === undefined ? [] : [{ name, value }];
    });
  }

  apply(changes: readonly Change<AnnotationItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, ({ key, after }) =>
      this.#write({ [key]: after?.value ?? null }, signal),
    );
  }
}
