import type { Negotiated } from '../../capabilities/negotiate.js';
import type { Family } from '../../net/family.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { OwnNextHops } from './own-next-hops.js';

/** What an Established session is made of. */
export interface LiveSession {
  readonly index: PeerIndex;
  readonly negotiated: Negotiated;
  /** Negotiated, and with a next hop of ours. */
  readonly families: readonly Family[];
  /** Those with a limit of prefixes. */
  readonly limited: readonly Family[];
  readonly nextHops: OwnNextHops;
  /** Monotonic milliseconds. */
  readonly since: number;
}
