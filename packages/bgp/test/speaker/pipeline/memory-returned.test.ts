import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { PeerIndex } from '../../../src/rib/ids.js';
import { pipeline, settle } from '../pipeline-fixture.js';
import { quietPeer } from './quiet-peers.js';
import { tableOf, type UpdateStream, withdrawalOf } from './table-stream.js';

const ROUTES = 100_000;
/** Less than an octet for a route: what a collector may find or not. */
const NOTHING = 0.9 * ROUTES;
const few = (random: () => number): number => 1 + Math.floor(random() * 13);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function octets(): { readonly buffers: number; readonly objects: number } {
  collect();
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return { buffers: arrayBuffers, objects: heapUsed };
}

class World {
  readonly p = pipeline();
  readonly peers: PeerIndex[];

  constructor(peers: number) {
    this.peers = Array.from({ length: peers }, (_, i) => this.p.openPeer(quietPeer(i)));
    settle(this.p);
  }

  feed(peer: number, { bytes, starts, ends }: UpdateStream): void {
    for (let i = 0; i < starts.length; i++) {
      this.p.receive(this.peers[peer]!, bytes, starts[i]!, ends[i]!);
      if (i % 256 === 0) this.p.work(() => true);
    }
    settle(this.p);
  }
}

/** Octets of columns that a table takes, and that are left of them when it has gone. */
function leaves(world: World, leave: () => void): { readonly taken: number; readonly left: number } {
  const before = octets().buffers;
  world.feed(0, table);
  const taken = octets().buffers - before;
  leave();
  return { taken, left: octets().buffers - before };
}

const table = tableOf(ROUTES, few, 1);
const other = tableOf(ROUTES, few, 2);
const gone = withdrawalOf(ROUTES);
// Once, so that compiled code and what is kept for good is there before anything is compared.
for (let i = 0; i < 2; i++) {
  const world = new World(3);
  for (const stream of [table, other, gone]) world.feed(0, stream);
}

t.test('the memory of a table goes back when its peer is lost', async (t) => {
  const world = new World(2);
  const { taken, left } = leaves(world, () => {
    world.p.closePeer(world.peers[0]!);
    settle(world.p);
  });
  t.match(world.p.totals(), { attributeSets: 0, families: [{ prefixes: 0, paths: 0 }] });
  t.ok(taken > 40 * ROUTES, `${taken} octets`);
  t.ok(left < 0.1 * taken, `${left} octets left of ${taken}`);
});

t.test('the memory of a table goes back when all of it is withdrawn', async (t) => {
  const world = new World(2);
  const { taken, left } = leaves(world, () => world.feed(0, gone));
  t.match(world.p.totals(), { families: [{ prefixes: 0, paths: 0 }] });
  // The last set that a peer sent is remembered, and with it stay the columns of the sets that there were.
  t.equal(world.p.totals().attributeSets, 1);
  t.ok(left < 0.2 * taken, `${left} octets left of ${taken}`);
});

t.test('what a second peer with the same prefixes gives back is taken by the next', async (t) => {
  const world = new World(4);
  world.feed(0, table);
  const before = octets();
  world.feed(1, other);
  const taken = octets().buffers - before.buffers;
  world.feed(1, gone);
  world.feed(2, other);
  const again = octets().buffers - before.buffers;
  t.ok(taken > 20 * ROUTES, `${taken} octets`);
  t.ok(again < 1.1 * taken, `${again} octets after ${taken}`);
});

t.test('tables that come and go do not add up', async (t) => {
  const world = new World(2);
  world.feed(0, table);
  world.feed(0, gone);
  const before = octets();
  for (let i = 0; i < 5; i++) {
    world.feed(0, i % 2 === 0 ? other : table);
    world.feed(0, gone);
  }
  const after = octets();
  t.ok(after.buffers - before.buffers < NOTHING, `${after.buffers - before.buffers} octets of columns`);
  t.ok(after.objects - before.objects < NOTHING, `${after.objects - before.objects} octets of objects`);
});
