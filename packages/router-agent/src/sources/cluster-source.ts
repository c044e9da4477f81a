import type { Snapshot } from '../model/snapshot.js';

/** How well a source reaches what it reads from. */
export interface SourceStatus {
  readonly kind: 'manifests' | 'kubernetes';
  /** `in sync`, `listing`, `unreachable: …`. */
  readonly state: 'starting' | 'in-sync' | 'unreachable';
  readonly message: string;
  /** Wall-clock milliseconds of the last good contact or read. */
  readonly lastContact: number | null;
}

/** Where cluster facts come from. After `start` it keeps itself up to date until `close`. */
export interface ClusterSource {
  /** Begins; resolves when it has begun, not when it is in sync. Rejects only for our caller's mistakes (no such folder, bad kubeconfig). */
  start(): Promise<void>;
  snapshot(): Snapshot;
  /** Called, coalesced, after the snapshot changed. Returns how to stop. */
  onChange(listener: () => void): () => void;
  status(): SourceStatus;
  close(): Promise<void>;
}
