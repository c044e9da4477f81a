import t from 'tap';
import { parseAddress } from '../../src/net/address.js';
import type { NextHopId, PeerIndex } from '../../src/rib/ids.js';
import { NextHopTable, NO_ZONE, type Zone } from '../../src/rib/next-hop-table.js';

const RD = new Uint8Array(8);
const peer = (n: number): PeerIndex => n as PeerIndex;

/** Puts in the octets of one or more addresses, one behind the other. */
function put(table: NextHopTable, zone: Zone, ...parts: readonly (string | Uint8Array)[]): NextHopId {
  const octets = parts.flatMap((part) => [...(typeof part === 'string' ? parseAddress(part) : part)]);
  return table.intern(Uint8Array.from(octets), 0, octets.length, zone);
}

t.test('a next hop is the far end of a session in every form that it comes in', async (t) => {
  const table = new NextHopTable();
  const early = put(table, NO_ZONE, '10.0.0.1');
  table.join(peer(7), parseAddress('10.0.0.1'), NO_ZONE);
  table.join(peer(8), parseAddress('2001:db8::8'), NO_ZONE);
  t.equal(table.farEnd(early), 7, 'one that was there before');
  t.equal(table.farEnd(put(table, NO_ZONE, RD, '10.0.0.1')), 7, 'behind a route distinguisher');
  t.equal(table.farEnd(put(table, NO_ZONE, '::ffff:10.0.0.1')), 7, 'mapped to IPv6');
  t.equal(table.farEnd(put(table, NO_ZONE, RD, '::ffff:10.0.0.1')), 7);
  t.equal(table.farEnd(put(table, NO_ZONE, '2001:db8::8', 'fe80::8')), 8, 'with a link-local address');
  t.equal(table.farEnd(put(table, NO_ZONE, RD, '2001:db8::8', RD, 'fe80::8')), 8);
  t.equal(table.farEnd(put(table, NO_ZONE, '10.0.0.2')), 0);
  t.equal(table.farEnd(put(table, NO_ZONE)), 0, 'none at all');
  table.leave(peer(7), parseAddress('10.0.0.1'), NO_ZONE);
  t.equal(table.farEnd(early), 0);
  t.equal(table.farEnd(put(table, NO_ZONE, RD, '10.0.0.1')), 0);
});

t.test('a link-local far end is one on its own link only', async (t) => {
  const table = new NextHopTable();
  const [one, other] = [table.zone('eth1'), table.zone('eth2')];
  table.join(peer(7), parseAddress('fe80::1'), one);
  t.equal(table.farEnd(put(table, one, 'fe80::1')), 7);
  t.equal(table.farEnd(put(table, other, 'fe80::1')), 0);
  t.equal(table.farEnd(put(table, one, '2001:db8::1', 'fe80::1')), 7);
});

t.test('an id that is used anew is judged anew', async (t) => {
  const table = new NextHopTable();
  table.join(peer(7), parseAddress('10.0.0.1'), NO_ZONE);
  const id = put(table, NO_ZONE, '10.0.0.1');
  table.collect();
  t.equal(table.farEnd(id), 0);
  t.equal(put(table, NO_ZONE, '10.0.0.3'), id);
  t.equal(table.farEnd(id), 0);
});

t.test('the next hop of an address that two sessions had is that of the one which stays', async (t) => {
  const table = new NextHopTable();
  const both = put(table, NO_ZONE, '2001:db8::8', 'fe80::8');
  table.join(peer(7), parseAddress('fe80::8'), NO_ZONE);
  t.equal(table.farEnd(both), 7);
  table.join(peer(8), parseAddress('2001:db8::8'), NO_ZONE);
  t.equal(table.farEnd(both), 8, 'the global address goes before the link-local one');
  table.leave(peer(8), parseAddress('2001:db8::8'), NO_ZONE);
  t.equal(table.farEnd(both), 7);
  table.join(peer(9), parseAddress('fe80::8'), NO_ZONE);
  table.leave(peer(7), parseAddress('fe80::8'), NO_ZONE);
  t.equal(table.farEnd(both), 9, 'a session that came back leaves nothing of the one before');
});
