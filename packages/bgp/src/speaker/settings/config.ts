import type { PathAttributes } from '../../attributes/path-attributes.js';
import type { BgpRole } from '../../capabilities/capability.js';
import type { NlriValue } from '../../nlri/opaque-families.js';
import type { Policy } from '../../policy/policy.js';
import type { Acceptor, ListenTarget } from '../../ports/transport.js';
import type { FlowspecValidation } from './flowspec-validation.js';
import type { LinkLocalForm } from './link-local-form.js';
import type { TcpAoKey } from './tcp-ao-key.js';

/**
 * A family by name, as in configuration files and in what is shown. The first two are for forwarding; of the others routes are
 * relayed. A family without a name of its own is `afi-16397/safi-70`, and must be among `relayedFamilies`.
 */
export type FamilyName =
  | 'ipv4-unicast'
  | 'ipv6-unicast'
  | 'ipv4-multicast'
  | 'ipv6-multicast'
  | 'ipv4-labeled-unicast'
  | 'ipv6-labeled-unicast'
  | 'vpnv4-unicast'
  | 'vpnv6-unicast'
  | 'vpnv4-multicast'
  | 'vpnv6-multicast'
  | 'l2vpn-evpn'
  | 'ipv4-flowspec'
  | 'ipv6-flowspec'
  | 'vpnv4-flowspec'
  | 'vpnv6-flowspec'
  | 'ipv4-route-target'
  | 'bgp-ls'
  | 'bgp-ls-vpn'
  | 'ipv4-sr-policy'
  | 'ipv6-sr-policy'
  | 'ipv4-mup'
  | 'ipv6-mup'
  | 'ipv4-encapsulation'
  | 'ipv6-encapsulation'
  | 'ipv4-mcast-vpn'
  | 'ipv6-mcast-vpn'
  | 'l2vpn-vpls'
  | `afi-${number}/safi-${number}`;

/**
 * A family that is not built, relayed by the octets of its NLRI. All that must be known of them is where each one ends, and,
 * where not all of its octets tell one route from another, how many do.
 */
export interface RelayedFamily {
  readonly afi: number;
  readonly safi: number;
  /** Octets in front of the length, of a type for example, 0 … 8. Default 0. They belong to the key. */
  readonly lengthAt?: number;
  /** Octets of the length. Default 1. */
  readonly lengthSize?: 1 | 2;
  /** What the length counts of what follows it. Default `octets`. */
  readonly unit?: 'bits' | 'octets';
  /** So many octets behind the length are the key, 1 … 4096. Default: all. */
  readonly keyBytes?: number;
}

/** One destination of a family that has more than prefixes: as a value of its codec (a prefix for multicast), or as octets. */
export interface AnnouncedNlri {
  readonly family: FamilyName;
  /** For example `{ rd: '65000:1', labels: [100], prefix: '10.0.0.0/8' }` of `vpnv4-unicast`. */
  readonly value?: NlriValue | string;
  /** The whole NLRI without path identifier; of a prefix its length in bits and its octets. */
  readonly hex?: string;
}

export type { SpeakerPorts } from '../../ports/speaker-ports.js';
export type { Acceptor } from '../../ports/transport.js';

/** An AS that is divided into member ASes, which others see as one (RFC 5065). */
export interface Confederation {
  /** The AS that others see. */
  readonly identifier: number;
  /** The other members that we have sessions with; `localAs` need not be among them. */
  readonly members: readonly number[];
}

/** Bounds of all tables together: the peer whose UPDATE finds one reached is torn down (Cease / Out of Resources, RFC 4486). */
export interface TableLimits {
  /** Received paths of one family, of all peers, 1 … 2^28. Default 2^24 (16,777,216). */
  readonly paths?: number;
  /** Octets of attribute sets, of all families, 65,536 … 2^31. Default 2^30 (1 GiB). */
  readonly attributeBytes?: number;
}

