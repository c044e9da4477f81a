import t from 'tap';
import { AdjRibIn } from '../../src/rib/adj-rib-in.js';
import { AttributeStore } from '../../src/rib/attribute-store.js';
import { NO_ATTR, NO_ROW, type PathRow, type PeerIndex, type PrefixId } from '../../src/rib/ids.js';
import { NextHopTable } from '../../src/rib/next-hop-table.js';
import { seeded } from './seeded.js';

t.test(
  'rows are found, chained and counted as a naive twin does it, also among many of one prefix',
  async (t) => {
    const seed = Number(process.env.SEED ?? 1);
    const random = seeded(seed);
    const attributes = new AttributeStore();
    const nextHops = new NextHopTable();
    const rib = new AdjRibIn(attributes, nextHops);
    const sets = Array.from({ length: 10 }, (_, i) => attributes.intern(Uint8Array.of(1, 2, 3, i), 0, 4));
    const hops = Array.from({ length: 5 }, (_, i) => nextHops.intern(Uint8Array.of(10, 0, 0, i), 0, 4));
    for (const set of sets) attributes.retain(set);
    for (const hop of hops) nextHops.retain(hop);
    /** By prefix: `peer/pathId` to the row and what it holds. */
    const twin = new Map<number, Map<string, { row: PathRow; text: string }>>();

    const check = (step: number): void => {
      const byPeer = new Map<number, Set<number>>();
      let size = 0;
      for (const [prefix, rows] of twin) {
        const found = new Set<number>();
        for (let row = rib.head(prefix as PrefixId); row !== NO_ROW; row = rib.next(row)) found.add(row);
        if (found.size !== rows.size)
          throw new Error(`seed ${seed}, step ${step}: chain of ${found.size}, not ${rows.size}`);
        for (const [key, { row, text }] of rows) {
          const [peer = 0, pathId = 0] = key.split('/').map(Number);
          const holds = `${rib.receivedSet(row)} ${rib.accepted(row)} ${rib.nextHop(row)} ${rib.receivedNextHop(row)}`;
          const isRight =
            found.has(row) &&
            holds === text &&
            rib.find(prefix as PrefixId, peer as PeerIndex, pathId) === row;
          if (!isRight) throw new Error(`seed ${seed}, step ${step}: row ${key} of ${prefix} is wrong`);
          byPeer.set(peer, (byPeer.get(peer) ?? new Set()).add(row));
          size++;
        }
      }
      for (let peer = 2; peer < 42; peer++) {
        const found = new Set<number>();
        let accepted = 0;
        for (let row = rib.peerHead(peer as PeerIndex); row !== NO_ROW; row = rib.nextOfPeer(row)) {
          found.add(row);
          if (rib.accepted(row) !== NO_ATTR) accepted++;
        }
        const isRight =
          found.size === (byPeer.get(peer)?.size ?? 0) &&
          rib.receivedCount(peer as PeerIndex) === found.size &&
          rib.acceptedCount(peer as PeerIndex) === accepted;
        if (!isRight) throw new Error(`seed ${seed}, step ${step}: chain of peer ${peer} is wrong`);
      }
      if (rib.size !== size) throw new Error(`seed ${seed}, step ${step}: size ${rib.size}, not ${size}`);
    };

    for (let step = 0; step < 30_000; step++) {
      // Prefix 1 has up to 80 paths, the others a few.
      const prefix = (random(3) === 0 ? 1 : 2 + random(50)) as PrefixId;
      const peer = (2 + (prefix === 1 ? random(40) : random(4))) as PeerIndex;
      const pathId = random(2) * 7;
      const rows = twin.get(prefix) ?? new Map<string, { row: PathRow; text: string }>();
      twin.set(prefix, rows);
      const key = `${peer}/${pathId}`;
      const known = rows.get(key);
      const isGrowing = Math.floor(step / 6000) % 2 === 0;
      if (random(10) < (isGrowing ? 7 : 3)) {
        const row = known?.row ?? rib.add(prefix, peer, pathId);
        const received = sets[random(10)]!;
        const accepted = [received, NO_ATTR, sets[random(10)]!][random(3)]!;
        const hop = hops[random(5)]!;
        const receivedHop = random(4) === 0 ? hops[random(5)]! : hop;
        rib.fill(row, received, receivedHop, accepted, hop, step);
        rows.set(key, { row, text: `${received} ${accepted} ${hop} ${receivedHop}` });
        if (random(2) === 0) {
          rib.moveToFront(row);
          if (rib.head(prefix) !== row) throw new Error(`seed ${seed}, step ${step}: not at the front`);
        }
      } else if (known !== undefined) {
        rib.remove(known.row);
        rows.delete(key);
      }
      if (step % 500 === 0) check(step);
    }
    check(30_000);
    for (const rows of twin.values()) for (const { row } of rows.values()) rib.remove(row);
    t.equal(rib.size, 0);
    for (const set of sets) t.equal(attributes.references(set), 1, 'every reference was given up');
    for (const hop of hops) nextHops.release(hop);
    nextHops.collect();
    t.equal(nextHops.size, 0);
  },
);
