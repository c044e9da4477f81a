import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import { Column8, Column16, Column32 } from '../../../src/rib/columns.js';
import { HashIndex } from '../../../src/rib/hash-index.js';
import type { PeerIndex } from '../../../src/rib/ids.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { pipeline } from '../pipeline-fixture.js';
import { quietPeer } from './quiet-peers.js';
import { tableOf, type UpdateStream, withdrawalOf } from './table-stream.js';

/** Cells of tables that were read or written since it was last set to 0: work, counted without a clock. */
let cells = 0;
for (const { prototype } of [Column8, Column16, Column32]) {
  const { get, set } = prototype;
  Object.assign(prototype, {
    get(this: Column32, i: number): number {
      cells++;
      return get.call(this as never, i);
    },
    set(this: Column32, i: number, value: number): void {
      cells++;
      set.call(this as never, i, value);
    },
  });
}

/** Of these, those of growing and shrinking an index, which is done segment by segment. */
let rehashed = 0;
let largestRehash = 0;
const { resize } = HashIndex.prototype as unknown as {
  resize: (segment: number, length: number) => Int32Array;
};
Object.assign(HashIndex.prototype, {
  resize(this: HashIndex, segment: number, length: number): Int32Array {
    const before = cells;
    const slots = resize.call(this, segment, length);
    rehashed += cells - before;
    largestRehash = Math.max(largestRehash, Math.max(slots.length, length));
    return slots;
  },
});

const STEP = 128;
/** What comes in one turn, at most. */
const INPUT_UPDATES = 16;
const SMALL = 25_000;
const LARGE = 200_000;
const few = (random: () => number): number => 1 + Math.floor(random() * 13);

/** Most cells that one turn went through until there was nothing more to do. */
function mostOfATurn(p: Pipeline): number {
  let most = 0;
  for (let more = true; more; most = Math.max(most, cells - rehashed)) {
    cells = 0;
    rehashed = 0;
    more = p.work(() => true);
  }
  return most;
}

class World {
  readonly p = pipeline({ stepSize: STEP });
  readonly from: PeerIndex;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.from = this.p.openPeer(quietPeer(0));
    this.p.openPeer(quietPeer(1));
    mostOfATurn(this.p);
  }

  feed({ bytes, starts, ends }: UpdateStream): number {
    let most = 0;
    for (let i = 0; i < starts.length; i++) {
      this.p.receive(this.from, bytes, starts[i]!, ends[i]!);
      if (i % INPUT_UPDATES > 0) continue;
      cells = 0;
      rehashed = 0;
      this.p.work(() => true);
      most = Math.max(most, cells - rehashed);
    }
    return Math.max(most, mostOfATurn(this.p));
  }

  /** Most cells of a turn, for each kind of work that goes over a whole table. */
  run(): Record<string, number> {
    const { p, from, size } = this;
    const most: Record<string, number> = {};
    const after = (name: string, begin: () => void): void => {
      begin();
      most[name] = mostOfATurn(p);
    };
    most.load = this.feed(tableOf(size, few, 1));
    most.change = this.feed(tableOf(size, few, 2));
    let late = 0 as PeerIndex;
    after('a new peer', () => {
      late = p.openPeer(quietPeer(2));
    });
    after('a peer that asks for everything again', () => p.refreshOut(late, IPV4_UNICAST));
    after('a new sink', () => p.addSink({ routes: () => {}, inSync: () => {} }));
    const lower = policyFunction('lower', () => ({
      action: 'accept',
      statement: 'all',
      edits: { localPref: 50 },
    }));
    after('another import policy', () => p.setPolicies(from, { importPolicy: lower, exportPolicy: null }));
    const longer = policyFunction('longer', () => ({
      action: 'accept',
      statement: 'all',
      edits: { med: 5 },
    }));
    after('another export policy', () => p.setPolicies(late, { importPolicy: null, exportPolicy: longer }));
    after('a lost peer', () => p.closePeer(late));
    most.withdrawals = this.feed(withdrawalOf(size, 7));
    after('loss of the table', () => {
      this.feed(tableOf(size, few, 1));
      p.closePeer(from);
    });
    return most;
  }
}

/** A turn may besides empty one chunk of attribute octets, which a small table does not fill. */
const MOST_GROWTH = 2.5;

t.test('what one turn goes through does not grow with the table', async (t) => {
  const small = new World(SMALL).run();
  largestRehash = 0;
  const large = new World(LARGE).run();
  for (const [kind, most] of Object.entries(large)) {
    const before = small[kind]!;
    const text = `${kind}: ${before} cells with ${SMALL} routes, ${most} with ${LARGE}`;
    t.ok(most <= MOST_GROWTH * before, text);
    t.ok(most <= 400 * STEP, `${kind}: ${most} cells for steps of ${STEP}`);
  }
  // Half of its slots are used at most, and it doubles.
  t.ok(largestRehash <= ((8 / 3) * LARGE) / 64, `an index grew by ${largestRehash} slots at once`);
});
