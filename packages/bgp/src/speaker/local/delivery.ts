import { createNlriKey } from '../../net/nlri-key.js';
import { LOCAL_PEER, NO_OUT, NO_PREFIX, NO_SLOT, type OutKey } from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import type { Member } from '../members/member.js';
import type { Subscriber } from '../members/subscriber.js';
import { tableOfName } from './route-name.js';

/** Whether our own route went into the outbox of a peer: not decided yet, yes, or it does not go there. */
export type Delivery = 'pending' | 'sent' | 'nothing';

export function deliveryOf(rib: Rib, member: Member, text: string): Delivery {
  const key = createNlriKey();
  const table = tableOfName(rib, text, key);
  const subscriber = member.family(table.family)?.subscriber;
  if (!subscriber) return 'nothing';
  const prefix = table.prefixes.find(key);
  if (prefix === NO_PREFIX) return 'nothing';
  if (table.loc.isDirty(prefix)) return 'pending';
  if (subscriber.group.keys === table) return ofKey(subscriber, prefix);
  // With add-path each path has a place of its own.
  const { slots } = table;
  let found: Delivery = subscriber.isInStream ? 'nothing' : 'pending';
  for (let slot = slots.first(prefix); slot !== NO_SLOT; slot = slots.next(slot)) {
    const state = ofKey(subscriber, slot);
    if (state === 'pending') return state;
    if (state === 'sent' || found === 'pending') found = state;
  }
  return found;
}

function ofKey(subscriber: Subscriber, key: OutKey): Delivery {
  const isBehind = subscriber.isInStream || key < subscriber.cursor;
  if (!isBehind || subscriber.holds(key)) return 'pending';
  const isOurs = subscriber.group.adjOut.source(key) === LOCAL_PEER;
  return isOurs && subscriber.sent(key) !== NO_OUT ? 'sent' : 'nothing';
}
