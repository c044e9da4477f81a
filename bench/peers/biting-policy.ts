import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A policy for import and one for export, as numbers, so that each daemon can be given it in its own words. Nothing is rejected.
 *
 * ```
 * import   in the list ─▶ LOCAL_PREF listed      has the community ─▶ LOCAL_PREF community
 * export   in the list ─▶ MED listed             has the community ─▶ MED community
 *          LOCAL_PREF is at least the lower of the two ─▶ MED preferred
 * ```
 *
 * Of several the last one counts. So a receiver finds MED `preferred` where import bit, and none elsewhere: what it was sent shows
 * that both policies ran.
 */
export interface BitingPolicy {
  /** These, and what is more specific up to `longest`. */
  readonly prefixes: readonly string[];
  readonly longest: number;
  /** First half of a community. */
  readonly community: { readonly from: number; readonly to: number };
  readonly localPref: { readonly listed: number; readonly community: number };
  readonly med: { readonly listed: number; readonly community: number; readonly preferred: number };
}

/** How many routes a policy bites. */
export interface PolicyHits {
  readonly routes: number;
  readonly listed: number;
  readonly community: number;
  /** Those that are given a local preference. */
  readonly preferred: number;
}

export const DEFAULT_POLICY = join(import.meta.dirname, 'policies', 'list-of-1000.json');

/** Reads a policy file; throws when it has no list of prefixes. */
export function readPolicy(path: string): BitingPolicy {
  const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<BitingPolicy>;
  if (!Array.isArray(value.prefixes)) throw new TypeError(`${path} is no policy: it has no list "prefixes"`);
  return value as BitingPolicy;
}

/** What it does to one route, by looking: it shares nothing with the daemon that is measured. */
export class PolicyOracle {
  readonly policy: BitingPolicy;
  /** By length: the words of the prefixes of that length. */
  readonly #words = new Map<number, Set<number>>();

  constructor(policy: BitingPolicy) {
    this.policy = policy;
    for (const text of policy.prefixes) {
      const [address = '', length = ''] = text.split('/');
      const word = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
      const words = this.#words.get(Number(length)) ?? new Set();
      this.#words.set(Number(length), words.add(word));
    }
  }

  isListed(address: number, length: number): boolean {
    if (length > this.policy.longest) return false;
    for (const [short, words] of this.#words) {
      if (short <= length && words.has(address - (address % 2 ** (32 - short)))) return true;
    }
    return false;
  }

  hasCommunity(communities: readonly number[] | undefined): boolean {
    const { from, to } = this.policy.community;
    return communities?.some((one) => one >= from * 65_536 && one < (to + 1) * 65_536) ?? false;
  }
}

/** The two policies as Peerage's file has them. */
export function peeragePolicies({ prefixes, longest, community, localPref, med }: BitingPolicy) {
  const match = {
    listed: { prefixes: ['@listed'] },
    community: { anyCommunity: [`${community.from}-${community.to}:*`] },
  };
  const next = (name: string, what: object, edits: object) => ({ name, match: what, action: 'next', edits });
  const least = Math.min(localPref.listed, localPref.community);
  return {
    sets: { listed: prefixes.map((prefix) => ({ prefix, le: longest })) },
    policies: {
      'biting-in': [
        next('listed', match.listed, { localPref: localPref.listed }),
        next('community', match.community, { localPref: localPref.community }),
        { name: 'rest', action: 'accept' },
      ],
      'biting-out': [
        next('listed', match.listed, { med: med.listed }),
        next('community', match.community, { med: med.community }),
        next('preferred', { localPref: { atLeast: least } }, { med: med.preferred }),
        { name: 'rest', action: 'accept' },
      ],
    },
  };
}

/** The two filters as BIRD's file has them. */
export function birdFilters({ prefixes, longest, community, localPref, med }: BitingPolicy): string {
  const listed = prefixes.map((prefix) => `${prefix}{${prefix.split('/')[1]},${longest}}`).join(',\n  ');
  const communities = `[(${community.from}..${community.to}, *)]`;
  const least = Math.min(localPref.listed, localPref.community);
  return `define listed = [
  ${listed}
];
filter biting_in {
  if net ~ listed then bgp_local_pref = ${localPref.listed};
  if bgp_community ~ ${communities} then bgp_local_pref = ${localPref.community};
  accept;
}
filter biting_out {
  if net ~ listed then bgp_med = ${med.listed};
  if bgp_community ~ ${communities} then bgp_med = ${med.community};
  if bgp_local_pref >= ${least} then bgp_med = ${med.preferred};
  accept;
}
`;
}
