import t from 'tap';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import { parseAddress } from '../../src/net/address.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_ROW, type PeerIndex } from '../../src/rib/ids.js';
import { Rib } from '../../src/rib/rib.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { seeded } from './seeded.js';

const PEERS = [2, 3, 4].map((n) => n as PeerIndex);

/** A table, with sets and next hops that something else refers to as well. */
function tables() {
  const local = { internal: false, routerId: 1, address: parseAddress('10.0.0.1') };
  const rib = new Rib([IPV4_UNICAST], local, { maximumPaths: 1, exactAsPath: true });
  const sets = [1, 2, 3].map((med): AttrId => {
    const out = new ByteWriter();
    encodeCanonical({ origin: 'igp', asPath: [], med }, out);
    const set = rib.attributes.intern(out.bytes, 0, out.length);
    rib.attributes.retain(set);
    return set;
  });
  const hops = ['192.0.2.1', '192.0.2.2'].map((text): NextHopId => {
    const hop = rib.nextHops.intern(parseAddress(text), 0, 4);
    rib.nextHops.retain(hop);
    return hop;
  });
  for (const n of PEERS)
    rib.peers.take({ internal: false, routerId: n, address: parseAddress(`10.0.0.${n}`) });
  return { rib, table: rib.table(IPV4_UNICAST)!, sets, hops };
}

type Tables = ReturnType<typeof tables>;

function shape({ rib, table, sets }: Tables) {
  const { paths } = table;
  const chains = PEERS.map((peer) => {
    const rows: string[] = [];
    for (let row = paths.peerHead(peer); row !== 0; row = paths.nextOfPeer(row)) {
      rows.push(
        `${paths.prefix(row)} ${paths.receivedSet(row)} ${paths.accepted(row)} ${paths.nextHop(row)}`,
      );
    }
    return rows;
  });
  const counts = PEERS.map((peer) => [paths.receivedCount(peer), paths.acceptedCount(peer)]);
  const decided: string[] = [];
  for (let prefix = table.loc.decideNext(); prefix !== 0; prefix = table.loc.decideNext()) {
    const best = table.loc.bestPath;
    decided.push(`${prefix} ${best === 0 ? 'none' : paths.peer(best)} ${table.loc.hadBest}`);
  }
  return { chains, counts, decided, references: sets.map((set) => rib.attributes.references(set)) };
}

t.test('paths that come and go in runs leave the table as single ones do', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const below = seeded(seed);
    const [single, runs] = [tables(), tables()];
    const key = createNlriKey();
    for (let step = 0; step < 40; step++) {
      const peer = PEERS[below(3)]!;
      const [s, h, given] = [below(3), below(2), below(4)];
      const first = below(100);
      const last = first + 1 + below(20);
      if (below(8) === 0)
        for (const { table } of [single, runs]) table.paths.beginRound(peer, 1 + (step % 15));
      const { arrivals } = runs.table;
      const accepted = given === 0 ? NO_ATTR : given === 1 ? runs.sets[(s + 1) % 3]! : runs.sets[s]!;
      arrivals.begin(peer, runs.sets[s]!, runs.hops[h]!, accepted, runs.hops[h]!, step);
      for (let n = first; n < last; n++) {
        key.a = 0x0a000000 + (n << 8);
        key.length = 24;
        const one = single.table.prefixes.add(key);
        single.table.setPath(one, peer, 0, single.sets[s]!, single.hops[h]!, accepted, single.hops[h]!, step);
        const other = runs.table.prefixes.add(key);
        if (arrivals.take(other)) continue;
        arrivals.end();
        runs.table.setPath(other, peer, 0, runs.sets[s]!, runs.hops[h]!, accepted, runs.hops[h]!, step);
      }
      arrivals.end();
      if (below(4) === 0) {
        const gone = 1 + below(40);
        for (let n = 0; n < gone; n++) {
          const [one, other] = [single, runs].map(({ table }) => table.paths.peerHead(peer));
          if (one !== NO_ROW) single.table.removePath(one!);
          if (other !== NO_ROW) runs.table.removeNext(other!);
        }
        runs.table.endRemoval();
      }
      if (below(3) === 0) t.strictSame(shape(runs), shape(single), `seed ${seed}, step ${step}`);
    }
    t.strictSame(shape(runs), shape(single), `seed ${seed}`);
  }
  t.end();
});

t.test('a run takes what is alone at its prefix only, and may be empty', (t) => {
  const { table, sets, hops } = tables();
  const key = createNlriKey();
  key.a = 0x0a000000;
  key.length = 8;
  const prefix = table.prefixes.add(key);
  const { arrivals, paths } = table;
  const [set, hop] = [sets[0]!, hops[0]!];
  arrivals.begin(PEERS[0]!, set, hop, set, hop, 0);
  arrivals.end();
  t.equal(paths.size, 0);
  arrivals.begin(PEERS[0]!, set, hop, set, hop, 0);
  t.ok(arrivals.take(prefix));
  arrivals.end();
  arrivals.begin(PEERS[1]!, set, hop, set, hop, 0);
  t.notOk(arrivals.take(prefix));
  arrivals.end();
  t.equal(paths.size, 1);
  t.end();
});
