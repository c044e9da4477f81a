import { allKinds, type Kind, type Problem } from '../model/cluster.js';
import { isWhole, type Snapshot } from '../model/snapshot.js';
import type { ClusterSource, SourceStatus } from './cluster-source.js';
import type { SourcePorts, SourceTimer } from './source-ports.js';

/** Where the cluster is kept over a restart. */
export interface SnapshotMemory {
  /** Null when nothing was ever saved. */
  load(): Promise<{ readonly snapshot: Snapshot; readonly savedAt: number } | null>;
  save(snapshot: Snapshot): Promise<void>;
}

/** Milliseconds. */
export interface RememberedTimes {
  /** How long the source may take for its first listing before what is remembered is used. */
  readonly patience: number;
  /** From a change to the file: a burst is saved once. */
  readonly saveAfter: number;
  /** From a file that could not be written to the next try. */
  readonly retryAfter: number;
}

const defaultTimes: RememberedTimes = { patience: 5_000, saveAfter: 5_000, retryAfter: 30_000 };

/**
 * A source that does not begin with nothing: when `inner` has not listed the cluster in time, each kind that it does not know yet is as
 * it was when it was last seen in full. From then on each kind is what `inner` says as soon as it has listed it.
 */
export function rememberedSource(
  inner: ClusterSource,
  memory: SnapshotMemory,
  ports: SourcePorts,
  times: RememberedTimes = defaultTimes,
): ClusterSource {
  return new RememberedSource(inner, memory, ports, times);
}

class RememberedSource implements ClusterSource {
  readonly #inner: ClusterSource;
  readonly #memory: SnapshotMemory;
  readonly #ports: SourcePorts;
  readonly #times: RememberedTimes;
  readonly #listeners = new Set<() => void>();
  /** Set from the moment it is used. */
  #recalled: Snapshot | null = null;
  #savedAt = 0;
  #fault: Problem | null = null;
  #merged: { readonly of: Snapshot; readonly as: Snapshot } | null = null;
  #patience: SourceTimer | null = null;
  #saving: SourceTimer | null = null;
  #lastSave: Promise<void> = Promise.resolve();
  #unsubscribe: (() => void) | null = null;
  #isClosed = false;

  constructor(inner: ClusterSource, memory: SnapshotMemory, ports: SourcePorts, times: RememberedTimes) {
    this.#inner = inner;
    this.#memory = memory;
    this.#ports = ports;
    this.#times = times;
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#inner.onChange(() => this.#innerChanged());
    this.#patience = this.#ports.clock.setTimer(this.#times.patience, () => void this.#recall());
    await this.#inner.start();
  }

  snapshot(): Snapshot {
    const now = this.#inner.snapshot();
    if (this.#recalled === null && this.#fault === null) return now;
    if (this.#merged?.of !== now) this.#merged = { of: now, as: this.#merge(now) };
    return this.#merged.as;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): SourceStatus {
    return this.#inner.status();
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#patience?.cancel();
    await this.#inner.close();
    this.#isClosed = true;
    this.#saving?.cancel();
    this.#save();
    await this.#lastSave;
  }

  #innerChanged(): void {
    const now = this.#inner.snapshot();
    if (isWhole(now)) {
      this.#patience?.cancel();
      if (this.#recalled !== null) {
        this.#recalled = null;
        this.#ports.log.log('info', 'source.caught-up', {
          message: 'the cluster was read in full; what was remembered of it is not used any more',
        });
      }
      this.#saveIn(this.#times.saveAfter);
    }
    this.#tell();
  }

  async #recall(): Promise<void> {
    try {
      const remembered = await this.#memory.load();
      if (remembered === null || isWhole(this.#inner.snapshot())) return;
      this.#recalled = remembered.snapshot;
      this.#savedAt = remembered.savedAt;
      this.#ports.log.log('warn', 'source.recalled', { message: this.#recalledText() });
    } catch (error) {
      this.#setFault(`what is remembered of the cluster cannot be used: ${textOf(error)}`);
    }
    this.#changed();
  }

  #saveIn(milliseconds: number): void {
    this.#saving ??= this.#ports.clock.setTimer(milliseconds, () => this.#save());
  }

  #save(): void {
    this.#saving = null;
    const snapshot = this.#inner.snapshot();
    if (!isWhole(snapshot)) return;
    this.#lastSave = this.#lastSave.then(async () => {
      const before = this.#fault;
      try {
        await this.#memory.save(snapshot);
        this.#fault = null;
      } catch (error) {
        this.#setFault(
          `the cluster cannot be saved, so a restart while the API server is away begins with what was saved before: ${textOf(error)}; give --data-dir a folder with room that the agent may write`,
        );
        if (!this.#isClosed) this.#saveIn(this.#times.retryAfter);
      }
      if (before?.message !== this.#fault?.message) this.#changed();
    });
  }

  #setFault(message: string): void {
    this.#fault = { place: 'state/cluster', message };
  }

  #changed(): void {
    this.#merged = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #merge(now: Snapshot): Snapshot {
    const problems = this.#fault === null ? [...now.problems] : [...now.problems, this.#fault];
    const recalled = this.#recalled;
    if (recalled === null) return Object.freeze({ ...now, problems });
    const isOld = (kind: Kind): boolean => !now.listed.has(kind) && !now.degraded.has(kind);
    const from = (kind: Kind): Snapshot => (isOld(kind) ? recalled : now);
    const degraded = new Map(now.degraded);
    for (const [kind, reason] of recalled.degraded) if (isOld(kind)) degraded.set(kind, reason);
    return Object.freeze({
      nodes: from('Node').nodes,
      services: from('Service').services,
      endpointSlices: from('EndpointSlice').endpointSlices,
      listed: new Set(allKinds.filter((kind) => from(kind).listed.has(kind))),
      degraded,
      problems: [...problems, { place: 'state/cluster', message: this.#recalledText() }],
    });
  }

  #recalledText(): string {
    const when = new Date(this.#savedAt).toISOString();
    return `the cluster could not be read in full since the start; what is missing is taken to be as it was at ${when}`;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
