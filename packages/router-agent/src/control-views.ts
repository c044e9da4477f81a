import type { AgentViews, SpeakerActions, SpeakerViews } from '@peerage/control';
import type { Agent } from './agent.js';
import type { Config } from './config/config.js';
import { configRows } from './config/config-rows.js';
import { annotations } from './desired/annotations/annotation-table.js';

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
    config: () => configRows(agent.config, annotationsOf(agent)),
    problems: () => agent.problems.list(),
    advertisements: () => agent.advertisements,
    kernel: () => ({
      families: agent.kernelView().map((family) => ({ ...family, failed: [...family.failed] })),
    }),
  };
}

/** Those of this node that mean something. Some hold passwords. */
function annotationsOf(agent: Agent): Parameters<typeof configRows>[1] {
  const { snapshot, config } = agent;
  const given = Object.entries(snapshot.nodes.get(config.nodeName)?.annotations ?? {});
  return given
    .filter(([name]) => Object.hasOwn(annotations, name))
    .map(([name, value]) => ({ name, value, isSecret: /peers$|password/.test(name) }));
}
