import { isAddress } from '../net/address.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { parsePrefix, prefixBits } from '../net/prefix.js';
import type { RouteView } from './policy.js';
import { at, badPolicy } from './policy-error.js';
import { listOf, type PolicySets } from './policy-sets.js';
import { prefixList } from './prefix-list.js';

/** Whether the next hop of a route is one of these addresses, or in one of these prefixes. */
export function nextHopTest(value: unknown, path: string, sets: PolicySets): (route: RouteView) => boolean {
  const rules = listOf(path, value, sets).map((element) => {
    const text = element.value;
    if (typeof text !== 'string') throw badPolicy(element.path, text, 'an address or a prefix');
    if (isAddress(text)) return { prefix: `${text}/${text.includes(':') ? 128 : 32}` };
    return at(element.path, text, () => ({ prefix: text, le: prefixBits(parsePrefix(text).family) }));
  });
  const list = prefixList(rules);
  // One object for all calls.
  const target = { family: IPV4_UNICAST, words: createNlriKey(), prefixLength: 32 };
  return (route) => {
    const octets = route.nextHopOctets;
    const { words } = target;
    target.family = octets.length === 4 ? IPV4_UNICAST : IPV6_UNICAST;
    target.prefixLength = octets.length * 8;
    words.a = wordAt(octets, 0);
    words.b = octets.length === 4 ? 0 : wordAt(octets, 4);
    words.c = octets.length === 4 ? 0 : wordAt(octets, 8);
    words.d = octets.length === 4 ? 0 : wordAt(octets, 12);
    return list.matches(target);
  };
}

function wordAt(octets: Uint8Array, i: number): number {
  return ((octets[i]! << 24) | (octets[i + 1]! << 16) | (octets[i + 2]! << 8) | octets[i + 3]!) >>> 0;
}
