import { seededRandom } from '../../src/testing/index.js';

/** Numbers for mutations, the same for the same seed. */
export class FuzzRandom {
  readonly #random: { next(): number };

  constructor(seed: number, name = '') {
    let mixed = seed | 0;
    for (const character of name) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193);
    this.#random = seededRandom(mixed);
  }

  /** 0 … limit − 1 */
  below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
