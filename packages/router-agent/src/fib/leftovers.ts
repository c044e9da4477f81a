/** One configured peer, as far as the question of leftovers goes. Times in milliseconds. */
export interface PeerProgress {
  readonly address: string;
  /** End-of-RIB came for every family that was negotiated. */
  readonly endOfRib: boolean;
  /** For how long the session is Established; null when it is not. */
  readonly establishedFor: number | null;
  /** Since when no UPDATE came. */
  readonly quietFor: number;
}

export interface LeftoverFacts {
  /** Every kind of cluster object that peers depend on was listed once, and the peers were configured from it. */
  readonly peersKnown: boolean;
  readonly peers: readonly PeerProgress[];
  /** Milliseconds since the agent started. */
  readonly runningFor: number;
  /** After this the wait ends in any case. */
  readonly deferral: number;
}

export interface LeftoverVerdict {
  readonly mayGo: boolean;
  readonly reason: string;
}

const establishedEnough = 10_000;
const quietEnough = 2_000;

/**
 * Whether routes of an earlier life that nobody has announced in this one may be deleted: when every configured peer
 * has said all that it has to say (RFC 4724 §4.1), or has been Established and quiet long enough to be taken at its
 * silence, at the latest after the deferral time; and never before it is known which peers there are.
 */
export function leftoverVerdict(facts: LeftoverFacts): LeftoverVerdict {
  if (!facts.peersKnown) return { mayGo: false, reason: 'the peers are not known yet' };
  const waiting = facts.peers.filter((peer) => !hasSpoken(peer));
  if (waiting.length === 0) return { mayGo: true, reason: 'every peer has sent its routes' };
  const names = waiting.map((peer) => peer.address).join(', ');
  if (facts.runningFor >= facts.deferral) {
    return {
      mayGo: true,
      reason: `the deferral time of ${facts.deferral / 1000} s is over; still waited for ${names}`,
    };
  }
  return { mayGo: false, reason: `waiting for the routes of ${names}` };
}

function hasSpoken(peer: PeerProgress): boolean {
  if (peer.establishedFor === null) return false;
  return peer.endOfRib || (peer.establishedFor >= establishedEnough && peer.quietFor >= quietEnough);
}
