import { encodeCanonical } from '../src/attributes/canonical.js';
import type { PathAttributes } from '../src/attributes/path-attributes.js';
import { encodeForSession } from '../src/attributes/session-attributes.js';
import { UpdatePacker } from '../src/message/update-packer.js';
import { type Family, IPV4_UNICAST } from '../src/net/family.js';
import { ByteWriter } from '../src/wire/byte-writer.js';

/** Numbers from a seed (mulberry32), so that two runs compare. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Attributes as a full table has them: a path of 2 to 6 ASes, some communities, a MED now and then. */
export function randomAttributes(random: () => number): PathAttributes {
  const pick = (n: number): number => Math.floor(random() * n);
  return {
    origin: 'igp',
    asPath: [{ type: 'sequence', ases: Array.from({ length: 2 + pick(5) }, () => 1 + pick(400_000)) }],
    ...(random() < 0.3 ? { med: pick(1000) } : {}),
    ...(random() < 0.6
      ? { communities: Array.from({ length: 1 + pick(6) }, () => (64512 + pick(500)) * 65536 + pick(1000)) }
      : {}),
    ...(random() < 0.2 ? { largeCommunities: [`${pick(70000)}:${pick(100)}:${pick(100)}`] } : {}),
  };
}

/** A stream of whole UPDATEs: `sets` attribute sets with `perSet` prefixes each, as messages one after the other. */
export function updateStream(
  family: Family,
  sets: number,
  perSet: number,
): { bytes: Uint8Array; offsets: number[] } {
  const random = seeded(20);
  const out = new ByteWriter(1 << 20);
  const offsets: number[] = [];
  const canonical = new ByteWriter();
  const wire = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 4096 });
  const plain = family === IPV4_UNICAST;
  for (let i = 0; i < sets; i++) {
    canonical.reset();
    wire.reset();
    encodeCanonical(randomAttributes(random), canonical);
    const nextHop4 = plain ? Uint8Array.of(192, 0, 2, 1) : null;
    encodeForSession(canonical.bytes, 0, canonical.length, { as4: true, nextHop4 }, wire);
    let left = perSet;
    offsets.push(out.length);
    packer.announce(
      out,
      family,
      wire.bytes,
      0,
      wire.length,
      plain ? null : new Uint8Array(16).fill(0x20),
      {
        next(key) {
          if (left-- === 0) return false;
          key.length = plain ? 24 : 48;
          key.a = plain ? ((random() * 2 ** 24) << 8) >>> 0 : (0x20010000 + random() * 65536) >>> 0;
          key.b = plain ? 0 : ((random() * 65536) << 16) >>> 0;
          key.c = 0;
          key.d = 0;
          return true;
        },
      },
      () => {},
    );
  }
  return { bytes: out.slice(), offsets };
}

/** Runs `work` until it took long enough, and gives nanoseconds per unit: the best of five. */
export function nanoseconds(units: number, work: () => void): number {
  for (let i = 0; i < 3; i++) work();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / units);
  }
  return best;
}