/** A speaker as a whole. It holds for its life; peers and announcements come and go at any time. */
export interface SpeakerConfig {
  /** 1 … 4294967295, not 23456. In a confederation: our member AS. */
  readonly localAs: number;
  /**
   * Our AS is a member of this confederation. Peers of other `members` get LOCAL_PREF, MED and next hop as internal ones do, and
   * need no policy (RFC 8212 is about peers outside); to all others we are `identifier`. Default: none.
   */
  readonly confederation?: Confederation;
  /** BGP identifier as dotted quad, not 0.0.0.0. */
  readonly routerId: string;
  /** Where to listen. Default: none. Port 0 lets the system choose; `speaker.listening` tells. */
  readonly listen?: readonly (ListenTarget | { readonly acceptor: Acceptor })[];
  /** Cluster id as route reflector (RFC 4456 §7): dotted quad or number, not 0. Default: the router id. */
  readonly clusterId?: string | number;
  /**
   * This start is a restart: what an earlier life of this speaker put into the forwarding plane is still there, for these
   * families. Peers are told (R and F bit, RFC 4724 §3), and routes of these families are chosen only when every peer with
   * `gracefulRestart` that was added before `start` has sent End-of-RIB, or after `deferralTime` seconds (default 360). Leave
   * it out on a first start: then nothing is withheld.
   */
  readonly restarting?: { readonly forwarded: readonly FamilyName[]; readonly deferralTime?: number };
  /** What all tables together may hold; each has a row in `docs/reference/limits.md`. */
  readonly tableLimits?: TableLimits;
  /** What peers have in common, by name: see `PeerConfig.group`. */
  readonly peerGroups?: Readonly<Record<string, PeerGroup>>;
  /** RFC 8212: external peers without a policy exchange nothing. Default true. */
  readonly ebgpRequiresPolicy?: boolean;
  /** Most equal-cost paths that are handed to route sinks, 1 … 64. Default 1. */
  readonly maximumPaths?: number;
  /** Equal-cost paths must have the same AS path, not only the same length of it. Default true. */
  readonly multipathExactAsPath?: boolean;
  /** Compare MED between paths of different neighbouring ASes too. Default false (RFC 4271 §9.1.2.2 c). */
  readonly alwaysCompareMed?: boolean;
  /** Take a path without MED for one with the highest, not the lowest. Default false. */
  readonly medMissingAsWorst?: boolean;
  /** Families that are not built, for peers that have them among their `families`. Default: none. */
  readonly relayedFamilies?: readonly RelayedFamily[];
  /** Name of this host, 1–64 octets, told to every peer that is listening (FQDN capability 73). Default: not told. */
  readonly hostName?: string;
  /** Domain of this host, told beside `hostName`, 1–64 octets. */
  readonly domainName?: string;
  /** What this speaker calls itself, 1–64 octets of UTF-8 (capability 75). Default: not told. */
  readonly softwareVersion?: string;
}

/** Another AS than the speaker's own, for one external peer. */
export interface LocalAs {
  /** 1 … 4294967295, not 23456. */
  readonly as: number;
  /** Do not put it in front of what the peer sends. Default false. */
  readonly noPrepend?: boolean;
  /** Put it alone in front of what the peer is sent, without the speaker's own AS behind it. Default false. */
  readonly replaceAs?: boolean;
}

/** How many prefixes of one family a peer may send. */
export interface MaxPrefixes {
  /** 1 … 4294967295. */
  readonly limit: number;
  /** Percent of the limit from which it is told (`peer:prefixes`, and in the log), 1 … 100. Default 75. */
  readonly warnPercent?: number;
  /** Past the limit: Cease / Maximum Number of Prefixes Reached (RFC 4486), or only a warning. Default `tear-down`. */
  readonly action?: 'tear-down' | 'warn';
  /** Seconds after which a peer that was torn down may come back. Default: when the limit is raised, or by a reset. */
  readonly restartTime?: number;
}

/** Bounds of one session; each has a row in `docs/reference/limits.md`. */
export interface PeerLimits {
  /** Octets received and not taken yet, from which the socket is paused, 4096 … 2^30. Default 262,144. */
  readonly inputBytes?: number;
  /** Octets of UPDATEs waiting to be written, from which the table keeps changes instead, 4096 … 2^30. Default 262,144. */
  readonly outboxBytes?: number;
}

