import { rewriteCanonical } from '../../../packages/bgp/src/attributes/rewrite.js';
import { encodeForSession } from '../../../packages/bgp/src/attributes/session-attributes.js';
import { UpdatePacker } from '../../../packages/bgp/src/message/update-packer.js';
import { IPV4_UNICAST } from '../../../packages/bgp/src/net/family.js';
import type { NlriKey } from '../../../packages/bgp/src/net/nlri-key.js';
import { ByteWriter } from '../../../packages/bgp/src/wire/byte-writer.js';
import type { Bench, BenchFile } from '../bench.js';
import { canonicalBlocks, SETS } from './streams.js';

const ROUTES = 140_000;
const nextHop4 = Uint8Array.of(192, 0, 2, 1);

/** From canonical attributes to those that a session is sent, and from prefixes to full messages. */
export const pack: BenchFile = () => {
  const { bytes, starts } = canonicalBlocks(SETS);
  const out = new ByteWriter(1 << 16);
  const eachSet = (name: string, work: (start: number, end: number) => void): Bench => ({
    name,
    unit: 'set',
    units: SETS,
    work: () => {
      for (let i = 0; i < SETS; i++) {
        out.reset();
        work(starts[i]!, starts[i + 1]!);
      }
    },
  });
  const rewrite = {
    prepend: [65_000],
    localPref: 'remove',
    med: 'remove',
    edits: null,
    markPartial: true,
    dropNonTransitiveUnknown: true,
    originatorId: null,
    prependCluster: null,
    external: true,
  } as const;
  return [
    eachSet('pack: attributes rewritten for an external peer', (start, end) =>
      rewriteCanonical(bytes, start, end, rewrite, out),
    ),
    eachSet('pack: attributes for a session with 4-octet ASes', (start, end) =>
      encodeForSession(bytes, start, end, { as4: true, nextHop4 }, out),
    ),
    eachSet('pack: attributes for a session with 2-octet ASes', (start, end) =>
      encodeForSession(bytes, start, end, { as4: false, nextHop4 }, out),
    ),
    ...[1, 7, ROUTES].map((perSet) => packed(perSet, bytes.subarray(starts[0]!, starts[1]!), out)),
  ];
};

function packed(perSet: number, block: Uint8Array, out: ByteWriter): Bench {
  const packer = new UpdatePacker({ maxMessage: 4096 });
  const wire = new ByteWriter();
  encodeForSession(block, 0, block.length, { as4: true, nextHop4 }, wire);
  let left = 0;
  const keys = {
    next(key: NlriKey): boolean {
      key.a = left << 8;
      key.length = 24;
      return left-- > 0;
    },
  };
  const never = (): void => {};
  return {
    name: `pack: ${perSet === 1 ? 'one route' : `${perSet} routes`} of a set`,
    unit: 'route',
    units: ROUTES,
    work: () => {
      for (let done = 0; done < ROUTES; done += perSet) {
        out.reset();
        left = Math.min(perSet, ROUTES - done);
        packer.announce(out, IPV4_UNICAST, wire.bytes, 0, wire.length, null, keys, never);
      }
    },
  };
}
