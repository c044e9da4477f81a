/** How far a loop is behind the last thing it was told. Times in milliseconds. */
export interface LoopLag {
  readonly name: string;
  /** It has made the node as it should be once. */
  readonly hasSettled: boolean;
  /** Since when it has not; null when all is done. */
  readonly unsettledFor: number | null;
}

export interface ReadinessFacts {
  readonly isStopping: boolean;
  /** Kinds of cluster objects that were not read yet. */
  readonly unread: readonly string[];
  readonly loops: readonly LoopLag[];
  /** Peers that were never Established since the start, and for how long the speaker runs; null: there is no speaker yet. */
  readonly peers: { readonly neverUp: readonly string[]; readonly runningFor: number } | null;
  /** Learned routes: whether the RIB was handed over once, and since when writes wait. */
  readonly routes: { readonly isComplete: boolean; readonly waitingFor: number | null };
}

/** One thing that must hold before packets should be sent here. */
export interface ReadinessCheck {
  readonly name: string;
  /** Null: it holds. */
  readonly missing: string | null;
}

/** A change is on its way for so long at most; after that something is stuck. */
const onItsWay = 10_000;
/** How long after the start sessions are waited for: one that stays down then is no reason to take the node away. */
const sessionsWaitedFor = 60_000;
const namedPeers = 3;

/** Whether the node is as it should be: what `/readyz` answers, in the order in which it comes about at the start. */
export function readiness(facts: ReadinessFacts): readonly ReadinessCheck[] {
  const { isStopping, unread, loops, peers, routes } = facts;
  return [
    { name: 'running', missing: isStopping ? 'the agent is ending' : null },
    { name: 'cluster', missing: unread.length === 0 ? null : `not read yet: ${unread.join(', ')}` },
    ...loops.map(({ name, hasSettled, unsettledFor }) => ({
      name,
      missing: behind(unsettledFor, hasSettled, 'not as it should be'),
    })),
    { name: 'sessions', missing: sessionsMissing(peers) },
    { name: 'kernel', missing: behind(routes.waitingFor, routes.isComplete, 'learned routes wait') },
  ];
}

function behind(milliseconds: number | null, before: boolean, what: string): string | null {
  if (before && (milliseconds ?? 0) <= onItsWay) return null;
  return milliseconds === null ? 'not begun yet' : `${what} for ${(milliseconds / 1000).toFixed(1)} s`;
}

function sessionsMissing(peers: ReadinessFacts['peers']): string | null {
  if (peers === null) return 'the speaker does not run yet';
  const { neverUp, runningFor } = peers;
  if (neverUp.length === 0 || runningFor >= sessionsWaitedFor) return null;
  const more = neverUp.length > namedPeers ? ` and ${neverUp.length - namedPeers} more` : '';
  return `not established yet: ${neverUp.slice(0, namedPeers).join(', ')}${more}; waited for ${sessionsWaitedFor / 1000} s at most`;
}
