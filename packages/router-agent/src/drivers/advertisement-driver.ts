import type { BgpSpeaker } from '@peerage/bgp';
import { type AdvertisementItem, advertisementKind, Owner } from '../items/advertisement.js';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { messageOf } from './errors.js';
import { pathAttributes } from './originated-attributes.js';
import { OriginatedPrefixes } from './originated-prefixes.js';
import { PeerSelections } from './peer-selections.js';

const owners: readonly Owner[] = Object.values(Owner);

/** What a speaker originates under our owner tags. */
export class AdvertisementDriver implements Driver<AdvertisementItem> {
  readonly kind = advertisementKind;
  readonly #speaker: BgpSpeaker;
  readonly #originated: OriginatedPrefixes;
  /** With what a prefix was announced, where that is more than its owner. */
  readonly #applied = new Map<string, AdvertisementItem>();

  readonly #selections: PeerSelections;

  /** `originated` is told what is announced, `selections` what not to everybody. */
  constructor(speaker: BgpSpeaker, originated = new OriginatedPrefixes(), selections = new PeerSelections()) {
    this.#speaker = speaker;
    this.#originated = originated;
    this.#selections = selections;
  }

  async read(): Promise<readonly AdvertisementItem[]> {
    return owners.flatMap((owner) =>
      this.#speaker.announced(owner).map(({ prefix }): AdvertisementItem => {
        const item = this.#applied.get(prefix);
        return item?.owner === owner ? item : { prefix, owner };
      }),
    );
  }

  /** All new prefixes that are announced alike go out as one announcement; only when that is refused, one by one. */
  async apply(changes: readonly Change<AdvertisementItem>[]): Promise<readonly ChangeFailure[]> {
    const failures: ChangeFailure[] = [];
    const keys = (of: readonly Change<AdvertisementItem>[]) => of.map(({ key }) => key);
    const come = changes.filter(({ before, after }) => before === undefined && after !== undefined);
    const gone = changes.filter(({ after }) => after === undefined);
    // Refused before they are announced, and not refused any more once they are withdrawn.
    if (come.length > 0) this.#originated.add(keys(come));
    // Before the announcement, which has export policies asked anew.
    for (const { key, after } of changes) if (after !== undefined) this.#selections.set(key, after.peers);
    for (const owner of owners) {
      const going = changes.filter(({ before, after }) => after === undefined && before?.owner === owner);
      if (going.length > 0) {
        this.#attempt(going, failures, (prefixes) => this.#speaker.withdraw(prefixes, owner));
      }
    }
    for (const [{ owner, nextHop, attributes }, coming] of alike(changes)) {
      this.#attempt(coming, failures, (prefixes) =>
        this.#speaker.announce({
          prefixes,
          owner,
          ...(nextHop === undefined ? {} : { nextHop }),
          ...(attributes === undefined ? {} : { attributes: pathAttributes(attributes) }),
        }),
      );
    }
    const failed = new Set(failures.map(({ key }) => key));
    for (const { key, after } of changes) {
      if (failed.has(key)) continue;
      if (after === undefined) this.#selections.set(key, undefined);
      if (after === undefined || isPlain(after)) this.#applied.delete(key);
      else this.#applied.set(key, after);
    }
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

const isPlain = ({ attributes, nextHop, peers }: AdvertisementItem): boolean =>
  attributes === undefined && nextHop === undefined && peers === undefined;

/** What comes, together where one announcement can say it. */
function alike(
  changes: readonly Change<AdvertisementItem>[],
): readonly (readonly [AdvertisementItem, readonly Change<AdvertisementItem>[]])[] {
  const groups = new Map<string, [AdvertisementItem, Change<AdvertisementItem>[]]>();
  for (const change of changes) {
    const { after } = change;
    if (after === undefined) continue;
    const { owner, nextHop, attributes } = after;
    const key =
      attributes === undefined && nextHop === undefined
        ? owner
        : JSON.stringify([owner, nextHop, attributes]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [after, [change]]);
    else group[1].push(change);
  }
  return [...groups.values()];
}