/** Graceful restart of one neighbour (RFC 4724): its routes outlive a lost session, as ours do with it. Times are in seconds. */
export interface GracefulRestartConfig {
  /** How long the peer is asked to keep our routes while we are away, 0 … 4095. Default 120. */
  readonly restartTime?: number;
  /** Keep routes over a NOTIFICATION and the hold timer too, unless it is a Hard Reset (RFC 8538). Default false. */
  readonly notification?: boolean;
  /**
   * Families whose routes are kept for so much longer as a last resort, 1 … 16777215 (RFC 9494): what we ask of the peer, and
   * the most that its own routes are kept here. Default: none.
   */
  readonly longLived?: Readonly<Partial<Record<FamilyName, number>>>;
  /** How long stale routes wait for End-of-RIB once the peer is back, 1 … 86400. Default 360. */
  readonly stalePathTime?: number;
}

/** A default route of ours for one peer. */
export interface DefaultOriginate {
  /** Default: all that the session has. */
  readonly families?: readonly FamilyName[];
  /** Sets attributes of the route, or rejects it: then one of the table may go out. */
  readonly policy?: Policy;
  /** Only while one of these has a usable path; each family looks at its own. Default: always. */
  readonly ifPresent?: readonly string[];
}

/**
 * One neighbour, by its address or by the interface that it is on. That is its name: adding a second of the same name throws.
 * Times are in seconds.
 */
