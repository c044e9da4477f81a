/**
 * One peer sends a table, one receives it: UPDATE bytes in memory, through receive, decide and export, to UPDATE bytes.
 *
 *     node --expose-gc --import=tsx --conditions=@peerage/source packages/bgp/bench/pipeline.ts [prefixes] [receivers]
 *
 * The data are seeded, so that two runs compare: distinct prefixes, 60 % of them /24, about 7 to an attribute set, AS paths of
 * 2 to 8 hops, most with communities.
 */
import { performance } from 'node:perf_hooks';
import { IPV4_UNICAST } from '../src/net/family.js';
import type { PipelinePeer } from '../src/speaker/members/pipeline-peer.js';
import { Pipeline } from '../src/speaker/pipeline/pipeline.js';
import { ByteWriter } from '../src/wire/byte-writer.js';

const count = Number(process.argv[2] ?? 1_000_000);
const receivers = Number(process.argv[3] ?? 1);

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bodies of UPDATEs, each with its length in front (2 octets). */
function table(prefixes: number): Uint8Array {
  const random = seeded(1);
  const out = new ByteWriter(1 << 26);
  let next = 0x01000000;
  for (let made = 0; made < prefixes; ) {
    const hole = out.reserve(2);
    const body = out.length;
    out.u16(0);
    const attributes = out.reserve(2);
    out.copy(Uint8Array.of(0x40, 1, 1, random() < 0.9 ? 0 : 2));
    const hops = 2 + Math.floor(random() * 7);
    out.copy(Uint8Array.of(0x40, 2, 2 + 4 * hops, 2, hops));
    out.u32(64_601);
    for (let i = 1; i < hops; i++) out.u32(1 + Math.floor(random() * 400_000));
    out.copy(Uint8Array.of(0x40, 3, 4, 192, 0, 2, 1));
    if (random() < 0.15) {
      out.copy(Uint8Array.of(0x80, 4, 4));
      out.u32(Math.floor(random() * 1000));
    }
    if (random() < 0.6) {
      const communities = 1 + Math.floor(random() * 4);
      out.copy(Uint8Array.of(0xc0, 8, 4 * communities));
      for (let i = 0; i < communities; i++)
        out.u32(0x10000 + Math.floor(random() * 0xfffeffff - 0x10000) / 2);
    }
    out.patch16(attributes, out.length - attributes - 2);
    const share = Math.min(prefixes - made, 1 + Math.floor(random() * 13));
    for (let i = 0; i < share; i++, made++) {
      const length = random() < 0.6 ? 24 : 20 + Math.floor(random() * 4);
      const step = 1 << (32 - length);
      next = Math.ceil((next + 1) / step) * step;
      if (next >= 0xdf000000) throw new Error('out of addresses');
      out.u8(length);
      out.u8(next >>> 24);
      out.u8(next >>> 16);
      if (length > 16) out.u8(next >>> 8);
      next += step - 1;
      // Blocks of neighbours with gaps, as deaggregation leaves them.
      if (random() < 0.02) next += Math.floor(random() * 40) << 8;
    }
    out.patch16(hole, out.length - body);
  }
  return out.slice();
}

function peer(
  address: string,
  as: number,
  nextHop: number[],
  onBytes: (bytes: number) => void,
): PipelinePeer {
  return {
    address,
    as,
    type: 'external',
    localAs: 65_000,
    routerId: as,
    context: {
      as4: true,
      type: 'external',
      localAs: 65_000,
      peerAs: as,
      maxMessage: 4096,
      receives: (family) => family === IPV4_UNICAST,
      addPath: () => false,
    },
    families: [IPV4_UNICAST],
    nextHops: new Map([[IPV4_UNICAST.key, Uint8Array.from(nextHop)]]),
    nextHopSelf: false,
    as4: true,
    maxMessage: 4096,
    importPolicy: null,
    exportPolicy: null,
    requirePolicy: false,
    outbox: {
      send(block) {
        onBytes(block.length);
        return true;
      },
    },
  };
}

function megabytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss } = process.memoryUsage();
  return rss / 1e6;
}

function settle(pipeline: Pipeline): void {
  while (pipeline.work(() => false));
}

const data = table(count);
const before = megabytes();
const buffersBefore = process.memoryUsage().arrayBuffers;
for (let run = 0; run < Number(process.argv[4] ?? 3); run++) {
  let sent = 0;
  const pipeline = new Pipeline({
    localAs: 65_000,
    routerId: 0x0a000001,
    maximumPaths: 1,
    exactAsPath: true,
    now: () => performance.now(),
  });
  const from = pipeline.openPeer(peer('192.0.2.1', 64_601, [192, 0, 2, 254], () => {}));
  for (let i = 0; i < receivers; i++) {
    pipeline.openPeer(
      peer(`198.51.${i >>> 8}.${i & 255}`, 64_700 + i, [198, 51, 255, 254], (n) => (sent += n)),
    );
  }
  settle(pipeline);
  const cpu = process.cpuUsage();
  const start = performance.now();
  let longest = 0;
  let updates = 0;
  for (let at = 0; at < data.length; ) {
    // As the turn loop does it: some input, then a turn of work that is bounded by the clock.
    const turn = performance.now();
    const stop = Math.min(data.length, at + 65_536);
    while (at < stop) {
      const length = (data[at]! << 8) | data[at + 1]!;
      const fault = pipeline.receive(from, data, at + 2, at + 2 + length);
      if (fault !== null) throw new Error(fault.message);
      at += 2 + length;
      updates++;
    }
    const deadline = performance.now() + 4;
    pipeline.work(() => performance.now() > deadline);
    longest = Math.max(longest, performance.now() - turn);
  }
  settle(pipeline);
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const peak = process.memoryUsage().rss / 1e6;
  const after = megabytes();
  const totals = pipeline.totals();
  const perPrefix = ((after - before) * 1e6) / count;
  const columns = (process.memoryUsage().arrayBuffers - buffersBefore) / count;
  console.log(
    [
      `${(count / seconds / 1e6).toFixed(2)} M routes/s`,
      `${(updates / seconds / 1e3).toFixed(0)} k updates/s`,
      `${seconds.toFixed(2)} s`,
      `${(count / cpuSeconds / 1e6).toFixed(2)} M routes per CPU second`,
      `longest turn ${longest.toFixed(1)} ms`,
      `sent ${(sent / 1e6).toFixed(1)} MB`,
      `sets ${totals.attributeSets}`,
      `rss ${before.toFixed(0)} -> ${after.toFixed(0)} MB (peak ${peak.toFixed(0)})`,
      run === 0 ? `${perPrefix.toFixed(0)} B/prefix in all, ${columns.toFixed(0)} B in columns` : '',
    ].join(', '),
  );
  if (totals.families[0]!.prefixes !== count)
    throw new Error(`table has ${totals.families[0]!.prefixes} prefixes`);
  const lossStart = performance.now();
  pipeline.closePeer(from);
  settle(pipeline);
  console.log(
    `  loss of the peer: ${(performance.now() - lossStart).toFixed(0)} ms, rss ${megabytes().toFixed(0)} MB`,
  );
}
