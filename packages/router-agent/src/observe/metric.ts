import type { PeerStatus, SpeakerStatus } from '@peerage/bgp';
import type { Kind } from '../model/cluster.js';

/** The process of the agent. */
export interface ProcessFigures {
  readonly nodeVersion: string;
  /** CPU time of all threads. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly openFiles: number;
}

/** What the agent is at one moment, as far as its metrics show it. */
export interface MetricsView {
  readonly version: string;
  readonly unimplementedFlags: readonly string[];
  readonly peers: readonly PeerStatus[];
  /** Null while there is no speaker yet. */
  readonly speaker: SpeakerStatus | null;
  /** Routes of each family that should be in the kernel, and those that the kernel has acknowledged. */
  readonly kernel: readonly {
    readonly family: string;
    readonly wanted: number;
    readonly acknowledged: number;
    readonly drifted: number;
  }[];
  /** Routes in the kernel that are ours, and how often one was written and deleted since start. */
  readonly routes: { readonly synced: number; readonly added: number; readonly removed: number };
  /** Links to other nodes. */
  readonly tunnels: number;
  /** How many problems each part has at present. */
  readonly problems: ReadonlyMap<string, number>;
  /** How many objects of each kind are known; kinds that were not listed yet are missing. */
  readonly objects: ReadonlyMap<Kind, number>;
  /** `/readyz` answers 200. */
  readonly isReady: boolean;
  readonly process: ProcessFigures;
}

/** One value, with the values of its labels in the order of the row. */
export type Sample = readonly [labels: readonly (string | number)[], value: number];

interface MetricRow {
  readonly help: string;
  readonly labels: readonly string[];
}

/** A metric that is read off the agent when somebody asks; what is not in the samples is not there any more. */
export interface ReadMetric extends MetricRow {
  readonly type: 'gauge' | 'counter';
  read(view: MetricsView): Iterable<Sample>;
}

/** A metric that the agent counts as things happen. */
export interface KeptMetric extends MetricRow {
  readonly type: 'counter' | 'histogram';
}

/** Every value that `read` gives of each of `items`. */
export function* samplesOf<T>(items: Iterable<T>, read: (item: T) => Iterable<Sample>): Generator<Sample> {
  for (const item of items) yield* read(item);
}
