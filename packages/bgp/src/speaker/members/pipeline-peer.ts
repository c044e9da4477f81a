import type { UpdateContext } from '../../message/update-context.js';
import type { Family, FamilyKey } from '../../net/family.js';
import type { FamilyCodecs } from '../../nlri/family-codecs.js';
import type { PeerRole, Policy } from '../../policy/policy.js';
import type { NextHopTracker } from '../../ports/next-hop-tracker.js';
import type { OriginValidator } from '../../ports/origin-validator.js';
import type { TableLimits } from '../settings/config.js';
import type { DefaultOrigins } from '../settings/default-origin.js';
import type { FlowspecValidation } from '../settings/flowspec-validation.js';
import type { LinkLocalForm } from '../settings/link-local-form.js';
import type { SessionRules } from './session-rules.js';

/** Where packed UPDATEs of one session go. */
export interface Outbox {
  /**
   * Takes whole messages, shared between peers and never changed afterwards. They are taken in any case; false asks the
   * pipeline to wait for `writable` before it sends more.
   */
  send(block: Uint8Array, messages: number): boolean;
  /** Takes a ROUTE-REFRESH, in order with these. Only for sessions with route refresh (RFC 2918, RFC 7313). */
  sendRouteRefresh?(message: Uint8Array): void;
}

/** An established session, as the pipeline needs it. It stays as it is until `closePeer`. */
export interface PipelinePeer {
  readonly address: string;
  readonly as: number;
  readonly type: 'internal' | 'external';
  /** What the peer said that it is (RFC 9234); absent when it said nothing. */
  readonly role?: PeerRole | undefined;
  readonly localAs: number;
  /** Of another member of our confederation (RFC 5065). Default: no. */
  readonly isMember?: boolean;
  /** Milliseconds between bursts of announcements; absent: none. */
  readonly advertisementInterval?: number | undefined;
  /** The AS of our confederation, for peers within it: their paths must not have it. */
  readonly confederationId?: number | undefined;
  /** BGP identifier from the peer's OPEN. */
  readonly routerId: number;
  readonly context: UpdateContext;
  /** Negotiated, each with an own next hop in `nextHops`. */
  readonly families: readonly Family[];
  /** Own next hop on this session: 4 octets, 16, or 32 with a link-local address (RFC 2545 §3). */
  readonly nextHops: ReadonlyMap<FamilyKey, Uint8Array>;
  /**
   * The interface that link-local next hops of this session are bound to; absent where it is not known. `isOnLink`: the
   * session itself runs over link-local addresses.
   */
  readonly link?: { readonly interface: string; readonly isOnLink: boolean } | undefined;
  /** Families of IPv4 that may be sent with IPv6 next hops (RFC 8950). Absent: none. */
  readonly extendedNextHop?: ReadonlySet<FamilyKey>;
  /** How a next hop that is link-local alone is written. Default `double`. */
  readonly linkLocalForm?: LinkLocalForm;
  /** Address of our end, 4 or 16 octets: what has it as next hop, whoever sends it, is refused. */
  readonly ownAddress?: Uint8Array | undefined;
  /** Of the other end, where `address` is a name. */
  readonly remoteAddress?: Uint8Array | undefined;
  /** Own address as next hop on an internal session too. */
  readonly nextHopSelf: boolean;
  /** AIGP is exchanged (RFC 7311). Default: with internal peers, and members of our confederation. */
  readonly aigp?: boolean;
  /** We are its route reflector (RFC 4456). Default: no. */
  readonly routeReflectorClient?: boolean;
  /** We are its route server (RFC 7947). Default: no. */
  readonly routeServerClient?: boolean;
  /** Its OPEN said that it knows long-lived stale routes (RFC 9494 §4.3); others are not sent any. Default: no. */
  readonly takesLongLived?: boolean;
  /** It is sent them all the same, with NO_EXPORT and LOCAL_PREF 0 (RFC 9494 §4.6). Default: no. */
  readonly sendLongLivedStale?: boolean;
  readonly as4: boolean;
  /** 4096 or 65535. */
  readonly maxMessage: number;
  /**
   * Families of which routes are sent with path identifiers (RFC 7911), and the most paths of a prefix: 1 …, or `ALL_PATHS`.
   * Absent: none.
   */
  readonly addPathSend?: ReadonlyMap<FamilyKey, number>;
  readonly importPolicy: Policy | null;
  readonly exportPolicy: Policy | null;
  /** Default routes that it is sent, by family. Default: none. */
  readonly defaultOrigins?: DefaultOrigins;
  /** Is sent what aggregates keep from others. Default: no. */
  readonly unsuppress?: boolean;
  /** RFC 8212: without a policy an external peer exchanges nothing. */
  readonly requirePolicy: boolean;
  /** What import policy rejects is not kept; the peer is asked to send it again when the policy changes. Default: no. */
  readonly dropsRejected?: boolean;
  /** Flow specifications are held against unicast routes (RFC 8955 §6), those of VPNs against VPN routes (§8). Default: `none`. */
  readonly flowspecValidation?: FlowspecValidation;
  readonly vpnFlowspecValidation?: FlowspecValidation;
  /** What it does beyond the plain rules to AS paths and next hops; absent: nothing. */
  readonly rules?: SessionRules | null;
  readonly outbox: Outbox;
}

/** What may change while a session stays. */
export interface PeerPolicies {
  readonly importPolicy: Policy | null;
  readonly exportPolicy: Policy | null;
  /** Absent: as it was. */
  readonly nextHopSelf?: boolean;
  readonly defaultOrigins?: DefaultOrigins;
  /** Is sent what aggregates keep from others. Default: no. */
  readonly unsuppress?: boolean;
}

export interface PipelineOptions {
  readonly localAs: number;
  /** The AS in AGGREGATOR. Default: `localAs`. */
  readonly aggregatorAs?: number;
  /** BGP identifier of this speaker. */
  readonly routerId: number;
  /** Goes into CLUSTER_LIST of what is reflected (RFC 4456 §7). Default: `routerId`. */
  readonly clusterId?: number;
  /** Most equal-cost paths handed to sinks, 1 … 64. */
  readonly maximumPaths: number;
  /** Equal-cost paths have the same AS path, not only the same length of it. */
  readonly exactAsPath: boolean;
  /** MED is compared between all paths. Default: no. */
  readonly alwaysCompareMed?: boolean;
  /** No MED is the highest. Default: the lowest. */
  readonly medMissingAsWorst?: boolean;
  /** Rows or prefixes that one step of a turn goes through. Default 1024: under 2 ms. */
  readonly stepSize?: number;
  /** Default: those of `SpeakerConfig.tableLimits`. */
  readonly limits?: Required<TableLimits>;
  /** Origin validation for policies; without it every route is `unknown`. */
  readonly validator?: OriginValidator;
  /** Without it every next hop is reachable at metric 0. */
  readonly nextHopTracker?: NextHopTracker;
  /** Default: the families that are built. */
  readonly codecs?: FamilyCodecs;
  /** Monotonic milliseconds, for the age of paths. */
  now(): number;
}

/** Routes of one peer and family. */
export interface PeerCounts {
  readonly received: number;
  readonly accepted: number;
  readonly advertised: number;
  /** The peer's End-of-RIB came. */
  readonly endOfRib: boolean;
  /** Kept over a restart of the peer, and not sent again yet. */
  readonly stale: number;
}

export interface PipelineTotals {
  readonly families: readonly {
    readonly family: string;
    readonly prefixes: number;
    readonly paths: number;
  }[];
  readonly attributeSets: number;
  readonly nextHops: number;
}
