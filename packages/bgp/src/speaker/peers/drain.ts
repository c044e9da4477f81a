import { WellKnownCommunity } from '../../iana/well-known-community.js';
import { acceptAll, rejectAll } from '../../policy/defaults.js';
import { mergeEdits } from '../../policy/merge-edits.js';
import type { Policy, PolicyResult, RouteEdits } from '../../policy/policy.js';
import type { Clock } from '../../ports/clock.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { SendPosition } from '../local/announce-watch.js';
import type { PeerPolicies } from '../members/pipeline-peer.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { CloseOptions } from '../settings/close-options.js';

/** A peer, as it is drained. */
export interface Drained {
  /** Null unless Established. */
  readonly index: PeerIndex | null;
  /** Octets that it was given, and of these what its kernel took. */
  sendPosition(index: PeerIndex): SendPosition | null;
  /** Its policies are other ones now. */
  renewPolicies(): void;
}

/** How often it is looked whether peers have taken the withdrawals. */
const LOOK_MILLISECONDS = 20;

const TAG: RouteEdits = Object.freeze({ addCommunities: [WellKnownCommunity.GracefulShutdown] });

/**
 * Leaving so that nobody loses a packet (RFC 8326): first every route that is advertised gets GRACEFUL_SHUTDOWN, so that peers
 * choose other ways while this one still works; then the routes are withdrawn.
 */
export class Drain {
  #stage: 'none' | 'tagged' | 'withdrawn' = 'none';
  readonly #tagged = new Map<Policy, Policy>();

  /** What the policies of a peer are replaced by. `isBlocked`: without a policy nothing is advertised (RFC 8212). */
  policies(plain: PeerPolicies, isBlocked: boolean): PeerPolicies {
    const { exportPolicy, defaultOrigins = {} } = plain;
    if (this.#stage === 'none') return plain;
    if (this.#stage === 'withdrawn') return { ...plain, exportPolicy: rejectAll, defaultOrigins: {} };
    const origins = Object.entries(defaultOrigins).map(
      ([family, origin]) => [family, { ...origin, policy: this.#tag(origin.policy) }] as const,
    );
    return {
      ...plain,
      exportPolicy: exportPolicy === null && isBlocked ? null : this.#tag(exportPolicy),
      defaultOrigins: Object.fromEntries(origins),
    };
  }

  /** Goes through the stages; done when all peers have taken the withdrawals, or the time is over, or `isOver`. */
  async run(
    { ports, pipeline }: { readonly ports: { readonly clock: Clock }; readonly pipeline: Pipeline },
    peers: ReadonlyMap<string, Drained>,
    isOver: () => boolean,
    { drainMilliseconds = 10_000, graceMilliseconds = 3000 }: CloseOptions,
  ): Promise<void> {
    const { clock } = ports;
    this.#enter('tagged', peers.values());
    await until(clock, drainMilliseconds, isOver);
    if (isOver()) return;
    this.#enter('withdrawn', peers.values());
    const isSent = (peer: Drained): boolean => {
      const position = peer.index === null ? null : peer.sendPosition(peer.index);
      if (peer.index === null || position === null) return true;
      return pipeline.isSettled(peer.index) && position.given === position.taken;
    };
    await until(clock, graceMilliseconds, () => isOver() || [...peers.values()].every(isSent));
  }

  #tag(policy: Policy | null): Policy {
    const plain = policy ?? acceptAll;
    const known = this.#tagged.get(plain);
    if (known !== undefined) return known;
    const made = tagging(plain);
    this.#tagged.set(plain, made);
    return made;
  }

  #enter(stage: 'tagged' | 'withdrawn', peers: Iterable<Drained>): void {
    this.#stage = stage;
    for (const peer of peers) peer.renewPolicies();
  }
}

function tagging(policy: Policy): Policy {
  // Equal answers are one object, by which what goes out is remembered.
  const tagged = new WeakMap<PolicyResult, PolicyResult>();
  return Object.freeze({
    name: `${policy.name}, draining`,
    reads: policy.reads,
    ...(policy.prefixClasses !== undefined && { prefixClasses: policy.prefixClasses }),
    evaluate(route): PolicyResult {
      const result = policy.evaluate(route);
      if (result.action === 'reject') return result;
      let answer = tagged.get(result);
      if (answer === undefined) {
        answer = { ...result, edits: result.edits === undefined ? TAG : mergeEdits(result.edits, TAG) };
        tagged.set(result, answer);
      }
      return answer;
    },
  } satisfies Policy);
}

/** Waits until it is so, but no longer than that. */
function until(clock: Clock, milliseconds: number, isSo: () => boolean): Promise<void> {
  const end = clock.now() + milliseconds;
  return new Promise((resolve) => {
    const look = (): void => {
      const left = end - clock.now();
      if (left <= 0 || isSo()) resolve();
      else clock.setTimer(Math.min(left, LOOK_MILLISECONDS), look);
    };
    look();
  });
}
