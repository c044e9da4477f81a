import type { PathAttributes } from '../../attributes/path-attributes.js';
import type { BgpRole } from '../../capabilities/capability.js';
import type { PeerState } from '../../fsm/state.js';
import type { ShownNlri } from '../../nlri/show-nlri.js';
import type { AoAlgorithm, AoState } from '../../ports/transport.js';
import type { MessageCounts } from '../../session/counters.js';
import type { NotificationRecord, SessionError } from '../../session/session-error.js';
import type { AggregateStatus } from '../settings/aggregate.js';
import type { SettingOrigin } from '../settings/peer-groups.js';

export type { PeerState } from '../../fsm/state.js';
export type { MessageCounts } from '../../session/counters.js';

/** Why a peer is kept down, and until when. */
export interface HeldDown {
  readonly reason: string;
  /** Wall-clock milliseconds; absent: until the configuration changes or the peer is reset. */
  readonly until?: number;
}

/** One family of a peer: whether it is exchanged, and how much of it. */
export interface PeerFamilyStatus {
  readonly family: string;
  /** Both sides offered it. */
  readonly negotiated: boolean;
  /** Why it is not, when we know: `no own next hop of this family`, `not offered by the peer`. */
  readonly reason?: string;
  /** What we do with path identifiers (RFC 7911), by both OPENs; absent: nothing. */
  readonly addPath?: 'receive' | 'send' | 'both';
  /** Routes of this IPv4 family may have IPv6 next hops, in both directions (RFC 8950); absent: they may not. */
  readonly extendedNextHop?: true;
  readonly received: number;
  readonly accepted: number;
  readonly advertised: number;
  readonly endOfRib: boolean;
  /** Most prefixes that the peer may send, when there is a limit. */
  readonly maxPrefixes?: number;
  /** Routes kept over a restart of the peer, and not sent again yet; absent when there are none. */
  readonly stale?: number;
}

/** Stale routes of a peer, as its status shows them. */
export interface RetentionStatus {
  /** `away`: the session is lost; `resyncing`: it is back, and End-of-RIB is awaited. */
  readonly phase: 'away' | 'resyncing';
  /** Until all that is not long-lived goes. */
  readonly secondsLeft?: number;
  /** By family name, until its long-lived stale routes go. */
  readonly longLivedSecondsLeft?: Readonly<Record<string, number>>;
}

/** TCP-AO of a peer, without its secrets. */
export interface PeerAoStatus {
  /** As configured: the peer is asked to send with the first. */
  readonly keys: readonly {
    readonly sendId: number;
    readonly receiveId: number;
    readonly algorithm: AoAlgorithm;
  }[];
  /** What the kernel says of the connection, while there is one. */
  readonly connection?: Omit<AoState, 'keys'>;
}

/** One neighbour as it stands. A plain value: it does not change after it was made. */
export interface PeerStatus {
  /** Its name: the address, or the interface that it is known by. */
  readonly address: string;
  /** Of a peer that is known by its interface: the router that was found there. */
  readonly neighbour?: string;
  readonly description?: string;
  /** Fields that the peer and its groups set, and which of them did; absent without groups. */
  readonly configuration?: readonly SettingOrigin[];
  /** 0 while any external AS may come. */
  readonly remoteAs: number;
  readonly localAs: number;
  readonly type: 'internal' | 'external';
  /** It is of another member of our confederation (RFC 5065). */
  readonly confederationMember?: true;
  readonly state: PeerState;
  /** Set when the peer cannot start as configured. */
  readonly refused?: { readonly code: string; readonly message: string };
  /** Set while the peer is kept down, for example because it sent too many prefixes. */
  readonly heldDown?: HeldDown;
  /** Wall-clock milliseconds of the last change of state. */
  readonly stateSince: number;
  /** Seconds in Established; absent in other states. */
  readonly uptimeSeconds?: number;
  /** How often Established was reached, and left. */
  readonly establishedCount: number;
  readonly flaps: number;
  /** While routes of a lost session are kept (RFC 4724, RFC 9494). */
  readonly gracefulRestart?: RetentionStatus;
  readonly passive: boolean;
  /** We are its route reflector. */
  readonly routeReflectorClient?: true;
  /** We are its route server. */
  readonly routeServerClient?: true;
  readonly shutdown: boolean;
  /** What import policy rejects is not kept, where the peer can be asked for it again. */
  readonly keepReceived?: false;
  readonly remoteRouterId?: string;
  /** Host and domain that the peer told (FQDN capability). */
  readonly remoteHostName?: string;
  readonly remoteDomainName?: string;
  /** What the peer calls its software (capability 75). */
  readonly remoteSoftwareVersion?: string;
  /** Our role towards the peer, and the one that it told (RFC 9234). */
  readonly role?: BgpRole;
  readonly remoteRole?: BgpRole;
  /** Most octets that a message may have: 4096, or 65535 where both sides offered it (RFC 8654). */
  readonly maxMessage?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly remotePort?: number;
  /** Negotiated, seconds. */
  readonly holdTime?: number;
  readonly keepaliveTime?: number;
  readonly families: readonly PeerFamilyStatus[];
  /** Names of the capabilities the peer offered. */
  readonly capabilities: readonly string[];
  /** Octets that wait in Established: what came and was not taken yet, and what the kernel has not taken. */
  readonly queued?: { readonly inbox: number; readonly outbox: number };
  readonly sent: MessageCounts;
  readonly received: MessageCounts;
  readonly lastError?: SessionError;
  readonly lastNotification?: NotificationRecord;
  /** A likely cause in plain words, when the symptoms fit one (for example MD5). */
  readonly hint?: string;
  /** TCP-AO (RFC 5925), where it is configured. */
  readonly tcpAo?: PeerAoStatus;
  /** Whether the transport is protected by MD5; the key itself is never shown. */
  readonly md5: boolean;
}

