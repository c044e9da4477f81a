import type { Negotiated } from '../../capabilities/negotiate.js';
import {
  type DeferralEvent,
  NO_DEFERRAL,
  type SelectionDeferral,
  stepDeferral,
} from '../../fsm/selection-deferral.js';
import type { Family } from '../../net/family.js';
import type { Timer } from '../../ports/clock.js';
import type { SpeakerPorts } from '../../ports/speaker-ports.js';
import type { TurnLoop } from '../../session/turn-loop.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { RestartPast } from '../sessions/offer.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { RestartingSettings } from '../settings/speaker-settings.js';
import { tell } from '../views/log-events.js';
import type { DeferralStatus } from '../views/status.js';

/**
 * Our own restart, when the configuration says that this is one: route selection waits for the peers, and OPENs tell
 * them. On a first start it does nothing, because nothing was forwarded that could be disturbed.
 */
export class OwnRestart {
  readonly #pipeline: Pipeline;
  readonly #ports: SpeakerPorts;
  readonly #loop: TurnLoop;
  readonly #settings: RestartingSettings | undefined;
  #deferral: SelectionDeferral = NO_DEFERRAL;
  /** Sessions may not come up before peers are known. */
  #hasBegun = false;
  #timer: Timer | null = null;

  constructor(
    settings: RestartingSettings | undefined,
    pipeline: Pipeline,
    ports: SpeakerPorts,
    loop: TurnLoop,
  ) {
    this.#settings = settings;
    this.#pipeline = pipeline;
    this.#ports = ports;
    this.#loop = loop;
    for (const family of settings?.forwarded ?? []) pipeline.defer(family, true);
  }

  /** For the OPEN to a peer. After the first session this process has kept its forwarding state, whatever ended that. */
  past(isFirstSession: boolean): RestartPast {
    const settings = this.#settings;
    const isWaiting = this.#deferral.families.length > 0;
    return {
      restarted: settings !== undefined && (isFirstSession || isWaiting),
      forwarded: (family) =>
        !isFirstSession || (settings?.forwarded.some(({ key }) => key === family.key) ?? false),
    };
  }

  /** Before sessions can come up: who may send End-of-RIB. */
  begin(peers: Iterable<{ readonly settings: PeerSettings }>): void {
    if (this.#settings === undefined || this.#hasBegun) return;
    this.#hasBegun = true;
    const { forwarded, deferralTime } = this.#settings;
    const awaited = [...peers].filter(
      ({ settings }) => settings.gracefulRestart !== undefined && !settings.shutdown,
    );
    const named = awaited.map(({ settings }) => ({ name: settings.address, families: settings.families }));
    this.tell({ type: 'begin', families: forwarded, peers: named, deferralTime });
  }

  /** RFC 4724 §4.1: who knows nothing of graceful restart, or has restarted too, is not waited for. */
  established(peer: string, { gracefulRestart }: Negotiated, families: readonly Family[]): void {
    this.tell({ type: 'established', peer, awaited: gracefulRestart?.restarted === false ? families : [] });
  }

  tell(event: DeferralEvent): void {
    if (this.#settings === undefined) return;
    const { deferral, actions } = stepDeferral(this.#deferral, event);
    this.#deferral = deferral;
    for (const action of actions) {
      switch (action.type) {
        case 'select':
          tell(this.#ports.log, 'info', 'selection.begins', { family: action.family.name });
          this.#pipeline.defer(action.family, false);
          break;
        case 'start-timer':
          this.#timer = this.#ports.clock.setTimer(1000 * action.seconds, () =>
            this.tell({ type: 'deferral-timer' }),
          );
          break;
        case 'stop-timer':
          this.stop();
          break;
        default:
          assertNever(action);
      }
    }
    if (actions.length > 0) this.#loop.wake();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  status(): { readonly deferred?: readonly DeferralStatus[] } {
    const deferred = this.#deferral.families.map(({ family, waiting }) => ({
      family: family.name,
      waitingFor: [...waiting],
    }));
    return deferred.length === 0 ? {} : { deferred };
  }
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected action ${JSON.stringify(value)}`);
}
