import { UpdateReader } from '../message/update-reader.js';
import { parseAddress } from '../net/address.js';
import type { Family, FamilyKey } from '../net/family.js';
import type { Policy, PolicyPeer } from '../policy/policy.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_ROW, type PathRow, type PeerIndex } from '../rib/ids.js';
import type { PeerFacts } from '../rib/peer-columns.js';
import type { FamilyTable, Rib } from '../rib/rib.js';
import type { PipelinePeer } from './pipeline-peer.js';
import type { Recipient } from './recipient.js';
import type { Subscriber } from './subscriber.js';

/** One family of a session. */
export interface MemberFamily {
  readonly table: FamilyTable;
  /** Our address on this session. */
  readonly ownNextHop: NextHopId;
  subscriber: Subscriber | null;
  endOfRib: boolean;
  /** Where judging anew what was received has come to; `NO_ROW` when it is done. */
  judging: PathRow;
}

/** A session, or one that is gone and whose rows are still being swept. */
export class Member implements Recipient {
  readonly index: PeerIndex;
  readonly maxMessage: number;
  readonly peer: PipelinePeer;
  readonly reader: UpdateReader;
  readonly policyPeer: PolicyPeer;
  readonly families = new Map<FamilyKey, MemberFamily>();
  importPolicy: Policy | null;
  exportPolicy: Policy | null;
  nextHopSelf: boolean;
  /** The set of the last UPDATE, with a reference, for those that repeat its block. */
  lastSet: AttrId = NO_ATTR;
  isOpen = true;
  isWritable = true;

  constructor(rib: Rib, peer: PipelinePeer) {
    this.peer = peer;
    this.maxMessage = peer.maxMessage;
    this.index = rib.peers.take(factsOf(peer));
    this.reader = new UpdateReader(peer.context);
    this.policyPeer = Object.freeze({
      address: peer.address,
      as: peer.as,
      type: peer.type,
      ...(peer.role !== undefined && { role: peer.role }),
    });
    this.importPolicy = peer.importPolicy;
    this.exportPolicy = peer.exportPolicy;
    this.nextHopSelf = peer.nextHopSelf;
    for (const family of peer.families) {
      const table = rib.table(family);
      const address = peer.nextHops.get(family.key);
      if (table === undefined || address === undefined) continue;
      const ownNextHop = rib.nextHops.intern(address, 0, address.length);
      rib.nextHops.retain(ownNextHop);
      this.families.set(family.key, {
        table,
        ownNextHop,
        subscriber: null,
        endOfRib: false,
        judging: NO_ROW,
      });
    }
  }

  family(family: Family): MemberFamily | undefined {
    return this.families.get(family.key);
  }

  /** Sends a block; false once the outbox is full. */
  send(block: Uint8Array, messages: number): void {
    if (!this.peer.outbox.send(block, messages)) this.isWritable = false;
  }

  keepLastSet(rib: Rib, set: AttrId): void {
    if (set === this.lastSet) return;
    if (set !== NO_ATTR) rib.attributes.retain(set);
    if (this.lastSet !== NO_ATTR) rib.attributes.release(this.lastSet);
    this.lastSet = set;
  }

  /** Gives up every reference; the rows must be gone. */
  dispose(rib: Rib): void {
    this.keepLastSet(rib, NO_ATTR);
    for (const { ownNextHop } of this.families.values()) rib.nextHops.release(ownNextHop);
    rib.peers.give(this.index);
  }
}

function factsOf(peer: PipelinePeer): PeerFacts {
  const scope = peer.address.indexOf('%');
  return {
    internal: peer.type === 'internal',
    client: peer.routeReflectorClient === true,
    routerId: peer.routerId,
    address: parseAddress(scope < 0 ? peer.address : peer.address.slice(0, scope)),
  };
}
