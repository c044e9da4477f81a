import { BgpError } from '../errors.js';
import { parseCommunity } from './community.js';
import type { PolicyInput, PolicyPeer, RouteView } from './policy.js';
import { type PrefixList, type PrefixRule, prefixList } from './prefix-list.js';

/** Which peers: a type, `local` for routes of our own, or addresses. */
export type PeerMatch = 'internal' | 'external' | 'local' | { readonly addresses: readonly string[] };

/** Conditions of a statement; all that are given must hold. An empty match holds for every route. */
export interface Match {
  readonly prefixes?: PrefixList | readonly (string | PrefixRule)[];
  readonly family?: 'ipv4-unicast' | 'ipv6-unicast';
  /** At least one of these communities. */
  readonly anyCommunity?: readonly (string | number)[];
  readonly allCommunities?: readonly (string | number)[];
  readonly noCommunity?: readonly (string | number)[];
  /** Whom the route was learned from; `local`: this speaker originates it. */
  readonly source?: PeerMatch;
  /** Whom it would go to; never holds on import. */
  readonly target?: PeerMatch;
  /** Owner tags of routes that this speaker originates. */
  readonly owner?: readonly string[];
  readonly asPathLength?: { readonly atLeast?: number; readonly atMost?: number };
  /** Next hops as text, in the form that is shown (RFC 5952). */
  readonly nextHop?: readonly string[];
}

/** A compiled match: the test, and what its answer depends on beside the attributes. */
export interface CompiledMatch {
  readonly reads: readonly PolicyInput[];
  holds(route: RouteView): boolean;
}

type Test = (route: RouteView) => boolean;

const fields: readonly (keyof Match)[] = [
  'prefixes',
  'family',
  'anyCommunity',
  'allCommunities',
  'noCommunity',
  'source',
  'target',
  'owner',
  'asPathLength',
  'nextHop',
];

/** Compiles conditions, the cheap ones first. Throws `BgpError` for a field or value that is none. */
export function compileMatch(match: Match): CompiledMatch {
  for (const field of Object.keys(match)) {
    if (!(fields as readonly string[]).includes(field)) {
      const allowed = fields.join(', ');
      throw new BgpError(
        'BGP_ERR_POLICY',
        `match has no field ${JSON.stringify(field)}; there are ${allowed}`,
        {
          path: `match.${field}`,
          value: field,
          allowed,
        },
      );
    }
  }
  const reads = new Set<PolicyInput>();
  const tests: Test[] = [];
  if (match.family !== undefined) {
    const name = match.family;
    tests.push((route) => route.family.name === name);
  }
  if (match.target !== undefined) {
    reads.add('peer');
    const matches = peerTest(match.target);
    tests.push((route) => route.target !== null && matches(route.target));
  }
  if (match.source !== undefined) {
    reads.add('peer');
    const matches = peerTest(match.source);
    tests.push((route) => matches(route.source));
  }
  if (match.owner !== undefined) {
    // The owner belongs to the prefix, not to the attributes, so that an answer is good for one prefix only.
    reads.add('prefix');
    const owners = new Set(match.owner);
    tests.push((route) => route.owner !== null && owners.has(route.owner));
  }
  if (match.asPathLength !== undefined) {
    const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = match.asPathLength;
    tests.push((route) => route.asPathLength >= atLeast && route.asPathLength <= atMost);
  }
  tests.push(...communityTests(match));
  if (match.nextHop !== undefined) {
    reads.add('nextHop');
    const addresses = new Set(match.nextHop);
    tests.push((route) => addresses.has(route.nextHop));
  }
  if (match.prefixes !== undefined) {
    reads.add('prefix');
    const list: PrefixList = 'matches' in match.prefixes ? match.prefixes : prefixList(match.prefixes);
    tests.push((route) => list.matches(route));
  }
  return { reads: [...reads], holds: (route) => tests.every((test) => test(route)) };
}

function communityTests(match: Match): Test[] {
  const tests: Test[] = [];
  if (match.anyCommunity !== undefined) {
    const any = match.anyCommunity.map(parseCommunity);
    tests.push((route) => any.some((community) => route.hasCommunity(community)));
  }
  if (match.allCommunities !== undefined) {
    const all = match.allCommunities.map(parseCommunity);
    tests.push((route) => all.every((community) => route.hasCommunity(community)));
  }
  if (match.noCommunity !== undefined) {
    const none = match.noCommunity.map(parseCommunity);
    tests.push((route) => !none.some((community) => route.hasCommunity(community)));
  }
  return tests;
}

function peerTest(match: PeerMatch): (peer: PolicyPeer | null) => boolean {
  if (match === 'local') return (peer) => peer === null;
  if (match === 'internal' || match === 'external') return (peer) => peer !== null && peer.type === match;
  const addresses = new Set(match.addresses);
  return (peer) => peer !== null && addresses.has(peer.address);
}
