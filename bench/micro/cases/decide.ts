import { encodeCanonical } from '../../../packages/bgp/src/attributes/canonical.js';
import { IPV4_UNICAST } from '../../../packages/bgp/src/net/family.js';
import { createNlriKey } from '../../../packages/bgp/src/net/nlri-key.js';
import type { AttrId, PrefixId } from '../../../packages/bgp/src/rib/ids.js';
import { Rib } from '../../../packages/bgp/src/rib/rib.js';
import { ByteWriter } from '../../../packages/bgp/src/wire/byte-writer.js';
import type { Bench, BenchFile } from '../bench.js';

const PREFIXES = 50_000;

/** A path comes, and the prefix is decided: the first one, and against others that are as good up to ORIGIN, or worse. */
export const decide: BenchFile = () => [
  decided(1, true),
  decided(4, false),
  decided(4, true),
  decided(16, true),
];

function decided(peers: number, isTie: boolean): Bench {
  const attributes = (rib: Rib, extra: number): AttrId => {
    const out = new ByteWriter();
    const ases = [64_600, ...Array.from({ length: extra }, () => 7)];
    encodeCanonical({ origin: 'igp', asPath: [{ type: 'sequence', ases }] }, out);
    return rib.attributes.intern(out.bytes, 0, out.length);
  };
  let decideAll = (): void => {};
  return {
    name: `decide: ${peers === 1 ? 'one path' : `${peers} paths${isTie ? ' that tie' : ', the first is the best'}`}`,
    unit: 'path',
    units: PREFIXES * peers,
    before: () => {
      const local = { internal: false, routerId: 1, address: new Uint8Array(4) };
      const rib = new Rib([IPV4_UNICAST], local, { maximumPaths: 1, exactAsPath: true });
      const table = rib.tables[0]!;
      const key = createNlriKey();
      const ids: PrefixId[] = [];
      for (let i = 0; i < PREFIXES; i++) {
        key.a = i << 8;
        key.length = 24;
        ids.push(table.prefixes.add(key));
      }
      const sources = Array.from({ length: peers }, (_, n) => {
        const address = Uint8Array.of(10, 0, 0, n + 1);
        const peer = rib.peers.take({ internal: false, routerId: 100 - n, address });
        return { peer, set: attributes(rib, isTie ? 1 : n + 1), hop: rib.nextHops.intern(address, 0, 4) };
      });
      decideAll = () => {
        for (const { peer, set, hop } of sources) {
          for (const id of ids) table.setPath(id, peer, 0, set, hop, set, hop, 0);
        }
        while (table.loc.decideNext() !== 0);
      };
    },
    work: () => decideAll(),
  };
}