/** A family whose route selection waits for End-of-RIB (RFC 4724 §4.1), and of whom. */
export interface DeferralStatus {
  readonly family: string;
  readonly waitingFor: readonly string[];
}

/** A speaker as it stands: who it is, and how much it holds. A plain value. */
export interface SpeakerStatus {
  readonly localAs: number;
  /** The AS of our confederation, of which `localAs` is a member. */
  readonly confederation?: number;
  readonly routerId: string;
  readonly listening: readonly { readonly address: string; readonly port: number }[];
  readonly startedAt: number;
  readonly peers: { readonly configured: number; readonly established: number };
  /** Absent unless this speaker restarts and waits. */
  readonly deferred?: readonly DeferralStatus[];
  readonly families: readonly {
    readonly family: string;
    readonly prefixes: number;
    readonly paths: number;
  }[];
  readonly attributeSets: number;
  readonly nextHops: number;
}

/** One path of a prefix. */
export interface PathStatus {
  /** Address of the peer, or `local`. */
  readonly peer: string;
  readonly owner?: string;
  /** Path identifier (RFC 7911): as the peer sent it, in a list of what is advertised as we send it. Absent: none. */
  readonly pathId?: number;
  /** Empty where the family has none. */
  readonly nextHop: string;
  /** In families that have more than prefixes: the NLRI that this path came with, where it differs (other labels). */
  readonly nlri?: ShownNlri;
  readonly best: boolean;
  /** Belongs to the set of equal-cost paths. */
  readonly multipath: boolean;
  /** Absent when import policy rejected it. */
  readonly accepted: boolean;
  /** Why it is best, or which rule it lost by: `shorter AS path`. */
  readonly reason: string;
  /** Present for an aggregate of ours. */
  readonly aggregate?: Omit<AggregateStatus, 'prefix'>;
  readonly attributes: PathAttributes;
  /** Seconds since it came or changed. */
  readonly ageSeconds: number;
}

/** A destination with all of its paths. */
export interface RouteStatus {
  readonly family: string;
  /** Of a family that has more than prefixes: one line that says which destination it is. */
  readonly prefix: string;
  /** Its value, in such a family; octets as hex where only these are known. */
  readonly nlri?: ShownNlri;
  readonly paths: readonly PathStatus[];
}

/** A destination that this speaker originates. */
export interface OwnedRoute {
  /** A prefix, or what the family has in its place, as text. */
  readonly prefix: string;
  readonly owner: string;
  /** Absent for unicast. */
  readonly family?: string;
}

/** A page of a table. Ask again with `after: next` until `next` is absent. */
export interface RoutePage {
  readonly routes: readonly RouteStatus[];
  readonly next?: string;
}

/** Which routes to list. */
export interface RouteQuery {
  /** Default: all. */
  readonly family?: string;
  /**
   * One prefix, or an address: then the longest prefix that covers it. With a family that has more than prefixes: all
   * destinations whose text has this in it.
   */
  readonly prefix?: string;
  /** Page size, 1 … 10,000. Default 100. */
  readonly limit?: number;
  readonly after?: string;
}
