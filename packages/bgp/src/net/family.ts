import { BgpError, showValue } from '../errors.js';

/** An address family as `afi << 8 | safi`: what tables and memos are keyed by. */
export type FamilyKey = number & { readonly __brand: 'FamilyKey' };

/** One (AFI, SAFI) pair (RFC 4760 §6). The families named here are always the same frozen object, so `===` compares. */
export interface Family {
  readonly afi: number;
  readonly safi: number;
  readonly key: FamilyKey;
  /** `ipv4-unicast`, `ipv6-unicast`, … or `afi-25/safi-70` for a pair without a name here. */
  readonly name: string;
}

const keyOf = (afi: number, safi: number): FamilyKey => ((afi << 8) | safi) as FamilyKey;

const family = (afi: number, safi: number, name: string): Family =>
  Object.freeze({ afi, safi, key: keyOf(afi, safi), name });

/** AFI 1, SAFI 1 (RFC 4760). */
export const IPV4_UNICAST: Family = family(1, 1, 'ipv4-unicast');
/** AFI 2, SAFI 1 (RFC 2545). */
export const IPV6_UNICAST: Family = family(2, 1, 'ipv6-unicast');

export const IPV4_MULTICAST: Family = family(1, 2, 'ipv4-multicast');
export const IPV6_MULTICAST: Family = family(2, 2, 'ipv6-multicast');

/** Pairs with a name (IANA, Address Family Numbers and SAFI parameters). Being named does not mean being carried. */
const NAMED: readonly Family[] = [
  IPV4_UNICAST,
  IPV6_UNICAST,
  IPV4_MULTICAST,
  IPV6_MULTICAST,
  family(1, 4, 'ipv4-labeled-unicast'),
  family(2, 4, 'ipv6-labeled-unicast'),
  family(1, 5, 'ipv4-mcast-vpn'),
  family(2, 5, 'ipv6-mcast-vpn'),
  family(1, 7, 'ipv4-encapsulation'),
  family(2, 7, 'ipv6-encapsulation'),
  family(1, 73, 'ipv4-sr-policy'),
  family(2, 73, 'ipv6-sr-policy'),
  family(1, 85, 'ipv4-mup'),
  family(2, 85, 'ipv6-mup'),
  family(1, 128, 'vpnv4-unicast'),
  family(2, 128, 'vpnv6-unicast'),
  family(1, 129, 'vpnv4-multicast'),
  family(2, 129, 'vpnv6-multicast'),
  family(1, 132, 'ipv4-route-target'),
  family(1, 133, 'ipv4-flowspec'),
  family(2, 133, 'ipv6-flowspec'),
  family(1, 134, 'vpnv4-flowspec'),
  family(2, 134, 'vpnv6-flowspec'),
  family(25, 65, 'l2vpn-vpls'),
  family(25, 70, 'l2vpn-evpn'),
  family(16388, 71, 'bgp-ls'),
  family(16388, 72, 'bgp-ls-vpn'),
];

const BY_KEY: ReadonlyMap<number, Family> = new Map(NAMED.map((f) => [f.key, f]));
const BY_NAME: ReadonlyMap<string, Family> = new Map(NAMED.map((f) => [f.name, f]));

/**
 * The family of an (AFI, SAFI) pair: the one frozen object for named pairs, a fresh one for others.
 *
 * @example
 * familyOf(2, 1) === IPV6_UNICAST; // true
 * familyOf(99, 7).name; // 'afi-99/safi-7'
 */
export function familyOf(afi: number, safi: number): Family {
  return BY_KEY.get((afi << 8) | safi) ?? family(afi, safi, `afi-${afi}/safi-${safi}`);
}

/**
 * The family of a name, as `Family.name` gives it. Throws `BGP_ERR_FAMILY` for anything else.
 *
 * @example
 * parseFamily('ipv6-unicast').afi; // 2
 */
export function parseFamily(name: string): Family {
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const match = /^afi-(\d{1,5})\/safi-(\d{1,3})$/.exec(typeof name === 'string' ? name : '');
  const afi = Number(match?.[1] ?? Number.NaN);
  const safi = Number(match?.[2] ?? Number.NaN);
  if (afi <= 0xffff && safi <= 0xff) return familyOf(afi, safi);
  throw new BgpError(
    'BGP_ERR_FAMILY',
    `unknown address family ${showValue(name)}; use ipv4-unicast, l2vpn-evpn, … or afi-16397/safi-70`,
    { value: name, allowed: 'the name of an address family, such as ipv4-unicast or ipv6-unicast' },
  );
}
