import type { Family, FamilyKey } from '../net/family.js';

/** What a peer's OPEN promised about its next restart (RFC 4724 §3, RFC 9494 §3), as far as both sides agreed on it. */
export interface RestartTerms {
  /** Seconds that it may be away. */
  readonly restartTime: number;
  /** Both set the N bit: a NOTIFICATION does not void routes, but for a Hard Reset (RFC 8538 §2). */
  readonly notification: boolean;
  /** Families whose routes are kept; `forwarding`: the F bit, over the restart that lies behind. */
  readonly families: readonly { readonly family: Family; readonly forwarding: boolean }[];
  /** Families that are kept for longer, and for how many seconds. */
  readonly longLived: readonly {
    readonly family: Family;
    readonly forwarding: boolean;
    readonly staleTime: number;
  }[];
}

/** How a session ended, for what becomes of its routes. A NOTIFICATION counts in either direction. */
export type Loss = 'connection' | 'notification' | 'hard-reset';

/** A family with stale routes. */
export interface KeptFamily {
  readonly family: Family;
  readonly stage: 'stale' | 'long-lived';
  /** Seconds of the long-lived stage; 0 = there is none. */
  readonly staleTime: number;
  /** Beside long-lived routes it has stale ones of a later session, which wait for the restart timer or the stale path timer. */
  readonly isAwayAgain: boolean;
}

/**
 * The receiving speaker of RFC 4724 §4.2, for one peer:
 *
 * ```
 * steady ── lost, with terms ──▶ away ── established ──▶ resyncing ── End-of-RIB of each family ──▶ steady
 *   ▲                             │ ▲                        │
 *   └── nothing is kept any more ─┘ └──────── lost ──────────┘
 * ```
 *
 * In `away` the restart timer runs, then those of the long-lived families; in `resyncing` the stale path timer does.
 */
export interface RestartHelper {
  readonly phase: 'steady' | 'away' | 'resyncing';
  /** Seconds that stale routes wait for End-of-RIB once the peer is back. */
  readonly stalePathTime: number;
  /** Of the session that is up, or was up last. */
  readonly terms: RestartTerms | null;
  readonly carried: readonly Family[];
  readonly kept: readonly KeptFamily[];
}

export type RestartEvent =
  | { readonly type: 'established'; readonly terms: RestartTerms | null; readonly carried: readonly Family[] }
  | { readonly type: 'lost'; readonly how: Loss }
  | { readonly type: 'end-of-rib'; readonly family: Family }
  | { readonly type: 'restart-timer' | 'stale-path-timer' }
  | { readonly type: 'long-lived-timer'; readonly family: Family }
  /** The session was ended by hand, or the peer is no longer configured. */
  | { readonly type: 'stopped' };

/** `restart`, `stale-path`, or that of one long-lived family. */
export type RestartTimer = 'restart' | 'stale-path' | Family;

export type RestartAction =
  /** The session is gone: its routes of these families are stale now, all others go. Routes that were stale before go too,
   * but for long-lived ones (RFC 4724 §4.2: consecutive restarts). */
  | { readonly type: 'keep'; readonly families: readonly Family[] }
  /** All routes go, and so does the peer's place in the tables. */
  | { readonly type: 'drop-all' }
  /** The routes of a family that are stale go, or only those that are long-lived stale, or only those that are not. */
  | { readonly type: 'drop'; readonly family: Family; readonly which: 'stale' | 'long-lived' | 'short-lived' }
  /** The stale routes of a family become long-lived stale, or go if they are marked NO_LLGR (RFC 9494 §4.2). */
  | { readonly type: 'long-live'; readonly family: Family }
  | { readonly type: 'start-timer'; readonly timer: RestartTimer; readonly seconds: number }
  | { readonly type: 'stop-timer'; readonly timer: RestartTimer };

export interface RestartStep {
  readonly helper: RestartHelper;
  readonly actions: readonly RestartAction[];
}

export function steadyHelper(stalePathTime: number): RestartHelper {
  return { phase: 'steady', stalePathTime, terms: null, carried: [], kept: [] };
}

