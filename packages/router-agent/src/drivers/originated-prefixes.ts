import type { RouteView } from '@peerage/bgp';
import { parseCidr } from '../items/ip.js';

/**
 * The prefixes that this node originates at the moment, for import policies to look up. They change while the
 * policies stay, so that a change concerns the changed prefixes and not every route of every peer.
 */
export class OriginatedPrefixes {
  /** By prefix length: IPv4 addresses as numbers, the four words of IPv6 ones as text. */
  readonly #ipv4 = new Map<number, Set<number | string>>();
  readonly #ipv6 = new Map<number, Set<number | string>>();
  readonly #listeners = new Set<(prefixes: readonly string[]) => void>();

  /** Calls back with the prefixes that came or went. */
  onChange(listener: (prefixes: readonly string[]) => void): void {
    this.#listeners.add(listener);
  }

  add(prefixes: readonly string[]): void {
    this.#change(prefixes, (set, key) => set.add(key));
  }

  remove(prefixes: readonly string[]): void {
    this.#change(prefixes, (set, key) => set.delete(key));
  }

  has({ family, words, prefixLength }: Pick<RouteView, 'family' | 'words' | 'prefixLength'>): boolean {
    if (family.afi === 1) return this.#ipv4.get(prefixLength)?.has(words.a) === true;
    return this.#ipv6.get(prefixLength)?.has(`${words.a} ${words.b} ${words.c} ${words.d}`) === true;
  }

  #change(prefixes: readonly string[], act: (set: Set<number | string>, key: number | string) => void): void {
    for (const prefix of prefixes) {
      const cidr = parseCidr(prefix);
      if (cidr === null) continue;
      const { bytes, length } = cidr;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const byLength = bytes.length === 4 ? this.#ipv4 : this.#ipv6;
      const set = byLength.get(length) ?? new Set<number | string>();
      byLength.set(length, set);
      const words = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4));
      act(set, bytes.length === 4 ? (words[0] ?? 0) : words.join(' '));
      if (set.size === 0) byLength.delete(length);
    }
    for (const listener of this.#listeners) listener(prefixes);
  }
}
