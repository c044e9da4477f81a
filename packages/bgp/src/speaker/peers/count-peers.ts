import type { PeerState, SpeakerStatus } from '../views/status.js';

/** How many peers there are, and how many of them are Established. */
export function countPeers(peers: Iterable<{ readonly state: PeerState }>): SpeakerStatus['peers'] {
  const states = [...peers].map((peer) => peer.state);
  return { configured: states.length, established: states.filter((state) => state === 'established').length };
}
