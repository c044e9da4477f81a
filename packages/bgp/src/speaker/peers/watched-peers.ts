import type { Clock } from '../../ports/clock.js';
import type { TurnLoop } from '../../session/turn-loop.js';
import {
  type AnnounceResult,
  type AnnounceWaitOptions,
  checkWaitOptions,
  type WatchedPeer,
  type WatchHost,
  watchAnnouncement,
} from '../local/announce-watch.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { Peer } from './peer.js';

/** The peers that are Established now, each with this session of it. */
function watchedPeers(peers: Iterable<Peer>): readonly WatchedPeer[] {
  return [...peers].flatMap((peer): WatchedPeer[] => {
    const { index } = peer;
    if (index === null) return [];
    return [
      {
        address: peer.settings.address,
        index,
        position: () => peer.sendPosition(index),
        lastError: () => peer.status().lastError ?? null,
      },
    ];
  });
}

function watchHost(pipeline: Pipeline, loop: TurnLoop, clock: Clock): WatchHost {
  return {
    clock,
    delivery: (index, prefix) => pipeline.delivery(index, prefix),
    version: (prefix) => pipeline.locals.version(prefix),
    eachTurn: (look) => loop.addWork(look),
    wake: () => loop.wake(),
  };
}

/** Checks the options, and gives what waits for prefixes that were announced just now. */
export function announcementWatch(
  options: AnnounceWaitOptions,
  pipeline: Pipeline,
  loop: TurnLoop,
  clock: Clock,
): (peers: Iterable<Peer>, prefixes: readonly string[]) => Promise<readonly AnnounceResult[]> {
  checkWaitOptions(options);
  return (peers, prefixes) => {
    const host = watchHost(pipeline, loop, clock);
    return watchAnnouncement(host, watchedPeers(peers), [...new Set(prefixes)], options);
  };
}
