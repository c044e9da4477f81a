import type { PeerStatus } from '@peerage/bgp';
import type { PeerProgress } from './leftovers.js';

interface Seen {
  updates: number;
  since: number;
}

/** Follows how far each peer is with telling its routes: when the last UPDATE came is seen by counting them. */
export class ProgressWatch {
  readonly #seen = new Map<string, Seen>();

  /** To be called from time to time with the present state; `now` is in milliseconds. */
  look(peers: readonly PeerStatus[], now: number): readonly PeerProgress[] {
    return peers.map((peer) => {
      const updates = peer.received.update;
      const seen = this.#seen.get(peer.address);
      if (seen === undefined || seen.updates !== updates)
        this.#seen.set(peer.address, { updates, since: now });
      const since = this.#seen.get(peer.address)?.since ?? now;
      const negotiated = peer.families.filter((family) => family.negotiated);
      return {
        address: peer.address,
        endOfRib: negotiated.length > 0 && negotiated.every((family) => family.endOfRib),
        establishedFor: peer.state === 'established' ? (peer.uptimeSeconds ?? 0) * 1000 : null,
        quietFor: now - since,
      };
    });
  }
}