export interface PeerConfig {
  /** IPv4 or IPv6, link-local with its interface: `fe80::2%eth1`. Absent with `interface`. */
  readonly address?: string;
  /**
   * The router at the other end of this interface (an unnumbered peer): its link-local address is found by the `discovery` of
   * the ports. Both families and `extendedNextHop` are on by default, and packets are sent with a TTL of 1.
   */
  readonly interface?: string;
  /** AS of the peer, 1 … 4294967295, not 23456; the speaker's own, or `internal`: an internal peer; `external`: any other. */
  readonly remoteAs: number | 'internal' | 'external';
  /** Groups of `peerGroups` that give what is not set here; the first one that sets a field counts. */
  readonly group?: string | readonly string[];
  /** For people: shown in the status and in the log. */
  readonly description?: string;
  /** Port that is dialled. Default 179. */
  readonly port?: number;
  /** Source address of dialled connections, and the only one accepted ones may arrive at. */
  readonly localAddress?: string;
  /**
   * Source port of dialled connections, 1 … 65535, for filters that ask for one. After a session that ended on our side the system may
   * hold it for about a minute (TIME_WAIT); `lastError` says so. Default: the system chooses.
   */
  readonly localPort?: number;
  /** BGP identifier towards this peer, as dotted quad: several peers may see several routers. Default the speaker's. */
  readonly routerId?: string;
  /** Never dial. Default false. */
  readonly passive?: boolean;
  /** Configured but held down (administrative shutdown). Default false. */
  readonly shutdown?: boolean;
  /** 0, or 3 … 65535. Default 90. */
  readonly holdTime?: number;
  /** Default a third of the negotiated hold time. */
  readonly keepaliveTime?: number;
  /** How long the peer may take nothing of what is sent (RFC 9687), 1 … 65535. Default the larger of 480 and twice the hold time. */
  readonly sendHoldTime?: number;
  /** Default 120, jittered by 0.75 … 1.0. */
  readonly connectRetryTime?: number;
  /** First pause after a session failed; doubles to 60 s while it goes on failing. Default 1. */
  readonly idleHoldTime?: number;
  /** DelayOpenTime (RFC 4271 §8.1.1): our OPEN waits this long for the peer's. Default: it does not wait. */
  readonly delayOpenTime?: number;
  /**
   * Keep what import policy rejects. `false` saves its memory, and asks the peer to send its routes again when the policy changes (RFC
   * 2918); a peer that cannot is treated as with `true`. `maxPrefixes` counts what is kept. Default true.
   */
  readonly keepReceived?: boolean;
  /**
   * Least time between bursts of announcements to this peer (MinRouteAdvertisementInterval, RFC 4271 §9.2.1.1), 0.1 … 600: what changes
   * meanwhile leaves once, in its newest state. Withdrawals do not wait. Default: announcements do not either.
   */
  readonly advertisementInterval?: number;
  /** Bounds of its buffers. */
  readonly limits?: PeerLimits;
  /** The AS that this external peer takes us for; it is neither the speaker's nor the peer's. Default: the speaker's. */
  readonly localAs?: number | LocalAs;
  /** Our role towards this external peer (RFC 9234): it is told, checked against the peer's, and guards against route leaks. */
  readonly role?: BgpRole;
  /** Refuse a peer that tells no role (RFC 9234 §4.2). Default false. */
  readonly strictRole?: boolean;
  /** How often our own AS may be in an AS path that the peer sends, 0 … 10. Default 0: such a route is a loop. */
  readonly allowOwnAs?: number;
  /** Refuse paths with an AS_SET or AS_CONFED_SET, as if they were withdrawn (RFC 9774 §3). Default false. */
  readonly refuseAsSets?: boolean;
  /** Send our AS in place of the peer's own, for sites that share an AS. External peers only. Default false. */
  readonly asOverride?: boolean;
  /** Private ASes (RFC 6996) in what is sent, other than the peer's own: remove `all`, or `replace` them by ours. External peers only. */
  readonly removePrivateAs?: 'all' | 'replace';
  /** Leave the next hop of routes as it came, as a route server does (RFC 7947 §2.2.1). External peers only. Default false. */
  readonly nextHopUnchanged?: boolean;
  /** Most prefixes that the peer may send, for each family: a number, or more than that. Default: no limit. */
  readonly maxPrefixes?: Readonly<Partial<Record<FamilyName, number | MaxPrefixes>>>;
  /** Default: the family of `address`; with `interface` both. */
  readonly families?: readonly FamilyName[];
  /** IPv4 routes with IPv6 next hops (RFC 8950), both ways, where the peer can do it too. Default: for a peer with `interface`. */
  readonly extendedNextHop?: boolean;
  /**
   * Send our link-local address behind a global next hop on a common subnet (RFC 2545 §3), by `localInterface` of the ports. Sessions
   * over link-local addresses do so anyway. Default false: FRR without zebra resets the session over it.
   */
  readonly linkLocalNextHop?: boolean;
  /**
   * How a link-local next hop without a global one is written: once (`single`), twice (`double`), or behind `::` (`unspecified`).
   * Default: `single` when the peer offers it too (draft-ietf-idr-linklocal-capability), else `double`.
   */
  readonly linkLocalForm?: LinkLocalForm;
  /**
   * Own next hop by family, with `extendedNextHop` an IPv6 one for IPv4 too. Default: own address of that family on the
   * session's interface.
   */
  readonly nextHop?: Readonly<Partial<Record<FamilyName, string>>>;
  /** Send our own address as next hop on an internal session too. Default false. */
  readonly nextHopSelf?: boolean;
  /**
   * Exchange AIGP (RFC 7311), the metric of all IGPs on the way: it is compared before AS paths are, and raised by the metric of
   * the next hop where that becomes ours. Default: with internal peers and members of our confederation, not with external ones.
   */
  readonly aigp?: boolean;
  /**
   * Take only those flow specifications to whose destination the best unicast route leads to whoever sent them (RFC 8955 §6,
   * RFC 9117 §4), of VPNs the best VPN route of their route distinguisher; others are kept, and chosen as soon as that holds.
   * `destination-optional`: also those without a destination. Default: `strict` for external peers, `none` for internal ones,
   * members of our confederation, and for those of VPNs (RFC 8955 §8).
   */
  readonly flowspecValidation?: FlowspecValidation;
  /**
   * We reflect to this internal peer what internal peers tell, and to all of them what it tells (RFC 4456). Policies hold as
   * for everyone; the next hop stays as it is, whatever `nextHopSelf` says. Default false.
   */
  readonly routeReflectorClient?: boolean;
  /**
   * We are the route server of this external peer (RFC 7947): what others told goes to it with their AS path, next hop and
   * MED, as if we were not there. Its export policy makes its view; a path that this rejects hides no other. Routes of our
   * own go out as to everyone. Default false.
   */
  readonly routeServerClient?: boolean;
  /**
   * Several paths of a prefix on one session (RFC 7911), for all its families, where the peer can do the other half. Absent:
   * one path, without path identifiers.
   */
  readonly addPath?: {
    /** Take several. Default false. */
    readonly receive?: boolean;
    /** Send all paths that policy admits, or the first 1 … 64 of them in decision order. Default: one, without identifier. */
    readonly send?: 'all' | number;
  };
  /**
   * How long routes wait for the end of a route refresh (RFC 7313) before those that were not sent again go, 1 … 86400. Default
   * 360. Only a peer that marks its refreshes is held to it.
   */
  readonly refreshStaleTime?: number;
  /**
   * Sends long-lived stale routes to this internal peer although it does not know them: with NO_EXPORT and LOCAL_PREF 0 (RFC 9494
   * §4.6). Default false: they are kept from it.
   */
  readonly sendLongLivedStale?: boolean;
  /** Default: a lost session voids the routes of both sides. Changing it needs a new session. */
  readonly gracefulRestart?: GracefulRestartConfig;
  /** TCP MD5 password (RFC 2385), 1–80 octets of UTF-8. Never logged, never in a status. */
  readonly password?: string;
  /**
   * TCP-AO (RFC 5925), where the kernel has it (Linux 6.7); excludes `password`. The peer is asked to send with the first key. Keys are
   * rolled over without a new session: add one at both ends, put it first, take the old one away.
   */
  readonly authentication?: { readonly tcpAo: { readonly keys: readonly TcpAoKey[] } };
  /** Least hop count of the peer + 1 … as TTL to send, for external peers that are not adjacent. Default 1 external, 255 internal. */
  readonly multihopTtl?: number;
  /** GTSM (RFC 5082): accept only packets that made at most this many hops, 1 … 254. Excludes `multihopTtl`. */
  readonly ttlSecurityHops?: number;
  /** Network interface that the sockets are bound to (SO_BINDTODEVICE). Default: any. */
  readonly device?: string;
  /** Which routes of the peer are taken, and how they are changed. Default: none, so that external peers give nothing (RFC 8212). */
  readonly importPolicy?: Policy;
  /** Which routes the peer is sent, and how they are changed. Default: none, so that external peers are sent nothing (RFC 8212). */
  readonly exportPolicy?: Policy;
  /**
   * Send this peer a default route of ours, `0.0.0.0/0` and `::/0`, in place of one in the table, which need not have any. The
   * export policy is not asked about it; where none is set and one is needed (RFC 8212), nothing is sent. Default false.
   */
  readonly defaultOriginate?: boolean | DefaultOriginate;
  /** Send this peer the contributors of aggregates with `summaryOnly` too. Default false. */
  readonly unsuppress?: boolean;
}

