import type { AgentViews, SpeakerActions, SpeakerViews } from '@peerage/control';
import type { Agent } from './agent.js';
import type { Config } from './config/config.js';

/** What `peerage clear` may do to the sessions of an agent. */
export function speakerActions(agent: Agent): SpeakerActions {
  return {
    resetPeer: (address, communication) => agent.speaker?.resetPeer(address, communication),
    refreshPeer: (address, direction, families) =>
      agent.speaker?.refreshPeer(address, direction, families) ?? [],
  };
}

/** What can be asked of the agent's speaker; before it has started, an empty one answers. */
export function speakerViews(agent: Agent, config: Config): SpeakerViews {
  return {
    status: () =>
      agent.speaker?.status() ?? {
        localAs: config.clusterAsn,
        routerId: '0.0.0.0',
        listening: [],
        startedAt: 0,
        peers: { configured: 0, established: 0 },
        families: [],
        attributeSets: 0,
        nextHops: 0,
      },
    peers: () => agent.speaker?.peers() ?? [],
    peer: (address) => agent.speaker?.peer(address),
    rib: (query) => agent.speaker?.rib(query) ?? { routes: [] },
    explain: (prefix, peer) => agent.speaker?.explain(prefix, peer),
    received: (peer, query) => agent.speaker?.received(peer, query) ?? { routes: [] },
    advertised: (peer, query) => agent.speaker?.advertised(peer, query) ?? { routes: [] },
  };
}

/** What can be asked of the agent itself. */
export function agentViews(agent: Agent): AgentViews {
  return {
    problems: () => agent.problems.list(),
    advertisements: () => agent.advertisements,
    kernel: () => ({
      families: agent.kernelView().map((family) => ({ ...family, failed: [...family.failed] })),
    }),
  };
}
