import { BgpError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';
import type { PeerIndex } from '../../rib/ids.js';
import { badField, checkFields, checkSignal } from '../settings/field-check.js';
import type { SessionError } from '../views/events.js';

/** What became of an announcement at one peer. */
export interface AnnounceResult {
  readonly peer: string;
  /**
   * `written`: the kernel took the last UPDATE with it; `filtered`: nothing of it goes there (policy, well-known communities, family,
   * another path that is preferred); `superseded`: all of it was announced anew or withdrawn before it went out; `session-lost` and
   * `timed-out`: it is not known whether all of it went out.
   */
  readonly outcome: 'written' | 'filtered' | 'superseded' | 'session-lost' | 'timed-out';
  /** Prefixes by what became of each. Those of a session that was lost or timed out may be missing. */
  readonly written: number;
  readonly filtered: number;
  readonly superseded: number;
  /** Why the session ended, with the NOTIFICATION where there was one: of `session-lost`. */
  readonly error?: SessionError;
}

/** How long `announceAndWait` waits. */
export interface AnnounceWaitOptions {
  /** Ends the waiting with `BGP_ERR_ABORTED`; what was announced stays. */
  readonly signal?: AbortSignal;
  /** Milliseconds. Default 30,000. */
  readonly timeout?: number;
}

/** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
export function checkWaitOptions(options: AnnounceWaitOptions): void {
  checkFields('options', options, ['signal', 'timeout']);
  checkSignal('signal', options.signal);
  const { timeout = 0 } = options;
  if (!(typeof timeout === 'number' && timeout >= 0))
    throw badField('timeout', timeout, 'milliseconds, 0 or more');
}

/** How much a session was given to write, and how much of it the kernel took, in octets since it began. */
export interface SendPosition {
  readonly given: number;
  readonly taken: number;
}

/** A session that was Established at the call. */
export interface WatchedPeer {
  readonly address: string;
  readonly index: PeerIndex;
  /** Null once that session is over. */
  position(): SendPosition | null;
  /** Why its last session ended. */
  lastError(): SessionError | null;
}

/** What waiting needs of a speaker. */
export interface WatchHost {
  readonly clock: Clock;
  delivery(peer: PeerIndex, prefix: string): 'pending' | 'sent' | 'nothing';
  /** Changes with each announcement and withdrawal of the prefix. */
  version(prefix: string): number;
  /** Calls back in every turn, and in another one soon where that says that there is more; the answer ends that. */
  eachTurn(look: () => boolean): () => void;
  /** A turn is to come. */
  wake(): void;
}

/** How often it is looked whether the kernel took more, where no turn comes by. */
const LOOK_MILLISECONDS = 20;

/** Most prefixes that one turn looks up, of all peers together: some 2 ms. */
const LOOKS_PER_TURN = 4096;

/**
 * One peer, with the prefixes that are not decided yet. They are gone through in slices, so that no turn is long:
 *
 * ```
 * open  [ looked up in this pass: pending │ to be looked up ]      one that is decided leaves, and the last takes its place
 *                                         ^ at
 * ```
 */
class Watched {
  readonly peer: WatchedPeer;
  private readonly open: string[];
  private at = 0;
  private mark = 0;
  private written = 0;
  private filtered = 0;
  private superseded = 0;

  constructor(peer: WatchedPeer, prefixes: readonly string[]) {
    this.peer = peer;
    this.open = [...prefixes];
  }

  /** Looks up at most so many prefixes; how many it were. */
  look(host: WatchHost, versions: ReadonlyMap<string, number>, most: number): number {
    const position = this.peer.position();
    if (position === null) return 0;
    let looks = 0;
    while (looks < most && this.at < this.open.length) {
      looks++;
      if (!this.isDecided(host, this.open[this.at]!, versions, position)) {
        this.at++;
        continue;
      }
      const last = this.open.pop()!;
      if (this.at < this.open.length) this.open[this.at] = last;
    }
    return looks;
  }

  /** Whether this pass has come to the end. */
  get isPassed(): boolean {
    return this.at >= this.open.length;
  }

  /** The next pass begins. */
  rewind(): void {
    this.at = 0;
  }

  /** The outcome, or null while it is open. */
  outcome(): AnnounceResult | null {
    const position = this.peer.position();
    if (position === null) {
      const error = this.peer.lastError();
      return { ...this.result('session-lost'), ...(error !== null && { error }) };
    }
    if (this.open.length > 0 || (this.written > 0 && position.taken < this.mark)) return null;
    if (this.written > 0) return this.result('written');
    return this.result(this.superseded > 0 ? 'superseded' : 'filtered');
  }

  result(outcome: AnnounceResult['outcome']): AnnounceResult {
    const { written, filtered, superseded } = this;
    return { peer: this.peer.address, outcome, written, filtered, superseded };
  }

  private isDecided(
    host: WatchHost,
    prefix: string,
    versions: ReadonlyMap<string, number>,
    position: SendPosition,
  ): boolean {
    if (host.version(prefix) !== versions.get(prefix)) {
      this.superseded++;
      return true;
    }
    const state = host.delivery(this.peer.index, prefix);
    if (state === 'pending') return false;
    if (state === 'nothing') {
      this.filtered++;
    } else {
      this.written++;
      this.mark = position.given;
    }
    return true;
  }
}

/** Waits until it is known for each of these peers what became of prefixes that were just announced. */
export function watchAnnouncement(
  host: WatchHost,
  peers: readonly WatchedPeer[],
  prefixes: readonly string[],
  options: AnnounceWaitOptions,
): Promise<readonly AnnounceResult[]> {
  const versions = new Map(prefixes.map((prefix) => [prefix, host.version(prefix)]));
  const open = new Set(peers.map((peer) => new Watched(peer, prefixes)));
  const results = new Map<string, AnnounceResult>();
  const deadline = host.clock.now() + (options.timeout ?? 30_000);
  const { signal } = options;
  return new Promise((resolve, reject) => {
    let timer: Timer | null = null;
    let isOver = false;
    const end = (finish: () => void): void => {
      if (isOver) return;
      isOver = true;
      timer?.cancel();
      stopTurns();
      signal?.removeEventListener('abort', abort);
      finish();
    };
    const abort = (): void => {
      const error = new BgpError(
        'BGP_ERR_ABORTED',
        'waiting for an announcement was given up; it stays announced',
        {
          cause: signal?.reason,
        },
      );
      end(() => reject(error));
    };
    /** True when the pass goes on in the next turn. */
    const look = (): boolean => {
      const isLate = host.clock.now() >= deadline;
      let looks = LOOKS_PER_TURN;
      for (const watched of open) {
        looks -= watched.look(host, versions, looks);
        const result = watched.outcome() ?? (isLate ? watched.result('timed-out') : null);
        if (result === null) continue;
        open.delete(watched);
        results.set(result.peer, result);
      }
      if (open.size === 0) {
        end(() => resolve(peers.flatMap(({ address }) => results.get(address) ?? [])));
        return false;
      }
      for (const watched of open) if (!watched.isPassed) return true;
      for (const watched of open) watched.rewind();
      return false;
    };
    const tick = (): void => {
      if (look()) host.wake();
      if (!isOver) timer = host.clock.setTimer(LOOK_MILLISECONDS, tick);
    };
    const stopTurns = host.eachTurn(look);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    else tick();
  });
}
