import type { BgpSpeaker, Clock } from '@peerage/bgp';
import type { Problem } from './model/cluster.js';
import type { Metrics } from './observe/metrics.js';
import { NodeEvents, type ToldEvent } from './observe/node-events.js';
import type { ProblemBoard } from './observe/problem-board.js';
import type { EventSink } from './sinks/event-sink.js';

/** Milliseconds that the API server may take for an Event. */
const deadline = 10_000;

/** Events about `node` on their way to `sink`; null where there is none. */
export function nodeEventsTo(
  sink: EventSink | null,
  node: string,
  clock: Clock,
  told: { readonly metrics: Metrics; readonly problems: ProblemBoard },
): NodeEvents | null {
  if (sink === null) return null;
  return new NodeEvents({
    now: () => clock.now(),
    setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
    send: (event) => sink.send(node, event, AbortSignal.timeout(deadline)),
    counted: (outcome, count) => told.metrics.count('peerage_node_events_total', count, outcome),
    failing: (message) =>
      told.problems.tell('events', message === null ? [] : [{ place: 'api:events', message }]),
  });
}

/** Tells of each session that ends, and that comes back, and of each peer that cannot start. */
export function tellSessions(speaker: BgpSpeaker, tell: (event: ToldEvent) => void): void {
  speaker.on('peer:down', ({ address, remoteAs }, error) => {
    const message = `the BGP session with ${address} (AS ${remoteAs}) ended: ${error.message}`;
    tell({ type: 'Warning', reason: 'BgpSessionDown', message });
  });
  speaker.on('peer:established', ({ address, remoteAs, flaps }) => {
    // At the start there is one for every node of the cluster, and nothing to be seen to.
    if (flaps === 0) return;
    const message = `the BGP session with ${address} (AS ${remoteAs}) is Established again`;
    tell({ type: 'Normal', reason: 'BgpSessionUp', message });
  });
  speaker.on('peer:refused', ({ address }, error) => {
    tell({
      type: 'Warning',
      reason: 'BgpPeerRefused',
      message: `${address} cannot be peered with: ${error.message}`,
    });
  });
}

const clusterObjects = /^(nodes|services|endpointslices)\//;

/** What is told of a problem: those with objects of the cluster are for their owners; others are the operator's, and told elsewhere. */
export function problemEvent({ place, message }: Problem): ToldEvent | null {
  if (!clusterObjects.test(place)) return null;
  return { type: 'Warning', reason: 'InvalidObject', message: `${place}: ${message}` };
}