/** One event: pure. What does not belong to the phase changes nothing. */
export function stepRestart(helper: RestartHelper, event: RestartEvent): RestartStep {
  switch (event.type) {
    case 'established':
      return established(helper, event.terms, event.carried);
    case 'lost':
      return lost(helper, event.how);
    case 'end-of-rib':
      return helper.phase === 'resyncing' ? endOfRib(helper, event.family.key) : unchanged(helper);
    case 'restart-timer':
      return helper.phase === 'away' ? restartOver(helper, []) : unchanged(helper);
    case 'stale-path-timer':
      return helper.phase === 'resyncing' ? stalePathOver(helper) : unchanged(helper);
    case 'long-lived-timer':
      return longLivedOver(helper, event.family.key);
    case 'stopped':
      return { helper: steadyHelper(helper.stalePathTime), actions: [...stopTimers(helper), DROP_ALL] };
    default:
      return assertNever(event);
  }
}

const DROP_ALL: RestartAction = { type: 'drop-all' };

function unchanged(helper: RestartHelper): RestartStep {
  return { helper, actions: [] };
}

function established(
  before: RestartHelper,
  terms: RestartTerms | null,
  carried: readonly Family[],
): RestartStep {
  const helper = { ...before, terms, carried };
  if (before.phase !== 'away') return { helper, actions: [] };
  const actions: RestartAction[] = [{ type: 'stop-timer', timer: 'restart' }];
  const kept: KeptFamily[] = [];
  for (const one of before.kept) {
    const isCarried = carried.some(({ key }) => key === one.family.key);
    const after = isCarried ? forwarded(one, terms) : { one: null, actions: dropped(one) };
    if (after.one !== null) kept.push(after.one);
    actions.push(...after.actions);
  }
  if (kept.length === 0) return { helper: { ...helper, phase: 'steady', kept }, actions };
  actions.push({ type: 'start-timer', timer: 'stale-path', seconds: helper.stalePathTime });
  return { helper: { ...helper, phase: 'resyncing', kept }, actions };
}

/** RFC 4724 §4.2, RFC 9494 §4.2: the stale routes of a family go at once without the F bit of what they are kept by. */
function forwarded(
  one: KeptFamily,
  terms: RestartTerms | null,
): { readonly one: KeptFamily | null; readonly actions: readonly RestartAction[] } {
  const { family, stage, isAwayAgain } = one;
  const isSet = (named: RestartTerms['families'] = []): boolean =>
    named.some((entry) => entry.family.key === family.key && entry.forwarding);
  if (isSet(stage === 'stale' ? terms?.families : terms?.longLived)) {
    const isShortGone = isAwayAgain && !isSet(terms?.families);
    return isShortGone ? withoutShort(one) : { one, actions: [] };
  }
  if (!isAwayAgain || !isSet(terms?.families)) return { one: null, actions: dropped(one) };
  return {
    one: withoutLong(one),
    actions: [
      { type: 'stop-timer', timer: family },
      { type: 'drop', family, which: 'long-lived' },
    ],
  };
}

/** Long-lived routes alone stay. */
function withoutShort(one: KeptFamily): {
  readonly one: KeptFamily;
  readonly actions: readonly RestartAction[];
} {
  const drop: RestartAction = { type: 'drop', family: one.family, which: 'short-lived' };
  return { one: { ...one, isAwayAgain: false }, actions: [drop] };
}

function withoutLong(one: KeptFamily): KeptFamily {
  return { ...one, stage: 'stale', isAwayAgain: false };
}

function lost(before: RestartHelper, how: Loss): RestartStep {
  const { terms, carried } = before;
  const isKept = terms !== null && (how === 'connection' || (how === 'notification' && terms.notification));
  const kept = isKept ? terms.families.flatMap(({ family }) => keptOf(before, terms, family)) : [];
  if (kept.length === 0) {
    return { helper: steadyHelper(before.stalePathTime), actions: [...stopTimers(before), DROP_ALL] };
  }
  const actions: RestartAction[] = [];
  if (before.phase === 'resyncing') actions.push({ type: 'stop-timer', timer: 'stale-path' });
  for (const one of before.kept) {
    const stays = kept.some(({ family }) => family.key === one.family.key);
    if (!stays && one.stage === 'long-lived') actions.push({ type: 'stop-timer', timer: one.family });
  }
  actions.push({ type: 'keep', families: kept.map(({ family }) => family) });
  const helper: RestartHelper = { ...before, phase: 'away', carried, kept };
  if (terms?.restartTime === 0) return restartOver(helper, actions);
  actions.push({ type: 'start-timer', timer: 'restart', seconds: terms?.restartTime ?? 0 });
  return { helper, actions };
}

