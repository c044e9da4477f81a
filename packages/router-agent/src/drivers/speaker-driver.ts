import { BgpSpeaker, type CloseOptions, type SpeakerConfig, type SpeakerPorts } from '@peerage/bgp';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type SpeakerItem, speakerKind } from '../items/speaker.js';
import { eachChange } from './each-change.js';

/** Most equal-cost paths of a route that the kernel is given. */
const maximumPaths = 16;

/**
 * Holds the one speaker of this node. It is made when it is first known what it should be, and lives as long as the
 * agent: what it is cannot change under its sessions.
 */
export class SpeakerDriver implements Driver<SpeakerItem> {
  readonly kind = speakerKind;
  readonly #ports: SpeakerPorts;
  readonly #past: () => Promise<SpeakerConfig['restarting']>;
  readonly #started: (speaker: BgpSpeaker) => void;
  #item: SpeakerItem | null = null;
  #speaker: BgpSpeaker | null = null;

  /**
   * `past` says whether this start is a restart, undefined for a first one; `started` is called once, when the speaker
   * listens.
   */
  constructor(
    ports: SpeakerPorts,
    past: () => Promise<SpeakerConfig['restarting']>,
    started: (speaker: BgpSpeaker) => void,
  ) {
    this.#ports = ports;
    this.#past = past;
    this.#started = started;
  }

  /** The speaker, once it listens. */
  get speaker(): BgpSpeaker | null {
    return this.#speaker;
  }

  async read(): Promise<readonly SpeakerItem[]> {
    return this.#item === null ? [] : [this.#item];
  }

  apply(changes: readonly Change<SpeakerItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ after }) => {
      if (after === undefined) return;
      if (this.#item !== null)
        throw new Error(`${differences(this.#item, after)}: restart the agent to use it`);
      await this.#start(after);
    });
  }

  /** Ends all sessions and closes the sockets. */
  async close(options: CloseOptions): Promise<void> {
    await this.#speaker?.close(options);
  }

  async #start(item: SpeakerItem): Promise<void> {
    const { localAs, routerId, listen } = item;
    const restarting = await this.#past();
    const config = { localAs, routerId, listen, maximumPaths };
    const speaker = new BgpSpeaker(
      restarting === undefined ? config : { ...config, restarting },
      this.#ports,
    );
    await speaker.start();
    this.#speaker = speaker;
    this.#item = item;
    this.#started(speaker);
  }
}

function differences(before: SpeakerItem, after: SpeakerItem): string {
  const addresses = (item: SpeakerItem) =>
    item.listen.map(({ address, port }) => `${address} port ${port}`).join(', ');
  const parts = [
    before.localAs === after.localAs ? '' : `the AS changed from ${before.localAs} to ${after.localAs}`,
    before.routerId === after.routerId
      ? ''
      : `the router id changed from ${before.routerId} to ${after.routerId}`,
    addresses(before) === addresses(after)
      ? ''
      : `the addresses to listen on changed from ${addresses(before)} to ${addresses(after)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
