import type { Kind } from '../../model/cluster.js';
import { placeOf } from '../cluster-object.js';
import type { ClusterStore } from '../cluster-store.js';
import { formatPath } from '../raw-object.js';
import { type RawKind, translate } from '../translate.js';

/** Puts raw objects of one kind into the store. One that is wrong keeps its last good form, and is a problem until it is mended. */
export class KindWriter {
  readonly #kind: Kind;
  readonly #store: ClusterStore;

  constructor(kind: Kind, store: ClusterStore) {
    this.#kind = kind;
    this.#store = store;
  }

  /** Takes the objects as all there are. */
  replace(rawKind: RawKind, objects: readonly unknown[]): void {
    const present = new Set(objects.map((object) => this.put(rawKind, object)));
    for (const key of this.#store.keys(this.#kind))
      if (!present.has(key)) this.#store.remove(this.#kind, key);
    const prefix = placeOf(this.#kind, '');
    for (const heading of this.#store.problemHeadings()) {
      if (heading.startsWith(prefix) && !present.has(heading.slice(prefix.length)))
        this.#store.setProblems(heading, []);
    }
    this.#store.markListed(this.#kind);
  }

  /** Gives the object's key. */
  put(rawKind: RawKind, object: unknown): string {
    const translation = translate(rawKind, object);
    if (translation.ok) {
      this.#store.put(translation.object);
      this.#store.setProblems(placeOf(this.#kind, translation.object.key), []);
      return translation.object.key;
    }
    const key = translation.key ?? '(without a name)';
    const place = placeOf(this.#kind, key);
    const kept = this.#store.has(this.#kind, key) ? '; its last good form is kept' : '';
    this.#store.setProblems(
      place,
      translation.issues.map(({ path, message }) => ({
        place,
        message: `${formatPath(path)} ${message}${kept}`,
      })),
    );
    return key;
  }

  remove(rawKind: RawKind, object: unknown): void {
    const translation = translate(rawKind, object);
    const key = translation.ok ? translation.object.key : translation.key;
    if (key === null) return;
    this.#store.remove(this.#kind, key);
    this.#store.setProblems(placeOf(this.#kind, key), []);
  }
}
