/** An address family as `afi << 8 | safi`: what tables and memos are keyed by. */
export type FamilyKey = number & { readonly __brand: 'FamilyKey' };

/** One (AFI, SAFI) pair (RFC 4760 §6). The same pair is always the same frozen object, so `===` compares. */
export interface Family {
  readonly afi: number;
  readonly safi: number;
  readonly key: FamilyKey;
  /** `ipv4-unicast`, `ipv6-unicast`, … or `afi-25/safi-70` for a pair without a name here. */
  readonly name: string;
}

const family = (afi: number, safi: number, name: string): Family =>
  Object.freeze({ afi, safi, key: ((afi << 8) | safi) as FamilyKey, name });

export const IPV4_UNICAST: Family = family(1, 1, 'ipv4-unicast');
export const IPV6_UNICAST: Family = family(2, 1, 'ipv6-unicast');
