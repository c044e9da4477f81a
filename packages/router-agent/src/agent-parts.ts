import type { BgpSpeaker } from '@peerage/bgp';
import type { Config } from './config/config.js';
import type { LearnedRoutes } from './fib/learned-routes.js';
import { allKinds } from './model/cluster.js';
import type { Snapshot } from './model/snapshot.js';
import type { MetricsView, ProcessFigures } from './observe/metric.js';
import { type ReadinessCheck, type ReadinessFacts, readiness } from './observe/readiness.js';
import type { Controller } from './reconcile/controller.js';

/** What an agent is made of, at one moment, for those who look at it. */
export interface AgentParts {
  readonly version: string;
  readonly config: Config;
  readonly snapshot: Snapshot;
  readonly controllers: readonly Controller[];
  readonly speaker: BgpSpeaker | null;
  /** Monotonic milliseconds. */
  readonly speakerSince: number;
  readonly learned: LearnedRoutes;
  readonly tunnels: number;
  readonly problems: ReadonlyMap<string, number>;
  readonly isStopping: boolean;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly process: ProcessFigures;
}

/** What must hold before packets should be sent to the node, and whether it does. */
export function readinessOf(parts: AgentParts): readonly ReadinessCheck[] {
  const { snapshot, controllers, learned, isStopping, now } = parts;
  const { listed, degraded } = snapshot;
  return readiness({
    isStopping,
    unread: allKinds.filter((kind) => !listed.has(kind) && !degraded.has(kind)),
    loops: controllers.map(({ name, hasSettled, unsettledSince }) => ({
      name,
      hasSettled,
      unsettledFor: unsettledSince === null ? null : now - unsettledSince,
    })),
    peers: peersReached(parts),
    routes: { isComplete: learned.fib.complete, waitingFor: learned.waitingFor },
  });
}

function peersReached({ speaker, speakerSince, now }: AgentParts): ReadinessFacts['peers'] {
  if (speaker === null) return null;
  const neverUp = speaker
    .peers()
    .filter((peer) => peer.establishedCount === 0 && peer.refused === undefined && !peer.shutdown)
    .map(({ address }) => address);
  return { neverUp, runningFor: now - speakerSince };
}

/** What the metrics show. */
export function metricsViewOf(parts: AgentParts): MetricsView {
  const { config, snapshot, speaker, learned } = parts;
  const { nodes, services, endpointSlices, listed } = snapshot;
  const sizes = { Node: nodes.size, Service: services.size, EndpointSlice: endpointSlices.size };
  return {
    version: parts.version,
    unimplementedFlags: config.unimplementedFlags,
    peers: speaker?.peers() ?? [],
    speaker: speaker?.status() ?? null,
    kernel: learned.counts(),
    routes: learned.totals(),
    tunnels: parts.tunnels,
    problems: parts.problems,
    objects: new Map([...listed].map((kind) => [kind, sizes[kind]])),
    isReady: readinessOf(parts).every(({ missing }) => missing === null),
    process: parts.process,
  };
}
