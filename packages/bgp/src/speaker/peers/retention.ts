import type { Negotiated } from '../../capabilities/negotiate.js';
import {
  type Loss,
  type RestartAction,
  type RestartEvent,
  type RestartHelper,
  type RestartTerms,
  type RestartTimer,
  steadyHelper,
  stepRestart,
} from '../../fsm/graceful-restart.js';
import { CeaseError, ErrorCode } from '../../iana/error-code.js';
import type { Timer } from '../../ports/clock.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { SessionError } from '../../session/session-error.js';
import type { PipelinePeer } from '../members/pipeline-peer.js';
import type { GracefulRestartSettings } from '../settings/graceful-restart-settings.js';
import type { RetentionStatus } from '../views/status.js';
import type { PeerHost, PeerLog } from './peer-host.js';

const MOST_MILLISECONDS = 86_400_000;

/** A peer's place in the tables, which outlives its session where graceful restart says so: interprets that machine. */
export class Retention {
  readonly #host: Pick<PeerHost, 'pipeline' | 'ports' | 'loop'>;
  readonly #log: PeerLog;
  readonly #gone: () => void;
  #helper: RestartHelper = steadyHelper(0);
  #index: PeerIndex | null = null;
  readonly #timers = new Map<RestartTimer, { readonly timer: Timer; readonly at: number }>();

  /** `gone`: a time is over, and nothing is kept any more. */
  constructor(host: Pick<PeerHost, 'pipeline' | 'ports' | 'loop'>, log: PeerLog, gone: () => void) {
    this.#host = host;
    this.#log = log;
    this.#gone = gone;
  }

  /** While the peer has routes, or may have: with a session, or with what is kept of one. */
  get index(): PeerIndex | null {
    return this.#index;
  }

  /** A session is up: takes over what is kept. */
  open(peer: PipelinePeer, negotiated: Negotiated, settings: GracefulRestartSettings | undefined): PeerIndex {
    const { pipeline } = this.#host;
    const index = pipeline.openPeer(peer, this.#index);
    this.#index = index;
    if (settings !== undefined) this.#helper = { ...this.#helper, stalePathTime: settings.stalePathTime };
    this.#step({ type: 'established', terms: termsOf(negotiated, settings), carried: peer.families });
    return index;
  }

  /** The session is gone by itself. */
  lost(error: SessionError): void {
    if (this.#index !== null) this.#step({ type: 'lost', how: lossOf(error) });
  }

  /** It was ended by hand: nothing is kept. */
  stopped(): void {
    if (this.#index !== null) this.#step({ type: 'stopped' });
  }

  endOfRib(family: PipelinePeer['families'][number]): void {
    this.#step({ type: 'end-of-rib', family });
  }

  status(): RetentionStatus | undefined {
    const { phase, kept } = this.#helper;
    if (phase === 'steady') return undefined;
    const left = this.#secondsLeft(phase === 'away' ? 'restart' : 'stale-path');
    const long = kept.flatMap(({ family, stage }) => {
      const seconds = stage === 'long-lived' ? this.#secondsLeft(family) : undefined;
      return seconds === undefined ? [] : [[family.name, seconds] as const];
    });
    return {
      phase,
      ...(left !== undefined && { secondsLeft: left }),
      ...(long.length > 0 && { longLivedSecondsLeft: Object.fromEntries(long) }),
    };
  }

  #step(event: RestartEvent): void {
    const { helper, actions } = stepRestart(this.#helper, event);
    this.#helper = helper;
    for (const action of actions) this.#perform(action);
    if (actions.length > 0) this.#host.loop.wake();
  }

  #perform(action: RestartAction): void {
    const { pipeline } = this.#host;
    const index = this.#index;
    if (index === null) return;
    switch (action.type) {
      case 'keep':
        pipeline.keepPeer(index, action.families);
        this.#log('info', 'routes.kept', { families: action.families.map((family) => family.name) });
        break;
      case 'drop-all':
        this.#index = null;
        pipeline.closePeer(index);
        break;
      case 'drop':
        this.#log('info', 'stale.swept', { family: action.family.name, which: action.which });
        pipeline.age(index, action.family, `drop ${action.which}`);
        break;
      case 'long-live':
        this.#log('info', 'stale.long-lived', { family: action.family.name });
        pipeline.age(index, action.family, 'long-live');
        break;
      case 'start-timer':
        this.#start(action.timer, action.seconds);
        break;
      case 'stop-timer':
        this.#stop(action.timer);
        break;
      default:
        assertNever(action);
    }
  }

  #start(name: RestartTimer, seconds: number): void {
    this.#stop(name);
    this.#arm(name, this.#host.ports.clock.now() + seconds * 1000);
  }

  /** A system timer is too short for half a year (RFC 9494 §3): it is set anew each day. */
  #arm(name: RestartTimer, at: number): void {
    const { clock } = this.#host.ports;
    const timer = clock.setTimer(Math.min(at - clock.now(), MOST_MILLISECONDS), () => {
      if (at > clock.now()) this.#arm(name, at);
      else this.#expired(name);
    });
    this.#timers.set(name, { timer, at });
  }

  #expired(name: RestartTimer): void {
    this.#timers.delete(name);
    if (name === 'restart') this.#step({ type: 'restart-timer' });
    else if (name === 'stale-path') this.#step({ type: 'stale-path-timer' });
    else this.#step({ type: 'long-lived-timer', family: name });
    if (this.#index === null) this.#gone();
  }

  #stop(name: RestartTimer): void {
    this.#timers.get(name)?.timer.cancel();
    this.#timers.delete(name);
  }

  #secondsLeft(name: RestartTimer): number | undefined {
    const running = this.#timers.get(name);
    if (running === undefined) return undefined;
    return Math.max(0, Math.ceil((running.at - this.#host.ports.clock.now()) / 1000));
  }
}

/** What the peer promised, as far as it was agreed on. Long-lived stale routes stay no longer than both sides say. */
function termsOf(negotiated: Negotiated, settings: GracefulRestartSettings | undefined): RestartTerms | null {
  const agreed = negotiated.gracefulRestart;
  if (agreed === null || settings === undefined) return null;
  const theirs = negotiated.longLived?.families ?? [];
  const longLived = theirs.flatMap(({ family, forwarding, staleTime }) => {
    const ours = settings.longLived.find((entry) => entry.family.key === family.key);
    return ours === undefined ? [] : [{ family, forwarding, staleTime: Math.min(staleTime, ours.staleTime) }];
  });
  const { restartTime, notification, families } = agreed;
  return { restartTime, notification, families, longLived };
}

/** RFC 4724 §4.2: a lost connection keeps routes, a NOTIFICATION only by RFC 8538, and never a Hard Reset. */
function lossOf({ code, notification }: SessionError): Loss {
  if (notification !== undefined) {
    const isHard = notification.code === ErrorCode.Cease && notification.subcode === CeaseError.HardReset;
    return isHard ? 'hard-reset' : 'notification';
  }
  return code === 'tcp-closed' || code === 'peer-restarted' ? 'connection' : 'hard-reset';
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected action ${JSON.stringify(value)}`);
}
