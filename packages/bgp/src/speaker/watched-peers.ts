import type { Clock } from '../ports/clock.js';
import type { TurnLoop } from '../session/turn-loop.js';
import type { WatchedPeer, WatchHost } from './announce-watch.js';
import type { Peer } from './peer.js';
import type { Pipeline } from './pipeline.js';

/** The peers that are Established now, each with this session of it. */
export function watchedPeers(peers: Iterable<Peer>): readonly WatchedPeer[] {
  return [...peers].flatMap((peer): WatchedPeer[] => {
    const { index } = peer;
    if (index === null) return [];
    return [{ address: peer.settings.address, index, position: () => peer.sendPosition(index) }];
  });
}

export function watchHost(pipeline: Pipeline, loop: TurnLoop, clock: Clock): WatchHost {
  return {
    clock,
    delivery: (index, prefix) => pipeline.delivery(index, prefix),
    version: (prefix) => pipeline.localVersion(prefix),
    eachTurn: (look) =>
      loop.addWork(() => {
        look();
        return false;
      }),
  };
}
