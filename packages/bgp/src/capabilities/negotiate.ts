import { type Family, type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../net/family.js';
import type {
  AddPathMode,
  Capability,
  CapabilityName,
  GracefulRestartFamily,
  LongLivedFamily,
} from './capability.js';

/** The part of an OPEN that negotiation looks at. */
export interface Offer {
  /** The two-octet field of the OPEN; AS_TRANS when the AS number needs four. */
  readonly as: number;
  /** Seconds. */
  readonly holdTime: number;
  readonly routerId: number;
  readonly capabilities: readonly Capability[];
}

/** What a session does, by both OPENs. */
export interface Negotiated {
  readonly peerAs: number;
  readonly peerRouterId: number;
  /** Seconds; 0 = neither hold nor keepalive timer. */
  readonly holdTime: number;
  /** A third of the hold time, at least 1 unless the hold time is 0 (RFC 4271 §4.4). */
  readonly keepaliveTime: number;
  /** AS numbers in UPDATEs have four octets. */
  readonly as4: boolean;
  /** Families of both, in our order. */
  readonly families: readonly Family[];
  readonly routeRefresh: boolean;
  readonly enhancedRouteRefresh: boolean;
  readonly extendedMessage: boolean;
  readonly maxMessage: 4096 | 65535;
  /** What the peer said, when both sides offered graceful restart; families that both named. */
  readonly gracefulRestart: {
    /** Seconds. */
    readonly restartTime: number;
    readonly restarted: boolean;
    /** Both sides set the N bit (RFC 8538 §2). */
    readonly notification: boolean;
    readonly families: readonly GracefulRestartFamily[];
  } | null;
  /** What the peer said, when both sides offered long-lived graceful restart beside the plain one (RFC 9494 §3). */
  readonly longLived: { readonly families: readonly LongLivedFamily[] } | null;
  /** Families whose NLRI come with a path identifier, in each direction (RFC 7911 §4). */
  readonly addPathReceive: ReadonlySet<FamilyKey>;
  readonly addPathSend: ReadonlySet<FamilyKey>;
  /** Families of IPv4 that may have IPv6 next hops (RFC 8950 §4). */
  readonly extendedNextHop: ReadonlySet<FamilyKey>;
  /** A link-local next hop stands alone, in 16 octets (draft-ietf-idr-linklocal-capability). */
  readonly linkLocalNextHop: boolean;
  readonly peerCapabilities: readonly Capability[];
}

/**
 * The first capability of a name: later ones of the same name add nothing (RFC 5492 §4 lets a speaker repeat one).
 *
 * @example
 * findCapability([{ name: 'fqdn', host: 'r1', domain: '' }], 'fqdn')?.host; // 'r1'
 */
export function findCapability<N extends CapabilityName>(
  capabilities: readonly Capability[],
  name: N,
): Extract<Capability, { name: N }> | undefined {
  return capabilities.find((c): c is Extract<Capability, { name: N }> => c.name === name);
}

/**
 * AS number of the sender of an OPEN (RFC 6793 §4.1): that of its capability, else the field.
 *
 * @example
 * asOf({ as: 23456, capabilities: [{ name: 'four-octet-as', as: 4200000000 }] }); // 4200000000
 */
export function asOf(offer: Pick<Offer, 'as' | 'capabilities'>): number {
  return findCapability(offer.capabilities, 'four-octet-as')?.as ?? offer.as;
}

/**
 * Families that an OPEN offers. Without any multiprotocol capability it is IPv4 unicast (RFC 4760 §8, RFC 4271).
 *
 * @example
 * familiesOf([]).map(({ name }) => name); // ['ipv4-unicast']
 */
export function familiesOf(capabilities: readonly Capability[]): readonly Family[] {
  const seen = new Map<FamilyKey, Family>();
  for (const c of capabilities)
    if (c.name === 'multiprotocol' && !seen.has(c.family.key)) seen.set(c.family.key, c.family);
  return seen.size === 0 ? [IPV4_UNICAST] : [...seen.values()];
}

function addPathModes(capabilities: readonly Capability[]): ReadonlyMap<FamilyKey, AddPathMode> {
  const modes = new Map<FamilyKey, AddPathMode>();
  // RFC 7911 §4: of several entries for one family the first counts.
  for (const c of capabilities) {
    if (c.name !== 'add-path') continue;
    for (const { family, mode } of c.families) if (!modes.has(family.key)) modes.set(family.key, mode);
  }
  return modes;
}

function addPathFrom(
  senders: ReadonlyMap<FamilyKey, AddPathMode>,
  receivers: ReadonlyMap<FamilyKey, AddPathMode>,
  families: readonly Family[],
): ReadonlySet<FamilyKey> {
  const keys = new Set<FamilyKey>();
  for (const { key } of families) {
    const sends = senders.get(key);
    const receives = receivers.get(key);
    if ((sends === 'send' || sends === 'both') && (receives === 'receive' || receives === 'both'))
      keys.add(key);
  }
  return keys;
}

function extendedNextHops(
  ours: readonly Capability[],
  theirs: readonly Capability[],
  families: readonly Family[],
): ReadonlySet<FamilyKey> {
  const named = (capabilities: readonly Capability[]): ReadonlySet<FamilyKey> =>
    new Set(
      capabilities.flatMap((c) =>
        c.name === 'extended-next-hop'
          ? c.families.filter((f) => f.nextHopAfi === IPV6_UNICAST.afi).map((f) => f.family.key)
          : [],
      ),
    );
  const [mine, others] = [named(ours), named(theirs)];
  return new Set(families.map((f) => f.key).filter((key) => mine.has(key) && others.has(key)));
}

function negotiateRestart(
  ours: readonly Capability[],
  theirs: readonly Capability[],
): Negotiated['gracefulRestart'] {
  // RFC 4724 §3: of several instances the last counts.
  const mine = ours.findLast((c) => c.name === 'graceful-restart');
  const other = theirs.findLast((c) => c.name === 'graceful-restart');
  if (mine?.name !== 'graceful-restart' || other?.name !== 'graceful-restart') return null;
  const named = new Set(mine.families.map((f) => f.family.key));
  return {
    restartTime: other.restartTime,
    restarted: other.restarted,
    notification: mine.notification && other.notification,
    families: other.families.filter((f) => named.has(f.family.key)),
  };
}

function negotiateLongLived(
  ours: readonly Capability[],
  theirs: readonly Capability[],
): Negotiated['longLived'] {
  // RFC 9494 §4.1: without the plain capability it is ignored.
  if (negotiateRestart(ours, theirs) === null) return null;
  const mine = findCapability(ours, 'long-lived-graceful-restart');
  const other = findCapability(theirs, 'long-lived-graceful-restart');
  return mine === undefined || other === undefined ? null : { families: other.families };
}

/**
 * What two OPENs agree on: pure and symmetric, apart from what is said about the peer. A feature is on when both sides
 * offered it.
 *
 * @example
 * const ours = { as: 64512, routerId: 1, holdTime: 90, capabilities: [{ name: 'route-refresh' }] } as const;
 * const agreed = negotiate(ours, { ...ours, as: 64513, routerId: 2, holdTime: 30 });
 * console.log(agreed.holdTime, agreed.routeRefresh);
 */
export function negotiate(ours: Offer, theirs: Offer): Negotiated {
  const both = (name: CapabilityName): boolean =>
    findCapability(ours.capabilities, name) !== undefined &&
    findCapability(theirs.capabilities, name) !== undefined;
  const offered = new Set(familiesOf(theirs.capabilities).map((f) => f.key));
  const families = familiesOf(ours.capabilities).filter((f) => offered.has(f.key));
  const holdTime = Math.min(ours.holdTime, theirs.holdTime);
  const extendedMessage = both('extended-message');
  const ourModes = addPathModes(ours.capabilities);
  const theirModes = addPathModes(theirs.capabilities);
  return {
    peerAs: asOf(theirs),
    peerRouterId: theirs.routerId,
    holdTime,
    keepaliveTime: holdTime === 0 ? 0 : Math.max(1, Math.floor(holdTime / 3)),
    as4: both('four-octet-as'),
    families,
    routeRefresh: both('route-refresh'),
    enhancedRouteRefresh: both('enhanced-route-refresh'),
    extendedMessage,
    maxMessage: extendedMessage ? 65535 : 4096,
    gracefulRestart: negotiateRestart(ours.capabilities, theirs.capabilities),
    longLived: negotiateLongLived(ours.capabilities, theirs.capabilities),
    addPathReceive: addPathFrom(theirModes, ourModes, families),
    addPathSend: addPathFrom(ourModes, theirModes, families),
    extendedNextHop: extendedNextHops(ours.capabilities, theirs.capabilities, families),
    linkLocalNextHop: both('link-local-next-hop'),
    peerCapabilities: theirs.capabilities,
  };
}
