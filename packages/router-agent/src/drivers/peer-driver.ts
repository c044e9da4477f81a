import type { BgpSpeaker, FamilyName, PeerConfig } from '@peerage/bgp';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type PeerItem, peerKind } from '../items/peer.js';
import { PolicyCompiler } from './bgp-policy.js';
import { eachChange } from './each-change.js';

const familyNames = { ipv4: 'ipv4-unicast', ipv6: 'ipv6-unicast' } as const satisfies Record<
  string,
  FamilyName
>;

/** The neighbours of a speaker. One that the speaker refuses does not keep the others from being set up. */
export class PeerDriver implements Driver<PeerItem> {
  readonly kind = peerKind;
  readonly #speaker: BgpSpeaker;
  readonly #policies = new PolicyCompiler();
  /** What each peer was set up from; the speaker shows only what came of it. */
  readonly #applied = new Map<string, PeerItem>();

  constructor(speaker: BgpSpeaker) {
    this.#speaker = speaker;
  }

  async read(): Promise<readonly PeerItem[]> {
    return [...this.#applied.values()];
  }

  apply(changes: readonly Change<PeerItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, ({ verb, key, after }) => {
      if (after === undefined) {
        this.#applied.delete(key);
        this.#speaker.removePeer(key);
        return;
      }
      const config = this.#config(after);
      if (verb === 'create') this.#speaker.addPeer(config);
      else this.#speaker.updatePeer(config);
      this.#applied.set(key, after);
    });
  }

  #config(item: PeerItem): PeerConfig {
    const nextHop = Object.fromEntries(
      Object.entries(item.nextHops).map(([family, address]) => [
        familyNames[family as 'ipv4' | 'ipv6'],
        address,
      ]),
    );
    return {
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
      ...(item.password === undefined ? {} : { password: item.password }),
      ...(item.multihopTtl === undefined ? {} : { multihopTtl: item.multihopTtl }),
    };
  }
}
