import type { BgpSpeaker, FamilyName, PeerConfig } from '@peerage/bgp';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type PeerItem, peerKind } from '../items/peer.js';
import { structurallyEqual } from '../items/structural.js';
import { PolicyCompiler } from './bgp-policy.js';
import { eachChange } from './each-change.js';
import { OriginatedPrefixes } from './originated-prefixes.js';
import { PeerSelections } from './peer-selections.js';

const familyNames = { ipv4: 'ipv4-unicast', ipv6: 'ipv6-unicast' } as const satisfies Record<
  string,
  FamilyName
>;

/** From this many changed prefixes on, judging all routes of a peer anew costs less than looking for them. */
const mostLookups = 1_000;

/** A peer that is set up in another way than before. */
export interface ChangedPeer {
  readonly address: string;
  readonly description: string;
  /** Names of what is another; values may be secret. */
  readonly fields: readonly string[];
  /** What its session agreed on is another, so that it begins anew (RFC 4486: Other Configuration Change). */
  readonly isReset: boolean;
}

function fieldsOf(before: PeerItem | undefined, after: PeerItem): readonly string[] {
  const old: Partial<Record<string, unknown>> = { ...before };
  const young: Partial<Record<string, unknown>> = { ...after };
  return Object.keys({ ...old, ...young }).filter((name) => !structurallyEqual(old[name], young[name]));
}

/** The neighbours of a speaker. One that the speaker refuses does not keep the others from being set up. */
export class PeerDriver implements Driver<PeerItem> {
  readonly kind = peerKind;
  readonly #speaker: BgpSpeaker;
  readonly #policies: PolicyCompiler;
  /** What each peer was set up from; the speaker shows only what came of it. */
  readonly #applied = new Map<string, PeerItem>();

  readonly #changed: (change: ChangedPeer) => void;

  /**
   * `originated`: what import policies refuse because it is our own; `selections`: what of ours goes to some peers only.
   * `changed` is called for each peer that is set up in another way.
   */
  constructor(
    speaker: BgpSpeaker,
    originated = new OriginatedPrefixes(),
    selections = new PeerSelections(),
    changed: (change: ChangedPeer) => void = () => {},
  ) {
    this.#speaker = speaker;
    this.#changed = changed;
    this.#policies = new PolicyCompiler(originated, selections);
    originated.onChange((prefixes) => this.#judgeAnew(prefixes));
  }

  async read(): Promise<readonly PeerItem[]> {
    return [...this.#applied.values()];
  }

  apply(changes: readonly Change<PeerItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, ({ verb, key, before, after }) => {
      if (after === undefined) {
        this.#applied.delete(key);
        this.#speaker.removePeer(key);
        return;
      }
      const config = this.#config(after);
      if (verb === 'create') this.#speaker.addPeer(config);
      else {
        const effect = this.#speaker.updatePeer(config);
        const isReset = effect === 'reset';
        this.#changed({
          address: key,
          description: after.description,
          fields: fieldsOf(before, after),
          isReset,
        });
      }
      this.#applied.set(key, after);
    });
  }

  /** Peers that sent routes to prefixes of ours that came or went have their routes judged anew; others are left alone. */
  #judgeAnew(prefixes: readonly string[]): void {
    for (const [address, item] of this.#applied) {
      if (!this.#mayHaveSent(address, prefixes)) continue;
      const config = this.#config(item);
      // The same policy in another object: the speaker compares them by identity.
      const { importPolicy } = config;
      if (importPolicy !== undefined)
        this.#speaker.updatePeer({ ...config, importPolicy: { ...importPolicy } });
    }
  }

  #mayHaveSent(address: string, prefixes: readonly string[]): boolean {
    if (prefixes.length > mostLookups) return true;
    return prefixes.some((prefix) => this.#speaker.received(address, { prefix }).routes.length > 0);
  }

  #config(item: PeerItem): PeerConfig {
    const nextHop = Object.fromEntries(
      Object.entries(item.nextHops).map(([family, address]) => [
        familyNames[family as 'ipv4' | 'ipv6'],
        address,
      ]),
    );
    return {
      ...item.settings,
      address: item.address,
      remoteAs: item.remoteAs,
      description: item.description,
      port: item.port,
      holdTime: item.holdTime,
      families: item.families.map((family) => familyNames[family]),
      nextHop,
      importPolicy: this.#policies.compile(item.importPolicy),
      exportPolicy: this.#policies.compile(item.exportPolicy),
      ...(item.localAddress === undefined ? {} : { localAddress: item.localAddress }),
      ...(item.gracefulRestart === undefined
        ? {}
        : {
            gracefulRestart: {
              restartTime: item.gracefulRestart.time,
              stalePathTime: item.gracefulRestart.stalePathTime,
              ...item.settings?.gracefulRestart,
            },
          }),
      ...(item.password === undefined ? {} : { password: item.password }),
      ...(item.multihopTtl === undefined ? {} : { multihopTtl: item.multihopTtl }),
    };
  }
}
