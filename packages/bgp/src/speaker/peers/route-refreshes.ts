import { encodeRouteRefresh, RefreshSubtype, type RouteRefreshMessage } from '../../message/route-refresh.js';
import type { Family, FamilyKey } from '../../net/family.js';
import type { Timer } from '../../ports/clock.js';
import type { LiveSession } from '../sessions/live-session.js';
import type { PeerHost, PeerLog } from './peer-host.js';

/** ROUTE-REFRESH of one session, in both directions: requests (RFC 2918), and marks around their answers (RFC 7313). */
export class RouteRefreshes {
  readonly #host: Pick<PeerHost, 'pipeline' | 'ports' | 'loop'>;
  readonly #send: (message: Uint8Array) => void;
  readonly #log: PeerLog;
  /** By family: until what the peer has not sent again goes, without its End-of-RR. */
  readonly #timers = new Map<FamilyKey, Timer>();

  constructor(
    host: Pick<PeerHost, 'pipeline' | 'ports' | 'loop'>,
    log: PeerLog,
    send: (message: Uint8Array) => void,
  ) {
    this.#host = host;
    this.#send = send;
    this.#log = log;
  }

  /** A message of the peer. `staleTime`: seconds that its End-of-RR is waited for. */
  take(live: LiveSession, { family, subtype }: RouteRefreshMessage, staleTime: number): void {
    const { pipeline } = this.#host;
    if (subtype === RefreshSubtype.Request) {
      pipeline.refreshOut(live.index, family, live.negotiated.enhancedRouteRefresh);
    } else if (live.negotiated.enhancedRouteRefresh) {
      // RFC 7313 §5: other subtypes are ignored, as all of them are where it was not agreed on.
      if (subtype === RefreshSubtype.Begin) this.#begin(live, family, staleTime);
      if (subtype === RefreshSubtype.End) this.#end(live, family);
    }
    this.#host.loop.wake();
  }

  /** Asks the peer to send routes again, or sends ours again, of all families or some. Returns those that it is possible for. */
  begin(
    live: LiveSession,
    direction: 'in' | 'out',
    wanted: readonly Family[] = live.families,
  ): readonly Family[] {
    const { negotiated, families } = live;
    // RFC 2918 §4
    if (direction === 'in' && !negotiated.routeRefresh) return [];
    const possible = families.filter(({ key }) => wanted.some((family) => family.key === key));
    for (const family of possible) {
      if (direction === 'in') this.#send(encodeRouteRefresh({ family }));
      else this.#host.pipeline.refreshOut(live.index, family, negotiated.enhancedRouteRefresh);
    }
    this.#host.loop.wake();
    return possible;
  }

  /** The session is over. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #begin(live: LiveSession, family: Family, staleTime: number): void {
    const { pipeline, ports } = this.#host;
    // RFC 7313 §4.2: who does graceful restart says by End-of-RIB when its first table is over; before, there is nothing to refresh.
    const isEarly = live.negotiated.gracefulRestart !== null && !pipeline.counts(live.index, family).endOfRib;
    if (isEarly || !pipeline.age(live.index, family, 'begin refresh')) {
      this.#log('debug', 'refresh.ignored', { family: family.name });
      return;
    }
    this.#timers.get(family.key)?.cancel();
    const timer = ports.clock.setTimer(1000 * staleTime, () => {
      this.#log('warn', 'refresh.unfinished', { family: family.name, seconds: staleTime });
      this.#end(live, family);
      this.#host.loop.wake();
    });
    this.#timers.set(family.key, timer);
  }

  #end(live: LiveSession, family: Family): void {
    this.#timers.get(family.key)?.cancel();
    this.#timers.delete(family.key);
    this.#host.pipeline.age(live.index, family, 'end refresh');
  }
}
