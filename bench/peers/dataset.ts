import type { PathAttributes } from '@peerage/bgp';
import {
  ByteWriter,
  encodeCanonical,
  encodeForSession,
  IPV4_UNICAST,
  parseAddress,
  UpdatePacker,
} from '@peerage/bgp/codec';
import { seededRandom } from '@peerage/bgp/testing';
import { type PrefixSet, randomPrefixes } from './prefix-set.js';
import { randomAttributes, rankOf, versioned } from './random-attributes.js';
import type { Scenario } from './scenario.js';
import type { PlayedPeer } from './world.js';

/** Prefixes of one feeder that share attributes: numbers `[start, end)`. */
export interface RouteGroup {
  readonly start: number;
  readonly end: number;
  readonly attributes: PathAttributes;
}

/** The attributes of a group as they go on the wire, and what the decision process makes of them. */
export interface EncodedGroup {
  readonly start: number;
  readonly end: number;
  /** Valid until the next group is encoded. */
  readonly block: Uint8Array;
  readonly rank: number;
}

const MAX_MESSAGE = 4096;
const LARGEST_GROUP = 2000;

/**
 * What the feeders of a scenario announce; the same seed makes the same. Feeders have numbers of prefixes one after the
 * other, or all the same ones with `overlap`. Half of the groups have one prefix, the mean is 6 to 8: few are large.
 */
export class Dataset {
  readonly prefixes: PrefixSet;
  readonly #feeders: readonly PlayedPeer[];
  readonly #groups: readonly (readonly RouteGroup[])[];
  readonly #canonical = new ByteWriter();
  readonly #wire = new ByteWriter();

  constructor(scenario: Scenario, peers: readonly PlayedPeer[], seed: number) {
    const random = seededRandom(seed);
    const { prefixes: each, overlap } = scenario;
    this.#feeders = peers.filter(({ role }) => role === 'feeder');
    this.prefixes = randomPrefixes(overlap ? each : each * this.#feeders.length, random);
    const largest = Math.max(1, Math.min(LARGEST_GROUP, Math.floor(each / 10)));
    this.#groups = this.#feeders.map(({ as, number }) => {
      const groups: RouteGroup[] = [];
      const start = overlap ? 0 : number * each;
      for (let at = start; at < start + each; ) {
        const share = Math.floor(1 / (1 - random.next()));
        const end = Math.min(start + each, at + Math.min(share, largest));
        groups.push({ start: at, end, attributes: randomAttributes(random, as) });
        at = end;
      }
      return groups;
    });
  }

  /** Numbers of prefixes that a feeder announces: `[start, end)`. */
  range(feeder: number): { readonly start: number; readonly end: number } {
    const groups = this.#groups[feeder]!;
    return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 };
  }

  groups(feeder: number): readonly RouteGroup[] {
    return this.#groups[feeder]!;
  }

  /** Groups up to the prefix with the number `end`; the last of them may be cut. */
  groupsBelow(feeder: number, end: number): readonly RouteGroup[] {
    return this.#groups[feeder]!.filter(({ start }) => start < end).map((group) => ({
      ...group,
      end: Math.min(group.end, end),
    }));
  }

  encode(feeder: number, group: RouteGroup, version = 0): EncodedGroup {
    const { as, address } = this.#feeders[feeder]!;
    const attributes = versioned(group.attributes, version, as);
    this.#canonical.reset();
    this.#wire.reset();
    encodeCanonical(attributes, this.#canonical);
    const encoding = { as4: true, nextHop4: parseAddress(address) };
    encodeForSession(this.#canonical.bytes, 0, this.#canonical.length, encoding, this.#wire);
    return { start: group.start, end: group.end, block: this.#wire.view(), rank: rankOf(attributes) };
  }
}

/** Writes UPDATEs of a data set into one run of octets, before any clock runs. */
export class UpdateScript {
  readonly #dataset: Dataset;
  readonly #feeder: number;
  readonly #out = new ByteWriter(1 << 16);
  readonly #packer = new UpdatePacker({ maxMessage: MAX_MESSAGE });

  constructor(dataset: Dataset, feeder: number) {
    this.#dataset = dataset;
    this.#feeder = feeder;
  }

  announce(groups: readonly RouteGroup[], version = 0): this {
    for (const group of groups) {
      const { block } = this.#dataset.encode(this.#feeder, group, version);
      const keys = this.#keys(group.start, group.end);
      this.#packer.announce(this.#out, IPV4_UNICAST, block, 0, block.length, null, keys, refuse);
    }
    return this;
  }

  withdraw(start: number, end: number): this {
    this.#packer.withdraw(this.#out, IPV4_UNICAST, this.#keys(start, end));
    return this;
  }

  endOfRib(): this {
    this.#packer.endOfRib(this.#out, IPV4_UNICAST);
    return this;
  }

  /** What was written so far. */
  take(): Uint8Array {
    const bytes = this.#out.slice();
    this.#out.reset();
    return bytes;
  }

  #keys(start: number, end: number) {
    const { addresses, lengths } = this.#dataset.prefixes;
    let at = start;
    return {
      next(key: { a: number; length: number; pathId: number }): boolean {
        if (at === end) return false;
        key.a = addresses[at]!;
        key.length = lengths[at++]!;
        key.pathId = 0;
        return true;
      },
    };
  }
}

function refuse(): void {
  throw new RangeError('attributes of the data set leave no room for a prefix in a message');
}
