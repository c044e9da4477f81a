import type { BgpSpeaker } from '@peerage/bgp';
import { type AdvertisementItem, advertisementKind, Owner } from '../items/advertisement.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { messageOf } from './errors.js';
import { OriginatedPrefixes } from './originated-prefixes.js';

const owners: readonly Owner[] = Object.values(Owner);

/** What a speaker originates under our owner tags. */
export class AdvertisementDriver implements Driver<AdvertisementItem> {
  readonly kind = advertisementKind;
  readonly #speaker: BgpSpeaker;
  readonly #originated: OriginatedPrefixes;

  /** `originated` is told what is announced. */
  constructor(speaker: BgpSpeaker, originated = new OriginatedPrefixes()) {
    this.#speaker = speaker;
    this.#originated = originated;
  }

  async read(): Promise<readonly AdvertisementItem[]> {
    return owners.flatMap((owner) => this.#speaker.announced(owner).map(({ prefix }) => ({ prefix, owner })));
  }

  /** All new prefixes of an owner go out as one announcement; only when that is refused, one by one. */
  async apply(changes: readonly Change<AdvertisementItem>[]): Promise<readonly ChangeFailure[]> {
    const failures: ChangeFailure[] = [];
    const keys = (of: readonly Change<AdvertisementItem>[]) => of.map(({ key }) => key);
    const come = changes.filter(({ before, after }) => before === undefined && after !== undefined);
    const gone = changes.filter(({ after }) => after === undefined);
    // Refused before they are announced, and not refused any more once they are withdrawn.
    if (come.length > 0) this.#originated.add(keys(come));
    for (const owner of owners) {
      const coming = changes.filter(({ after }) => after?.owner === owner);
      const going = changes.filter(({ before, after }) => after === undefined && before?.owner === owner);
      if (going.length > 0) {
        this.#attempt(going, failures, (prefixes) => this.#speaker.withdraw(prefixes, owner));
      }
      if (coming.length > 0) {
        this.#attempt(coming, failures, (prefixes) => this.#speaker.announce({ prefixes, owner }));
      }
    }
    const failed = new Set(failures.map(({ key }) => key));
    const removed = [
      ...gone.filter(({ key }) => !failed.has(key)),
      ...come.filter(({ key }) => failed.has(key)),
    ];
    if (removed.length > 0) this.#originated.remove(keys(removed));
    return failures;
  }

  #attempt(
    changes: readonly Change<AdvertisementItem>[],
    failures: ChangeFailure[],
    act: (prefixes: readonly string[]) => void,
  ): void {
    try {
      act(changes.map(({ key }) => key));
    } catch {
      for (const { key, verb } of changes) {
        try {
          act([key]);
        } catch (error) {
          failures.push({ key, verb, message: messageOf(error) });
        }
      }
    }
  }
}
