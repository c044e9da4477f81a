/** A Kubernetes object as JSON. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: KubeMeta;
  readonly [field: string]: unknown;
}

export interface KubeMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion?: string;
  readonly [field: string]: unknown;
}

/** One change of one object; `before` and `after` are null where there was, or is, none. */
export interface Change {
  readonly revision: number;
  readonly collection: string;
  readonly key: string;
  readonly before: KubeObject | null;
  readonly after: KubeObject | null;
}

/**
 * What etcd is to the API server: objects, one revision counter for all of them, and the changes since the last compaction,
 * so that an earlier state can be listed and a watch can go on from it.
 *
 * ```
 *   compacted        revision
 *       │ changes ──────▶│          listAt(r) = objects now, with the changes after r undone
 * ```
 */
export class ObjectLog {
  readonly #collections = new Map<string, Map<string, KubeObject>>();
  #changes: Change[] = [];
  #revision = 1;
  #compacted = 0;

  get revision(): number {
    return this.#revision;
  }

  /** Changes up to here are forgotten. */
  get compacted(): number {
    return this.#compacted;
  }

  get(collection: string, key: string): KubeObject | null {
    return this.#collections.get(collection)?.get(key) ?? null;
  }

  /** Stores an object under the next revision, which becomes its resourceVersion. */
  put(collection: string, key: string, object: KubeObject): KubeObject {
    const stored = this.#stamped(object);
    const objects = this.#collections.get(collection) ?? new Map<string, KubeObject>();
    this.#collections.set(collection, objects);
    this.#note({ collection, key, before: objects.get(key) ?? null, after: stored });
    objects.set(key, stored);
    return stored;
  }

  /** Null when there is none. */
  delete(collection: string, key: string): KubeObject | null {
    const before = this.get(collection, key);
    if (before === null) return null;
    this.#collections.get(collection)?.delete(key);
    this.#revision++;
    this.#note({ collection, key, before, after: null });
    return before;
  }

  /** Objects of a collection as they were at a revision, by key; null when that is compacted. */
  listAt(
    collection: string,
    revision: number,
  ): readonly (readonly [key: string, object: KubeObject])[] | null {
    if (revision < this.#compacted) return null;
    const objects = new Map(this.#collections.get(collection));
    for (const change of this.#changes.toReversed()) {
      if (change.revision <= revision) break;
      if (change.collection !== collection) continue;
      if (change.before === null) objects.delete(change.key);
      else objects.set(change.key, change.before);
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Changes of a collection after a revision, in order; null when some are compacted. */
  changesAfter(collection: string, revision: number): readonly Change[] | null {
    if (revision < this.#compacted) return null;
    return this.#changes.filter((change) => change.collection === collection && change.revision > revision);
  }

  /** Forgets the history. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#changes = [];
  }

  #stamped(object: KubeObject): KubeObject {
    this.#revision++;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #note(change: Omit<Change, 'revision'>): void {
    this.#changes.push({ ...change, revision: this.#revision });
  }
}
