import { readAttributes } from './attribute-form.js';
import type { BitingPolicy } from './biting-policy.js';
import { type PolicyHits, PolicyOracle } from './biting-policy.js';
import type { Dataset, RouteGroup } from './dataset.js';

/** A set of attributes that a feeder announced, by number; `ABSENT` none, `STRANGE` one that nobody announced. */
export type SetId = number;
export const ABSENT: SetId = 0;
export const STRANGE: SetId = -1;

/** What a receiver may be wrong about, of one prefix. */
export type Verdict = 'right' | 'missing' | 'extra' | 'wrongAttributes' | 'notBest';

/** As the feeder of a receiver that announces nothing. */
export const NO_FEEDER = -1;

const NO_RANK = 0x7fffffff;

/**
 * What the feeders say at present, and therefore what is right for each receiver to hold: of each prefix the best route, by
 * length of the AS path and ORIGIN; any of several that are equally good. A feeder is not told its own route, so that it
 * holds nothing of a prefix for which its own is among the best.
 */
export class Expectation {
  readonly dataset: Dataset;
  readonly #ids = new Map<string, SetId>();
  readonly #owners: number[] = [NO_FEEDER];
  readonly #ranks: number[] = [NO_RANK];
  /** By feeder: what it announces of each prefix of its range. */
  readonly #announced: readonly Int32Array[];
  readonly #starts: readonly number[];
  /** By prefix: rank of the best route. */
  readonly #best: Int32Array;
  readonly #oracle: PolicyOracle | null;
  /** Whether the set with a number has the community that the policy looks for. */
  readonly #hasCommunity: boolean[] = [false];

  constructor(dataset: Dataset, feeders: number, policy?: BitingPolicy) {
    this.#oracle = policy === undefined ? null : new PolicyOracle(policy);
    this.dataset = dataset;
    const ranges = Array.from({ length: feeders }, (_, feeder) => dataset.range(feeder));
    this.#starts = ranges.map(({ start }) => start);
    this.#announced = ranges.map(({ start, end }) => new Int32Array(end - start));
    this.#best = new Int32Array(dataset.prefixes.size).fill(NO_RANK);
  }

  /** Prefixes of the data set. */
  get size(): number {
    return this.#best.length;
  }

  /** The set with this text, or `STRANGE`. */
  find(text: string): SetId {
    return this.#ids.get(text) ?? STRANGE;
  }

  ownerOf(set: SetId): number {
    return this.#owners[set] ?? NO_FEEDER;
  }

  /** The MED that a policy gives a prefix with these attributes; null: none. */
  medOf(prefix: number, set: SetId): number | null {
    const oracle = this.#oracle;
    if (oracle === null) return null;
    const { addresses, lengths } = this.dataset.prefixes;
    const isBitten = this.#hasCommunity[set] || oracle.isListed(addresses[prefix]!, lengths[prefix]!);
    return isBitten ? oracle.policy.med.preferred : null;
  }

  get isFiltered(): boolean {
    return this.#oracle !== null;
  }

  /** How many routes the policy bites, of those that are announced. Undefined without a policy. */
  get hits(): PolicyHits | undefined {
    const oracle = this.#oracle;
    if (oracle === null) return undefined;
    const hits = { routes: 0, listed: 0, community: 0, preferred: 0 };
    const { addresses, lengths } = this.dataset.prefixes;
    this.#announced.forEach((sets, feeder) => {
      sets.forEach((set, i) => {
        if (set === ABSENT) return;
        const prefix = this.#starts[feeder]! + i;
        const isListed = oracle.isListed(addresses[prefix]!, lengths[prefix]!);
        const hasCommunity = this.#hasCommunity[set]!;
        hits.routes++;
        hits.listed += Number(isListed);
        hits.community += Number(hasCommunity);
        hits.preferred += Number(isListed || hasCommunity);
      });
    });
    return hits;
  }

  /** A feeder announces these groups, in this version. */
  announce(feeder: number, groups: readonly RouteGroup[], version = 0): void {
    for (const group of groups) {
      const { block, rank, start, end } = this.dataset.encode(feeder, group, version);
      const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
      const set = this.#intern(readAttributes(bytes, 0, bytes.length, false).text, feeder, rank);
      this.#hasCommunity[set] = this.#oracle?.hasCommunity(group.attributes.communities) ?? false;
      for (let prefix = start; prefix < end; prefix++) this.#change(feeder, prefix, set);
    }
  }

  /** A feeder withdraws the prefixes `[start, end)`. */
  withdraw(feeder: number, start: number, end: number): void {
    for (let prefix = start; prefix < end; prefix++) this.#change(feeder, prefix, ABSENT);
  }

  /** Whether a receiver that holds this of a prefix is right. */
  isRight(receiver: number, prefix: number, held: SetId): boolean {
    const best = this.#best[prefix]!;
    if (held === ABSENT) return best === NO_RANK || this.#rankFrom(receiver, prefix) === best;
    if (held === STRANGE) return false;
    const owner = this.#owners[held]!;
    return owner !== receiver && this.#ranks[held] === best && this.#setFrom(owner, prefix) === held;
  }

  judge(receiver: number, prefix: number, held: SetId): Verdict {
    if (this.isRight(receiver, prefix, held)) return 'right';
    if (held === ABSENT) return 'missing';
    if (this.#best[prefix] === NO_RANK) return 'extra';
    const owner = this.ownerOf(held);
    return owner !== NO_FEEDER && this.#setFrom(owner, prefix) === held ? 'notBest' : 'wrongAttributes';
  }

  #setFrom(feeder: number, prefix: number): SetId {
    if (feeder === NO_FEEDER) return ABSENT;
    return this.#announced[feeder]![prefix - this.#starts[feeder]!] ?? ABSENT;
  }

  #rankFrom(feeder: number, prefix: number): number {
    return this.#ranks[this.#setFrom(feeder, prefix)]!;
  }

  #change(feeder: number, prefix: number, set: SetId): void {
    const old = this.#rankFrom(feeder, prefix);
    this.#announced[feeder]![prefix - this.#starts[feeder]!] = set;
    const rank = this.#ranks[set]!;
    if (rank <= this.#best[prefix]!) this.#best[prefix] = rank;
    else if (old === this.#best[prefix]) this.#best[prefix] = this.#least(prefix);
  }

  #least(prefix: number): number {
    let least = NO_RANK;
    for (let feeder = 0; feeder < this.#announced.length; feeder++) {
      least = Math.min(least, this.#rankFrom(feeder, prefix));
    }
    return least;
  }

  #intern(text: string, feeder: number, rank: number): SetId {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#owners.length;
    this.#ids.set(text, id);
    this.#owners.push(feeder);
    this.#ranks.push(rank);
    return id;
  }
}
