import { Column8 } from '../../rib/columns.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { Subscriber } from '../members/subscriber.js';

/** The members of a group that keep up: each has been sent what the group advertises, but for routes whose source it is. */
export class Stream {
  private readonly members = new Map<PeerIndex, Subscriber>();
  /** 1 for members: asked for every change. */
  private readonly isMember = new Column8();

  get size(): number {
    return this.members.size;
  }

  get(index: PeerIndex): Subscriber | undefined {
    return this.members.get(index);
  }

  values(): Iterable<Subscriber> {
    return this.members.values();
  }

  add(subscriber: Subscriber): void {
    this.members.set(subscriber.index, subscriber);
    this.isMember.set(subscriber.index, 1);
  }

  delete(index: PeerIndex): void {
    this.members.delete(index);
    this.isMember.set(index, 0);
  }

  /** This peer, if it is a member; else 0. */
  among(peer: PeerIndex): PeerIndex | 0 {
    return this.isMember.get(peer) === 0 ? 0 : peer;
  }
}
