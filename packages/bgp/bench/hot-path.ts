/*
 * Nanoseconds and garbage of what runs for each UPDATE, attribute set or route. `npx tsx --expose-gc bench/hot-path.ts`
 *
 * Node 20, two shared cores under load: an UPDATE of seven IPv4 prefixes is vetted in 275 ns, in 105 ns when its attributes
 * are those of the one before; canonical form 230 ns more; a prefix is read in 3 ns (IPv6: 9 ns), written in 4 ns (11 ns); a
 * set is summarized in 33 ns, rewritten in 155 ns, encoded in 90 ns (two-octet AS: 195 ns); packing takes 10 ns a route in
 * full messages, 98 ns when each set has one route. Nothing is allocated per route; per UPDATE 0 to 13 octets when it is vetted, 28
 * when it is canonicalized too.
 */
import { rewriteCanonical } from '../src/attributes/rewrite.js';
import { encodeForSession } from '../src/attributes/session-attributes.js';
import { createSummary, summarize } from '../src/attributes/summary.js';
import { UpdatePacker } from '../src/message/update-packer.js';
import { UpdateReader } from '../src/message/update-reader.js';
import { type Family, IPV4_UNICAST, IPV6_UNICAST } from '../src/net/family.js';
import { createNlriKey, nlriCodec } from '../src/nlri/nlri.js';
import { ByteWriter } from '../src/wire/byte-writer.js';
import { nanoseconds, updateStream } from './updates.js';

const SETS = 20_000;
const PER_SET = 7;

function report(name: string, unit: string, units: number, work: () => void): void {
  const ns = nanoseconds(units, work);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  work();
  const garbage = (process.memoryUsage().heapUsed - before) / units;
  console.log(
    `${name.padEnd(34)} ${ns.toFixed(1).padStart(8)} ns/${unit}  ${garbage.toFixed(2).padStart(6)} B/${unit}`,
  );
}

function makeReader(): UpdateReader {
  return new UpdateReader({
    as4: true,
    type: 'external',
    localAs: 65000,
    peerAs: 65001,
    receives: () => true,
    addPath: () => false,
    maxMessage: 4096,
  });
}

function run(family: Family): void {
  const { bytes, offsets } = updateStream(family, SETS, PER_SET);
  const ends = [...offsets.slice(1), bytes.length];
  const reader = makeReader();
  const plain = family === IPV4_UNICAST;
  report(`${family.name} read`, 'update', SETS, () => {
    for (let i = 0; i < SETS; i++) reader.read(bytes, offsets[i]! + 19, ends[i]!);
  });
  report(`${family.name} read, same again`, 'update', SETS, () => {
    for (let i = 0; i < SETS; i++) reader.read(bytes, offsets[7]! + 19, ends[7]!);
  });
  const canonical = new ByteWriter(1 << 22);
  const starts: number[] = [];
  report(`${family.name} read + canonical`, 'update', SETS, () => {
    canonical.reset();
    starts.length = 0;
    for (let i = 0; i < SETS; i++) {
      reader.read(bytes, offsets[i]! + 19, ends[i]!);
      starts.push(canonical.length);
      reader.canonical(canonical);
    }
  });
  starts.push(canonical.length);
  const codec = nlriCodec(family)!;
  const key = createNlriKey();
  const field = new ByteWriter(1 << 20);
  for (let i = 0; i < 100_000; i++) {
    key.length = plain ? 24 : 48;
    key.a = (i << 8) >>> 0;
    codec.write(field, key, false);
  }
  report(`${family.name} nlri read`, 'route', 100_000, () => {
    for (let at = 0; at < field.length; ) at = codec.read(field.bytes, at, field.length, false, key);
  });
  report(`${family.name} nlri write`, 'route', 100_000, () => {
    field.reset();
    for (let i = 0; i < 100_000; i++) codec.write(field, key, false);
  });
  if (!plain) return;
  const summary = createSummary();
  report('summarize', 'set', SETS, () => {
    for (let i = 0; i < SETS; i++) summarize(canonical.bytes, starts[i]!, starts[i + 1]!, summary);
  });
  const out = new ByteWriter(1 << 16);
  const rewrite = {
    prepend: [65000],
    localPref: 'remove',
    med: 'remove',
    edits: null,
    markPartial: true,
    dropNonTransitiveUnknown: true,
    originatorId: null,
    prependCluster: null,
    external: true,
  } as const;
  report('rewriteCanonical', 'set', SETS, () => {
    for (let i = 0; i < SETS; i++) {
      out.reset();
      rewriteCanonical(canonical.bytes, starts[i]!, starts[i + 1]!, rewrite, out);
    }
  });
  for (const as4 of [true, false]) {
    const session = { as4, nextHop4: Uint8Array.of(192, 0, 2, 1) };
    report(`encodeForSession, ${as4 ? 4 : 2}-octet AS`, 'set', SETS, () => {
      for (let i = 0; i < SETS; i++) {
        out.reset();
        encodeForSession(canonical.bytes, starts[i]!, starts[i + 1]!, session, out);
      }
    });
  }
  const packer = new UpdatePacker({ maxMessage: 4096 });
  const wire = new ByteWriter();
  encodeForSession(
    canonical.bytes,
    0,
    starts[1]!,
    { as4: true, nextHop4: Uint8Array.of(192, 0, 2, 1) },
    wire,
  );
  let left = 0;
  const keys = {
    next(k: typeof key) {
      k.a = left << 8;
      k.length = 24;
      return left-- > 0;
    },
  };
  const never = (): void => {};
  for (const perMessage of [1, 7, 100_000]) {
    report(`pack, ${perMessage} routes a set`, 'route', 140_000, () => {
      for (let done = 0; done < 140_000; done += perMessage) {
        out.reset();
        left = Math.min(perMessage, 140_000 - done);
        packer.announce(out, IPV4_UNICAST, wire.bytes, 0, wire.length, null, keys, never);
      }
    });
  }
}

run(IPV4_UNICAST);
run(IPV6_UNICAST);