/** A family that is kept now. One with long-lived routes of an earlier restart keeps their deadline (RFC 9494 §4.2). */
function keptOf(helper: RestartHelper, terms: RestartTerms, family: Family): KeptFamily[] {
  if (!helper.carried.some(({ key }) => key === family.key)) return [];
  const earlier = helper.kept.find((one) => one.family.key === family.key);
  const longLived = terms.longLived.find((one) => one.family.key === family.key);
  const staleTime = longLived?.staleTime ?? 0;
  const isAwayAgain = earlier?.stage === 'long-lived';
  return [{ family, stage: isAwayAgain ? 'long-lived' : 'stale', staleTime, isAwayAgain }];
}

/** The peer did not come back in time: families go, or become long-lived. */
function restartOver(before: RestartHelper, actions: RestartAction[]): RestartStep {
  const kept: KeptFamily[] = [];
  for (const one of before.kept) {
    const { family, stage, staleTime } = one;
    if (staleTime === 0 && stage === 'stale') {
      actions.push(...dropped(one));
      continue;
    }
    actions.push({ type: 'long-live', family });
    if (stage === 'stale') actions.push({ type: 'start-timer', timer: family, seconds: staleTime });
    kept.push({ ...one, stage: 'long-lived', isAwayAgain: false });
  }
  return kept.length > 0 ? { helper: { ...before, kept }, actions } : gone(before);
}

function endOfRib(before: RestartHelper, key: FamilyKey): RestartStep {
  const one = before.kept.find(({ family }) => family.key === key);
  return one === undefined ? unchanged(before) : withoutKept(before, [one], dropped(one));
}

function stalePathOver(before: RestartHelper): RestartStep {
  // Long-lived routes have a deadline of their own; those of a later session beside them do not.
  const mixed = before.kept.filter(({ isAwayAgain }) => isAwayAgain).map(withoutShort);
  const drops = mixed.flatMap(({ actions }) => actions);
  const kept = before.kept.map((one) => mixed.find((other) => other.one.family === one.family)?.one ?? one);
  const over = kept.filter(({ stage }) => stage === 'stale');
  return withoutKept({ ...before, kept }, over, [...drops, ...over.flatMap(dropped)]);
}

function longLivedOver(before: RestartHelper, key: FamilyKey): RestartStep {
  const one = before.kept.find(({ family, stage }) => family.key === key && stage === 'long-lived');
  if (one === undefined) return unchanged(before);
  if (!one.isAwayAgain)
    return withoutKept(before, [one], [{ type: 'drop', family: one.family, which: 'stale' }]);
  // Routes of the later session wait for the timer that runs.
  const kept = before.kept.map((other) => (other === one ? withoutLong(one) : other));
  return {
    helper: { ...before, kept },
    actions: [{ type: 'drop', family: one.family, which: 'long-lived' }],
  };
}

/** These families have nothing stale any more. */
function withoutKept(
  before: RestartHelper,
  over: readonly KeptFamily[],
  actions: readonly RestartAction[],
): RestartStep {
  const kept = before.kept.filter((one) => !over.includes(one));
  if (kept.length > 0) return { helper: { ...before, kept }, actions };
  if (before.phase === 'away') return gone(before);
  const stop: RestartAction = { type: 'stop-timer', timer: 'stale-path' };
  return { helper: { ...before, phase: 'steady', kept }, actions: [...actions, stop] };
}

/** A peer that is away has nothing left. */
function gone(before: RestartHelper): RestartStep {
  return {
    helper: steadyHelper(before.stalePathTime),
    actions: [{ type: 'stop-timer', timer: 'restart' }, DROP_ALL],
  };
}

function dropped({ family, stage }: KeptFamily): RestartAction[] {
  const drop: RestartAction = { type: 'drop', family, which: 'stale' };
  return stage === 'stale' ? [drop] : [{ type: 'stop-timer', timer: family }, drop];
}

function stopTimers({ phase, kept }: RestartHelper): RestartAction[] {
  if (phase === 'steady') return [];
  const long = kept.filter(({ stage }) => stage === 'long-lived');
  return [
    { type: 'stop-timer', timer: phase === 'away' ? 'restart' : 'stale-path' },
    ...long.map(({ family }): RestartAction => ({ type: 'stop-timer', timer: family })),
  ];
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected event ${JSON.stringify(value)}`);
}
