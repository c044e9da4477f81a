import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, Kind, Node, Problem, Service } from '../model/cluster.js';
import type { ObjectKey, Snapshot } from '../model/snapshot.js';
import type { ClusterObject } from './cluster-object.js';
import type { SourceClock } from './source-ports.js';

/** Least milliseconds between two calls of a listener: in a burst, each call costs a look at the whole cluster. */
const TELL_MILLISECONDS = 50;

/**
 * The last good form of each object, and what is wrong at the moment. Hands out snapshots that never change, and tells when a
 * newer one differs: a change after a quiet time in the next turn of the event loop, those of a burst together.
 */
export class ClusterStore {
  readonly #clock: SourceClock;
  readonly #objects: Readonly<Record<Kind, Map<ObjectKey, ClusterObject>>> = {
    Node: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
  };
  readonly #listed = new Set<Kind>();
  readonly #degraded = new Map<Kind, string>();
  readonly #problems = new Map<string, readonly Problem[]>();
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot | null = null;
  /** Views of the last snapshot, kept while their kind stays as it is. */
  #nodeView: ReadonlyMap<string, Node> | null = null;
  #serviceView: ReadonlyMap<ObjectKey, Service> | null = null;
  #sliceView: ReadonlyMap<ObjectKey, readonly EndpointSlice[]> | null = null;
  #telling = false;
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(clock: SourceClock) {
    this.#clock = clock;
  }

  has(kind: Kind, key: ObjectKey): boolean {
    return this.#objects[kind].has(key);
  }

  keys(kind: Kind): readonly ObjectKey[] {
    return [...this.#objects[kind].keys()];
  }

  put(object: ClusterObject): void {
    const map = this.#objects[object.kind];
    if (isDeepStrictEqual(map.get(object.key), object)) return;
    map.set(object.key, object);
    this.#forget(object.kind);
    this.#changed();
  }

  remove(kind: Kind, key: ObjectKey): void {
    if (!this.#objects[kind].delete(key)) return;
    this.#forget(kind);
    this.#changed();
  }

  /** Replaces what is wrong under one heading; an empty list clears it. */
  setProblems(heading: string, problems: readonly Problem[]): void {
    if (isDeepStrictEqual(this.#problems.get(heading) ?? [], problems)) return;
    if (problems.length === 0) this.#problems.delete(heading);
    else this.#problems.set(heading, problems);
    this.#changed();
  }

  /** Headings under which something is wrong. */
  problemHeadings(): readonly string[] {
    return [...this.#problems.keys()];
  }

  /** Says that a kind was listed in full. */
  markListed(kind: Kind): void {
    if (this.#listed.has(kind)) return;
    this.#listed.add(kind);
    this.#changed();
  }

  setDegraded(kind: Kind, reason: string | null): void {
    if ((this.#degraded.get(kind) ?? null) === reason) return;
    if (reason === null) this.#degraded.delete(kind);
    else this.#degraded.set(kind, reason);
    this.#changed();
  }

  snapshot(): Snapshot {
    if (this.#snapshot !== null) return this.#snapshot;
    this.#nodeView ??= this.#nodes();
    this.#serviceView ??= this.#services();
    this.#sliceView ??= this.#slicesByService();
    this.#snapshot = Object.freeze({
      nodes: this.#nodeView,
      services: this.#serviceView,
      endpointSlices: this.#sliceView,
      listed: new Set(this.#listed),
      degraded: new Map(this.#degraded),
      problems: Object.freeze([...this.#problems.values()].flat()),
    });
    return this.#snapshot;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forget(kind: Kind): void {
    if (kind === 'Node') this.#nodeView = null;
    else if (kind === 'Service') this.#serviceView = null;
    else this.#sliceView = null;
  }

  #changed(): void {
    this.#snapshot = null;
    if (this.#telling) return;
    this.#telling = true;
    const wait = this.#lastTold + TELL_MILLISECONDS - this.#clock.now();
    if (wait <= 0) this.#clock.nextTurn(() => this.#tell());
    else this.#clock.setTimer(wait, () => this.#tell());
  }

  #tell(): void {
    this.#telling = false;
    this.#lastTold = this.#clock.now();
    for (const listener of [...this.#listeners]) listener();
  }

  #nodes(): ReadonlyMap<string, Node> {
    const nodes = new Map<string, Node>();
    for (const object of this.#objects.Node.values())
      if (object.kind === 'Node') nodes.set(object.key, object.node);
    return nodes;
  }

  #services(): ReadonlyMap<ObjectKey, Service> {
    const services = new Map<ObjectKey, Service>();
    for (const object of this.#objects.Service.values()) {
      if (object.kind === 'Service') services.set(object.key, object.service);
    }
    return services;
  }

  #slicesByService(): ReadonlyMap<ObjectKey, readonly EndpointSlice[]> {
    const byService = new Map<ObjectKey, EndpointSlice[]>();
    for (const object of this.#objects.EndpointSlice.values()) {
      if (object.kind !== 'EndpointSlice') continue;
      for (const slice of object.slices) {
        if (slice.service === null) continue;
        const key = `${slice.namespace}/${slice.service}`;
        const slices = byService.get(key);
        if (slices === undefined) byService.set(key, [slice]);
        else slices.push(slice);
      }
    }
    return byService;
  }
}
