/*
 * One point of growth: so many prefixes from so many peers, all the same ones, and one that receives. Prints what it came to, as
 * JSON. A process of its own for each point, so that none has the memory of another:
 *
 *     node --expose-gc --import=tsx --conditions=@peerage/source packages/bgp/bench/growth-point.ts PREFIXES PEERS full|pooled
 *
 * `full`: a set of attributes for 7 routes, as in a full table. `pooled`: 10,000 sets whatever the size, so that what grows is not
 * attributes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rib } from '../src/rib/rib.js';
import { quietPeer } from '../test/speaker/pipeline/quiet-peers.js';
import { tableOf } from '../test/speaker/pipeline/table-stream.js';
import { pipeline } from '../test/speaker/pipeline-fixture.js';
import { columnBytes } from './column-bytes.js';

const PIECES = 100;
const SETS = 10_000;
/** Input of one turn. */
const TURN_UPDATES = 64;
const WARM_UP_ROUTES = 30_000;
const WARM_UP_ROUNDS = 3;
const fullShare = (random: () => number): number => 1 + Math.floor(random() * 13);

/** So that a small table does not pay more than a large one for the compiler. */
function warmUp(): void {
  const p = pipeline();
  const from = p.openPeer(quietPeer(1));
  p.openPeer(quietPeer(0));
  for (let seed = 1; seed <= WARM_UP_ROUNDS; seed++) {
    const { bytes, starts, ends } = tableOf(WARM_UP_ROUTES, fullShare, seed);
    for (let i = 0; i < starts.length; i++) {
      p.receive(from, bytes, starts[i]!, ends[i]!);
      if (i % TURN_UPDATES === 0) p.work(() => true);
    }
    while (p.work(() => true));
  }
}

async function measure(prefixes: number, peers: number, isPooled: boolean) {
  warmUp();
  const p = pipeline();
  const settle = (): void => {
    while (p.work(() => true));
  };
  const from = Array.from({ length: peers }, (_, i) => p.openPeer(quietPeer(i + 1)));
  p.openPeer(quietPeer(0));
  settle();
  const piece = Math.ceil(prefixes / PIECES);
  const each = Math.ceil((piece * PIECES) / SETS);
  const share = isPooled ? () => each : fullShare;
  let microseconds = 0;
  for (const peer of from) {
    for (let first = 0; first < prefixes; first += piece) {
      // Made piece by piece, so that the input is no part of what is resident.
      const count = Math.min(piece, prefixes - first);
      const { bytes, starts, ends } = tableOf(count, share, 1 + first / piece, first);
      const before = process.cpuUsage();
      for (let i = 0; i < starts.length; i++) {
        p.receive(peer, bytes, starts[i]!, ends[i]!);
        if (i % TURN_UPDATES === 0) p.work(() => true);
      }
      settle();
      const { user, system } = process.cpuUsage(before);
      microseconds += user + system;
    }
  }
  // Until the collector has given back what it found.
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await sleep(200);
  }
  const { tables } = p as unknown as { readonly tables: Rib };
  const columns = columnBytes(tables);
  const { rss, heapUsed } = process.memoryUsage();
  const { families, attributeSets } = p.totals();
  return {
    ...{ prefixes, peers, paths: families[0]!.paths, attributeSets },
    nanosecondsPerRoute: (1000 * microseconds) / (prefixes * peers),
    residentBytes: rss,
    heapBytes: heapUsed,
    columnBytes: columns.others,
    attributeBytes: columns.attributes,
  };
}

const [prefixes, peers, sets] = process.argv.slice(2);
console.log(JSON.stringify(await measure(Number(prefixes), Number(peers), sets === 'pooled')));
