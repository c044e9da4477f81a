import type { Family } from '../net/family.js';

/** A family whose route selection waits, and the peers whose End-of-RIB it waits for, by name. */
export interface DeferredFamily {
  readonly family: Family;
  readonly waiting: ReadonlySet<string>;
}

/**
 * The restarting speaker of RFC 4724 §4.1: routes of a family are not selected, and so not advertised, before End-of-RIB
 * has come from every peer that will send one, or the deferral time is over.
 */
export interface SelectionDeferral {
  /** Empty once all is over. */
  readonly families: readonly DeferredFamily[];
}

export type DeferralEvent =
  /** Sessions may come up from now on; `peers` have graceful restart configured. */
  | {
      readonly type: 'begin';
      readonly families: readonly Family[];
      readonly peers: readonly { readonly name: string; readonly families: readonly Family[] }[];
      /** Seconds. */
      readonly deferralTime: number;
    }
  /** `awaited`: families whose End-of-RIB it will send without waiting for ours: none when it has restarted as well, or
   * knows nothing of graceful restart. */
  | { readonly type: 'established'; readonly peer: string; readonly awaited: readonly Family[] }
  | { readonly type: 'end-of-rib'; readonly peer: string; readonly family: Family }
  /** It is no longer configured, or shut down. */
  | { readonly type: 'removed'; readonly peer: string }
  | { readonly type: 'deferral-timer' };

export type DeferralAction =
  /** Routes of the family are selected from now on. */
  | { readonly type: 'select'; readonly family: Family }
  | { readonly type: 'start-timer'; readonly seconds: number }
  | { readonly type: 'stop-timer' };

export interface DeferralStep {
  readonly deferral: SelectionDeferral;
  readonly actions: readonly DeferralAction[];
}

export const NO_DEFERRAL: SelectionDeferral = Object.freeze({ families: [] });

/** One event: pure. A peer that is away goes on being waited for: it may come back before the time is over. */
export function stepDeferral(deferral: SelectionDeferral, event: DeferralEvent): DeferralStep {
  switch (event.type) {
    case 'begin': {
      const families = event.families.map((family) => ({ family, waiting: waitingFor(family, event.peers) }));
      const step = settled({ families }, false);
      if (step.deferral.families.length === 0) return step;
      const start: DeferralAction = { type: 'start-timer', seconds: event.deferralTime };
      return { ...step, actions: [...step.actions, start] };
    }
    case 'established':
      return without(deferral, event.peer, (family) => !event.awaited.some(({ key }) => key === family.key));
    case 'end-of-rib':
      return without(deferral, event.peer, (family) => family.key === event.family.key);
    case 'removed':
      return without(deferral, event.peer, () => true);
    case 'deferral-timer':
      return {
        deferral: NO_DEFERRAL,
        actions: deferral.families.map(({ family }) => ({ type: 'select', family })),
      };
    default:
      return assertNever(event);
  }
}

function waitingFor(
  family: Family,
  peers: readonly { readonly name: string; readonly families: readonly Family[] }[],
): ReadonlySet<string> {
  const ours = peers.filter(({ families }) => families.some(({ key }) => key === family.key));
  return new Set(ours.map(({ name }) => name));
}

function without(before: SelectionDeferral, peer: string, ends: (family: Family) => boolean): DeferralStep {
  const families = before.families.map((one) => {
    if (!one.waiting.has(peer) || !ends(one.family)) return one;
    return { ...one, waiting: new Set([...one.waiting].filter((name) => name !== peer)) };
  });
  return settled({ families }, before.families.length > 0);
}

function settled({ families }: SelectionDeferral, isTimed: boolean): DeferralStep {
  const over = families.filter(({ waiting }) => waiting.size === 0);
  const rest = families.filter(({ waiting }) => waiting.size > 0);
  const actions: DeferralAction[] = over.map(({ family }) => ({ type: 'select', family }));
  if (rest.length === 0 && isTimed) actions.push({ type: 'stop-timer' });
  return { deferral: { families: rest }, actions };
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected event ${JSON.stringify(value)}`);
}
