import type { Family } from '../net/family.js';
import { LOCAL_PEER, type PeerIndex } from '../rib/ids.js';
import type { Fault } from '../wire/result.js';
import type { Announcement } from './config.js';
import type {
  PeerCounts,
  PeerPolicies,
  PipelineOptions,
  PipelinePeer,
  PipelineTotals,
} from './pipeline-peer.js';
import type { RouteSink } from './route-sink.js';
import type { OwnedRoute } from './speaker.js';
import type { RoutePage, RouteQuery } from './status.js';

/** The seam between sessions and tables: UPDATE bytes in, decisions to sinks, packed UPDATEs to outboxes. */
export class Pipeline {
  /** The peer's End-of-RIB came (RFC 4724 §2). */
  onEndOfRib: ((peer: PeerIndex, family: Family) => void) | null = null;

  constructor(readonlyOptions: PipelineOptions) {
    void readonlyOptions;
  }

  openPeer(_peer: PipelinePeer): PeerIndex {
    return LOCAL_PEER;
  }

  /** The session is gone: its routes are swept in budgeted turns. The index is not valid afterwards. */
  closePeer(_peer: PeerIndex): void {}

  /** The outbox that said false takes more. */
  writable(_peer: PeerIndex): void {}

  /** Takes the body of one UPDATE. A fault of severity `reset` must end the session; weaker ones were dealt with. */
  receive(_peer: PeerIndex, _bytes: Uint8Array, _start: number, _end: number): Fault | null {
    return null;
  }

  /** Judges what was received anew, and what is advertised, in budgeted turns; the session stays. */
  setPolicies(_peer: PeerIndex, _policies: PeerPolicies): void {}

  /** Sends everything again (ROUTE-REFRESH, RFC 2918). */
  refreshOut(_peer: PeerIndex, _family: Family): void {}

  announce(_announcement: Announcement): void {}

  withdraw(_prefixes: readonly string[], _owner?: string): void {}

  withdrawOwner(_owner: string): void {}

  owned(_owner?: string): readonly OwnedRoute[] {
    return [];
  }

  /** Adds a sink, which gets the whole table first. Returns the function that removes it. */
  addSink(_sink: RouteSink, _families?: readonly Family[]): () => void {
    return () => {};
  }

  /** One turn: stops at the first convenient point after `isOver` says so. True: there is more to do. */
  work(_isOver: () => boolean): boolean {
    return false;
  }

  counts(_peer: PeerIndex, _family: Family): PeerCounts {
    return { received: 0, accepted: 0, advertised: 0, endOfRib: false };
  }

  totals(): PipelineTotals {
    return { families: [], attributeSets: 0, nextHops: 0 };
  }

  rib(_query: RouteQuery): RoutePage {
    return { routes: [] };
  }

  received(_peer: PeerIndex, _query: RouteQuery): RoutePage {
    return { routes: [] };
  }

  advertised(_peer: PeerIndex, _query: RouteQuery): RoutePage {
    return { routes: [] };
  }
}