/** What peers have in common: any of their fields, taken whole. A group may be built on others. */
export type PeerGroup = Partial<Omit<PeerConfig, 'address' | 'interface'>>;

/** A peer that leaves to its groups what it does not say itself. */
export interface GroupedPeer extends PeerGroup {
  /** One of the two, as in `PeerConfig`. */
  readonly address?: string;
  readonly interface?: string;
  readonly group: string | readonly string[];
}

/** A route of ours to be withdrawn: a prefix, or a destination of another family. */
export type RouteRef = string | AnnouncedNlri;

/**
 * Peers that are known by a prefix only: one is made when it dials us, and forgotten when its session ends. A peer that is
 * configured by its address is none of a range, and the longest prefix counts.
 */
export interface PeerRange extends Omit<PeerConfig, 'address' | 'interface' | 'passive' | 'remoteAs'> {
  /** Not needed where a group has it. */
  readonly remoteAs?: PeerConfig['remoteAs'];
  /** `192.0.2.0/24`, `2001:db8::/64`. */
  readonly prefix: string;
  /** Most peers at a time, 1 … 65,534; more are turned away. Default 100. */
  readonly limit?: number;
}

/** Prefixes that share attributes and an owner. */
export interface Announcement {
  /** Text, `192.0.2.0/24`; both families may be mixed. */
  readonly prefixes: readonly string[];
  /** Destinations of other families. Those with labels and the like are announced with what their value says. */
  readonly nlri?: readonly AnnouncedNlri[];
  /** ORIGIN defaults to igp, AS_PATH to empty. */
  readonly attributes?: PathAttributes;
  /** Next hop to announce. Default: own address per session, also for the peer that it is an address of (RFC 4271 §5.1.3). */
  readonly nextHop?: string;
  /** Tag by which everything of one owner is listed and withdrawn. Default `''`. The last announcer of a prefix owns it. */
  readonly owner?: string;
}
