import { randomAttributes, seeded } from '../../../bench/updates.js';
import { encodeCanonical } from '../../../src/attributes/canonical.js';
import { encodeForSession } from '../../../src/attributes/session-attributes.js';
import { HEADER_LENGTH } from '../../../src/message/message-type.js';
import { UpdatePacker } from '../../../src/message/update-packer.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import type { NlriKey } from '../../../src/net/nlri-key.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';

/** UPDATEs one after the other: the body of number `i` is `bytes[starts[i], ends[i])`. */
export interface UpdateStream {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly routes: number;
}

/** Distinct /24s, neighbours of each other. */
function keys(from: number, to: number): { next(key: NlriKey): boolean } {
  let at = from;
  return {
    next(key) {
      if (at === to) return false;
      key.length = 24;
      key.a = (0x01000000 + (at++ << 8)) >>> 0;
      key.pathId = 0;
      return true;
    },
  };
}

/**
 * A table of so many routes, cut by `share` into UPDATEs with attributes of their own. Another seed: the same prefixes with
 * other attributes. The prefixes are those from number `first` on.
 */
export function tableOf(
  routes: number,
  share: (random: () => number) => number,
  seed = 1,
  first = 0,
): UpdateStream {
  const random = seeded(seed);
  const out = new ByteWriter(1 << 20);
  const canonical = new ByteWriter();
  const wire = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 4096 });
  const encoding = { as4: true, nextHop4: Uint8Array.of(192, 0, 2, 1) };
  // Where each is cut depends on a seed of its own, so that the same prefixes share attributes whatever the seed is.
  const cut = seeded(7);
  for (let at = 0; at < routes; ) {
    const end = Math.min(routes, at + share(cut));
    canonical.reset();
    wire.reset();
    encodeCanonical(randomAttributes(random), canonical);
    encodeForSession(canonical.bytes, 0, canonical.length, encoding, wire);
    const prefixes = keys(first + at, first + end);
    packer.announce(out, IPV4_UNICAST, wire.bytes, 0, wire.length, null, prefixes, () => {});
    at = end;
  }
  return cutUp(out.slice(), routes);
}

/** Withdraws such a table, at most so many routes with an UPDATE; by default as many as fit. */
export function withdrawalOf(routes: number, most = routes): UpdateStream {
  const out = new ByteWriter(1 << 20);
  const packer = new UpdatePacker({ maxMessage: 4096 });
  for (let at = 0; at < routes; at += most) {
    packer.withdraw(out, IPV4_UNICAST, keys(at, Math.min(routes, at + most)));
  }
  return cutUp(out.slice(), routes);
}

function cutUp(bytes: Uint8Array, routes: number): UpdateStream {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    starts.push(at + HEADER_LENGTH);
    at += (bytes[at + 16]! << 8) | bytes[at + 17]!;
    ends.push(at);
  }
  return { bytes, starts, ends, routes };
}
