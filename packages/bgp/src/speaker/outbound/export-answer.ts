import type { PolicyResult } from '../../policy/policy.js';
import type { NextHopId, PathRow } from '../../rib/ids.js';

/** One path that was asked for. */
export interface ExportAnswer {
  readonly row: PathRow;
  /** What it would go out with. */
  readonly nextHop: NextHopId;
  /** `null`: without a policy everything goes. */
  readonly answer: PolicyResult | string | null;
}

export const NOT_LEAVING =
  'it may not go there: no-export, no-advertise, long-lived stale, learned from an internal peer and not reflected, or of a VPN without a route target that it asked for (RFC 1997, RFC 9494 §4.3, RFC 4271 §9.2, RFC 4684 §6)';

export const NO_NEXT_HOP_FOR_IT =
  'its next hop is an IPv6 address, which this peer does not take for IPv4 (RFC 8950); set nextHopSelf or extendedNextHop';
