import { UpdateReader } from '../../message/update-reader.js';
import { parseAddress } from '../../net/address.js';
import type { Family, FamilyKey } from '../../net/family.js';
import type { Policy, PolicyPeer } from '../../policy/policy.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_NEXT_HOP, type PeerIndex } from '../../rib/ids.js';
import { NO_ZONE, type Zone } from '../../rib/next-hop-table.js';
import type { PeerFacts } from '../../rib/peer-columns.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import type { DefaultOrigins } from '../settings/default-origin.js';
import type { PipelinePeer } from './pipeline-peer.js';
import type { Recipient } from './recipient.js';
import type { RowWalk } from './row-walks.js';
import type { Subscriber } from './subscriber.js';
import { ROUTE_TARGETS, TargetMembership } from './target-membership.js';

/** One family of a session. */
export interface MemberFamily {
  readonly table: FamilyTable;
  /** Our address on this session. */
  ownNextHop: NextHopId;
  subscriber: Subscriber | null;
  endOfRib: boolean;
  /** Under way: judging anew what was received, sweeping stale rows, making rows long-lived stale. */
  judging: RowWalk | null;
  sweeping: { readonly walk: RowWalk; readonly from: number; readonly sparesLongLived: boolean } | null;
  shedding: RowWalk | null;
  aging: RowWalk | null;
  /** Rounds of sending the table again, counted from 1: the last one begun, and what it is for while it is not over. */
  round: number;
  opened: 'restart' | 'refresh' | null;
  /** No row bears the number of an earlier round. */
  cleanFrom: number;
}

/** A session, or one that is gone and whose rows are still being swept. */
export class Member implements Recipient {
  readonly index: PeerIndex;
  readonly policyPeer: PolicyPeer;
  maxMessage: number;
  peer: PipelinePeer;
  reader: UpdateReader;
  readonly families = new Map<FamilyKey, MemberFamily>();
  importPolicy: Policy | null;
  exportPolicy: Policy | null;
  nextHopSelf: boolean;
  defaultOrigins: DefaultOrigins;
  unsuppress: boolean;
  /** The set of the last UPDATE, with a reference, for those that repeat its block. */
  lastSet: AttrId = NO_ATTR;
  /** Where link-local next hops of this session are, and whether these are the better ones. */
  zone: Zone = NO_ZONE;
  isOnLink = false;
  private ownAddress: NextHopId = NO_NEXT_HOP;
  /** Null unless route target constraint was negotiated (RFC 4684). */
  targets: TargetMembership | null = null;
  isOpen = true;
  /** The session is lost, and its routes are kept for its return (RFC 4724). */
  isKept = false;
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
    this.defaultOrigins = peer.defaultOrigins ?? {};
    this.unsuppress = peer.unsuppress === true;
    this.carry(rib, peer);
  }

  /**
   * The session is back (RFC 4724 §4.2) and takes its rows over; families that it does not carry any more keep theirs, to
   * be swept. False: it is not the same peer for the decision process, and needs another place.
   */
  reopen(rib: Rib, peer: PipelinePeer): boolean {
    if (!isSamePeer(peer, this.peer)) return false;
    this.peer = peer;
    this.maxMessage = peer.maxMessage;
    this.reader = new UpdateReader(peer.context);
    this.keepLastSet(rib, NO_ATTR);
    this.importPolicy = peer.importPolicy;
    this.exportPolicy = peer.exportPolicy;
    this.nextHopSelf = peer.nextHopSelf;
    this.isOpen = true;
    this.isKept = false;
    this.isWritable = true;
    this.carry(rib, peer);
    return true;
  }

  family(family: Family): MemberFamily | undefined {
    return this.families.get(family.key);
  }

  /** Sends a block; false once the outbox is full. */
  send(block: Uint8Array, messages: number): void {
    if (!this.peer.outbox.send(block, messages)) this.isWritable = false;
  }

  sendRouteRefresh(message: Uint8Array): void {
    this.peer.outbox.sendRouteRefresh?.(message);
  }

  keepLastSet(rib: Rib, set: AttrId): void {
    if (set === this.lastSet) return;
    if (set !== NO_ATTR) rib.attributes.retain(set);
    if (this.lastSet !== NO_ATTR) rib.attributes.release(this.lastSet);
    this.lastSet = set;
  }

  /** The session is over: its far end is a next hop like any other. */
  close(rib: Rib): void {
    this.isOpen = false;
    this.isKept = false;
    rib.nextHops.leave(this.index, farEndOf(this.peer), this.zone);
  }

  /** Gives up every reference; the rows must be gone. */
  dispose(rib: Rib): void {
    this.keepLastSet(rib, NO_ATTR);
    for (const { ownNextHop } of this.families.values()) rib.nextHops.release(ownNextHop);
    this.keepOwnAddress(rib, NO_NEXT_HOP);
    rib.peers.give(this.index);
  }

  private keepOwnAddress(rib: Rib, id: NextHopId): void {
    if (id !== NO_NEXT_HOP) rib.nextHops.own(id);
    if (this.ownAddress !== NO_NEXT_HOP) rib.nextHops.disown(this.ownAddress);
    this.ownAddress = id;
  }

  private carry(rib: Rib, peer: PipelinePeer): void {
    const { nextHops } = rib;
    const { link, ownAddress: own } = peer;
    this.zone = link === undefined ? NO_ZONE : nextHops.zone(link.interface);
    this.isOnLink = link?.isOnLink === true;
    nextHops.join(this.index, farEndOf(peer), this.zone);
    const id = own === undefined ? NO_NEXT_HOP : nextHops.learn(own, 0, own.length, this.zone, false);
    this.keepOwnAddress(rib, id);
    const isConstraining = peer.families.some(({ key }) => key === ROUTE_TARGETS.key);
    this.targets = isConstraining ? TargetMembership.none : null;
    for (const family of peer.families) {
      const address = peer.nextHops.get(family.key);
      const table = address === undefined ? undefined : rib.open(family);
      if (table === undefined || address === undefined) continue;
      const ownNextHop = rib.nextHops.intern(address, 0, address.length);
      rib.nextHops.retain(ownNextHop);
      const known = this.families.get(family.key);
      if (known === undefined) this.families.set(family.key, familyOf(table, ownNextHop));
      else {
        rib.nextHops.release(known.ownNextHop);
        known.ownNextHop = ownNextHop;
        known.endOfRib = false;
      }
    }
  }
}

function familyOf(table: FamilyTable, ownNextHop: NextHopId): MemberFamily {
  return {
    table,
    ownNextHop,
    subscriber: null,
    endOfRib: false,
    judging: null,
    sweeping: null,
    shedding: null,
    aging: null,
    round: 0,
    opened: null,
    cleanFrom: 1,
  };
}

function isSamePeer(a: PipelinePeer, b: PipelinePeer): boolean {
  return (
    a.routerId === b.routerId &&
    a.type === b.type &&
    a.as === b.as &&
    a.role === b.role &&
    a.localAs === b.localAs &&
    a.routeReflectorClient === b.routeReflectorClient
  );
}

/** The address of the far end. */
function farEndOf({ address, remoteAddress }: PipelinePeer): Uint8Array {
  const scope = address.indexOf('%');
  return remoteAddress ?? parseAddress(scope < 0 ? address : address.slice(0, scope));
}

function factsOf(peer: PipelinePeer): PeerFacts {
  return {
    internal: peer.type === 'internal',
    member: peer.isMember === true,
    client: peer.routeReflectorClient === true,
    routerId: peer.routerId,
    name: peer.address,
    address: farEndOf(peer),
  };
}
