import { BgpSpeaker, type CloseOptions, type SpeakerConfig, type SpeakerPorts } from '@peerage/bgp';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type SpeakerItem, speakerKind } from '../items/speaker.js';
import { eachChange } from './each-change.js';

/** Most equal-cost paths of a route that the kernel is given. */
const maximumPaths = 16;
/** Milliseconds that peers have to take the end of their sessions. */
const closeGrace = 3_000;

/** What the agent does around the life of a speaker. */
export interface SpeakerSurroundings {
  /** Whether this start is a restart; undefined for a first one. */
  past(): Promise<SpeakerConfig['restarting']>;
  /** The speaker listens. */
  started(speaker: BgpSpeaker): void;
  /** It is about to end, for this reason, and another one follows. */
  ending(reason: string): Promise<void>;
}

/**
 * Holds the one speaker of this node. It is made when it is first known what it should be. Where it listens changes under its
 * sessions; its AS, its router id and its cluster id are in what sessions agreed on and in what was sent, so that another speaker
 * takes its place when one of them changes.
 */
export class SpeakerDriver implements Driver<SpeakerItem> {
  readonly kind = speakerKind;
  readonly #ports: SpeakerPorts;
  readonly #surroundings: SpeakerSurroundings;
  #item: SpeakerItem | null = null;
  #speaker: BgpSpeaker | null = null;
  #isFirst = true;
  #isClosed = false;

  constructor(ports: SpeakerPorts, surroundings: SpeakerSurroundings) {
    this.#ports = ports;
    this.#surroundings = surroundings;
  }

  /** The speaker, once it listens. */
  get speaker(): BgpSpeaker | null {
    return this.#speaker;
  }

  /** As it is, with the addresses that it could have. */
  async read(): Promise<readonly SpeakerItem[]> {
    return this.#item === null ? [] : [this.#item];
  }

  apply(changes: readonly Change<SpeakerItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ after }) => {
      if (after === undefined) return;
      if (this.#speaker === null || this.#item === null) {
        // Peers forget a life that another AS or router id takes the place of.
        return this.#start(after, this.#isFirst ? await this.#surroundings.past() : undefined);
      }
      const reason = differences(this.#item, after);
      if (reason === '') return this.#listen(this.#speaker, after);
      await this.#surroundings.ending(reason);
      await this.#speaker.close({ mode: 'hard', communication: reason, graceMilliseconds: closeGrace });
      this.#speaker = null;
      this.#item = null;
      return this.#start(after, undefined);
    });
  }

  /** Ends all sessions and closes the sockets. */
  async close(options: CloseOptions): Promise<void> {
    this.#isClosed = true;
    await this.#speaker?.close(options);
  }

  async #start(item: SpeakerItem, restarting: SpeakerConfig['restarting']): Promise<void> {
    const { localAs, routerId, clusterId } = item;
    const speaker = new BgpSpeaker(
      {
        localAs,
        routerId,
        maximumPaths,
        ...(clusterId === undefined ? {} : { clusterId }),
        ...(restarting === undefined ? {} : { restarting }),
      },
      this.#ports,
    );
    await speaker.start();
    if (this.#isClosed) return speaker.close({ graceMilliseconds: 0 });
    this.#speaker = speaker;
    this.#isFirst = false;
    try {
      await this.#listen(speaker, item);
    } finally {
      // One that cannot be reached at an address reaches others all the same.
      this.#surroundings.started(speaker);
    }
  }

  /** Throws for an address that cannot be had, and listens on the others. */
  async #listen(speaker: BgpSpeaker, item: SpeakerItem): Promise<void> {
    try {
      await speaker.listen(item.listen);
    } finally {
      const isHeard = (at: SpeakerItem['listen'][number]): boolean =>
        speaker.listening.some(({ address, port }) => address === at.address && port === at.port);
      this.#item = { ...item, listen: item.listen.filter(isHeard) };
    }
  }
}

/** What changed that sessions cannot outlive; empty when nothing did. */
function differences(before: SpeakerItem, after: SpeakerItem): string {
  const change = (what: string, old: string | number = 'none', young: string | number = 'none'): string =>
    old === young ? '' : `the ${what} changed from ${old} to ${young}`;
  return [
    change('AS', before.localAs, after.localAs),
    change('router id', before.routerId, after.routerId),
    change('cluster id', before.clusterId, after.clusterId),
  ]
    .filter((part) => part !== '')
    .join('; ');
}
