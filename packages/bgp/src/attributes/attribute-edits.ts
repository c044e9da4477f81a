import type { AsOrSelf, AsPathEdits } from './as-path-edits.js';
import type { Aggregator, Origin } from './path-attributes.js';
import type { RawAttribute } from './raw-attribute.js';
import type { RecordEdits, RecordPattern } from './record-pattern.js';

/**
 * What a policy changes in the attributes: the part of its edits that is not the next hop. Absent = unchanged, `null` removes.
 * ORIGINATOR_ID and CLUSTER_LIST are not in it: reflectors find loops by them (RFC 4456 §8), and whoever changed them would make some.
 */
export interface AttributeEdits extends AsPathEdits {
  /** Codes of attributes that go before all the rest is done. */
  readonly removeAttributes?: readonly number[];
  /** In the place of those of these codes, or added: codes that no other edit writes, ascending, each once. */
  readonly setAttributes?: readonly RawAttribute[];
  readonly origin?: Origin;
  readonly med?: number | null;
  /** Added to the MED (0 where there is none), negative to subtract; stays in 0 … 2^32 − 1. `med` wins over it. */
  readonly addMed?: number;
  readonly localPref?: number | null;
  /** Added to LOCAL_PREF (100 where there is none), as `addMed`. `localPref` wins over it. */
  readonly addLocalPref?: number;
  /** Accumulated IGP metric, 0 … 2^53 − 1. It leaves by sessions that exchange it only. */
  readonly aigp?: number | null;
  /** Goes in front of what the session itself prepends. */
  readonly prepend?: { readonly as: AsOrSelf; readonly count: number };
  /** ASes to put in front of those, front first. */
  readonly prependAses?: readonly AsOrSelf[];
  readonly atomicAggregate?: boolean;
  readonly aggregator?: Aggregator | null;
  /** For a route that has none: one that is there is preserved unchanged (RFC 9234 §5). */
  readonly onlyToCustomer?: AsOrSelf;
  readonly addCommunities?: readonly number[];
  readonly removeCommunities?: readonly number[];
  readonly removeCommunityPatterns?: readonly RecordPattern[];
  readonly setCommunities?: readonly number[];
  readonly addLargeCommunities?: readonly string[];
  /** Records of 12 octets. */
  readonly largeCommunities?: RecordEdits;
  /** Records of 8 octets. */
  readonly extendedCommunities?: RecordEdits;
}

/** Every field, absent. */
const NO_EDITS: AllEdits = {
  removeAttributes: undefined,
  setAttributes: undefined,
  origin: undefined,
  med: undefined,
  addMed: undefined,
  localPref: undefined,
  addLocalPref: undefined,
  aigp: undefined,
  prepend: undefined,
  prependAses: undefined,
  asPath: undefined,
  asRules: undefined,
  atomicAggregate: undefined,
  aggregator: undefined,
  onlyToCustomer: undefined,
  addCommunities: undefined,
  removeCommunities: undefined,
  removeCommunityPatterns: undefined,
  setCommunities: undefined,
  addLargeCommunities: undefined,
  largeCommunities: undefined,
  extendedCommunities: undefined,
};

type AllEdits = { readonly [Field in keyof AttributeEdits]-?: AttributeEdits[Field] | undefined };

/** The same edits as an object that has all fields in one order: rewriting is fast when all edits that it sees are of one shape. */
export function ofOneShape(edits: AttributeEdits): AttributeEdits {
  return { ...NO_EDITS, ...edits } as AttributeEdits;
}
