import { AttributeCode } from '../iana/attribute-code.js';
import { badPolicy } from './policy-error.js';

/** Attributes that no policy takes away, and why. */
const KEPT: ReadonlyMap<number, string> = new Map([
  [AttributeCode.Origin, 'ORIGIN is well-known and mandatory (RFC 4271 §5.1.1): set origin'],
  [
    AttributeCode.AsPath,
    'AS_PATH is well-known and mandatory (RFC 4271 §5.1.2): set asPath, which may be empty',
  ],
  [AttributeCode.NextHop, 'NEXT_HOP is well-known and mandatory (RFC 4271 §5.1.3): set nextHop'],
  [
    AttributeCode.LocalPref,
    'LOCAL_PREF is well-known, and internal peers need it (RFC 4271 §5.1.5): set localPref',
  ],
  [AttributeCode.OriginatorId, 'reflectors find loops by ORIGINATOR_ID (RFC 4456 §8)'],
  [AttributeCode.ClusterList, 'reflectors find loops by CLUSTER_LIST (RFC 4456 §8)'],
  [AttributeCode.MpReach, 'MP_REACH_NLRI is the routes themselves: reject them'],
  [AttributeCode.MpUnreach, 'MP_UNREACH_NLRI is withdrawals, which no policy sees'],
  [AttributeCode.As4Path, 'AS4_PATH is part of AS_PATH for two-octet peers (RFC 6793 §4.2.2): set asPath'],
  [AttributeCode.As4Aggregator, 'AS4_AGGREGATOR is part of AGGREGATOR (RFC 6793 §4.2.2): remove 7'],
  [AttributeCode.OnlyToCustomer, 'ONLY_TO_CUSTOMER is preserved once it is there (RFC 9234 §5)'],
]);

/** Checks codes of attributes to take away. Throws `BGP_ERR_POLICY`. */
export function removedAttributes(path: string, value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw badPolicy(path, value, 'a list of attribute codes');
  for (const [i, code] of value.entries()) {
    if (!Number.isInteger(code) || code < 1 || code > 255) {
      throw badPolicy(`${path}[${i}]`, code, 'an attribute code 1 … 255');
    }
    const reason = KEPT.get(code);
    if (reason === undefined) continue;
    throw badPolicy(`${path}[${i}]`, code, `the code of an attribute that a route can do without; ${reason}`);
  }
  return Object.freeze([...new Set<number>(value)]);
}
