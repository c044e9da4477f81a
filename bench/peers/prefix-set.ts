import type { Random } from '@peerage/bgp';

/** Of 100 prefixes so many have this length; the rest are /24. */
const shares: readonly (readonly [length: number, percent: number])[] = [
  [16, 2],
  [17, 1],
  [18, 3],
  [19, 4],
  [20, 5],
  [21, 5],
  [22, 12],
  [23, 8],
];
/** Of what is left of the first octet, these are for other uses; 198.18.0.0/15 is where the peers are. */
const shunned = new Set([0, 10, 100, 127, 169, 172, 192, 198, 203]);

/**
 * Distinct IPv4 prefixes by number, and from a prefix to its number: open addressing, at most half full.
 *
 * ```
 * addresses  number ─▶ word        slots  hash(word, length) ─▶ number + 1; 0 = empty
 * lengths    number ─▶ length
 * ```
 */
export class PrefixSet {
  readonly addresses: Uint32Array;
  readonly lengths: Uint8Array;
  readonly #slots: Int32Array;
  #count = 0;

  constructor(capacity: number) {
    this.addresses = new Uint32Array(capacity);
    this.lengths = new Uint8Array(capacity);
    this.#slots = new Int32Array(1 << (33 - Math.clz32(Math.max(1, capacity))));
  }

  get size(): number {
    return this.#count;
  }

  /** The number of a prefix, or -1. */
  find(address: number, length: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = hash(address, length) & mask; ; at = (at + 1) & mask) {
      const number = slots[at]! - 1;
      if (number < 0) return -1;
      if (this.addresses[number] === address && this.lengths[number] === length) return number;
    }
  }

  /** Adds a prefix; false when it is there already. */
  add(address: number, length: number): boolean {
    if (this.find(address, length) >= 0) return false;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash(address, length) & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    this.addresses[this.#count] = address;
    this.lengths[this.#count] = length;
    slots[at] = ++this.#count;
    return true;
  }

  /** `198.51.100.0/24` */
  format(number: number): string {
    return formatPrefix(this.addresses[number]!, this.lengths[number]!);
  }
}

export function formatPrefix(address: number, length: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}/${length}`;
}

/** Prefixes as a full table has them: mostly /24, often the neighbour of the one before, as deaggregation leaves them. */
export function randomPrefixes(count: number, random: Random): PrefixSet {
  const set = new PrefixSet(count);
  let address = 0;
  let length = 0;
  while (set.size < count) {
    if (length > 0 && random.next() < 0.6) {
      const next = address + 2 ** (32 - length);
      if (isUsable(next) && set.add(next, length)) {
        address = next;
        continue;
      }
    }
    const wanted = randomLength(random);
    const anywhere = Math.floor((random.next() * 2 ** 32) / 2 ** (32 - wanted)) * 2 ** (32 - wanted);
    if (!isUsable(anywhere) || !set.add(anywhere, wanted)) continue;
    address = anywhere;
    length = wanted;
  }
  return set;
}

function randomLength(random: Random): number {
  let left = random.next() * 100;
  for (const [length, percent] of shares) {
    left -= percent;
    if (left < 0) return length;
  }
  return 24;
}

function isUsable(address: number): boolean {
  const first = Math.floor(address / 2 ** 24);
  return first < 224 && !shunned.has(first);
}

function hash(address: number, length: number): number {
  let h = Math.imul(address ^ Math.imul(length, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
