import { updateStream } from '../../../packages/bgp/bench/updates.js';
import { type Family, IPV4_UNICAST, IPV6_UNICAST } from '../../../packages/bgp/src/net/family.js';
import { createNlriKey, nlriCodec } from '../../../packages/bgp/src/nlri/nlri.js';
import { ByteWriter } from '../../../packages/bgp/src/wire/byte-writer.js';
import type { Bench, BenchFile } from '../bench.js';
import { externalReader, SETS } from './streams.js';

const HEADER = 19;
const ROUTES = 200_000;

/** From the octets of an UPDATE to a vetted message, to canonical attributes, to prefixes. */
export const decode: BenchFile = () => [
  ...updates(IPV4_UNICAST, 1),
  ...updates(IPV4_UNICAST, 7),
  ...updates(IPV6_UNICAST, 7),
  prefixes(IPV4_UNICAST),
  prefixes(IPV6_UNICAST),
];

function updates(family: Family, routes: number): Bench[] {
  const { bytes, offsets } = updateStream(family, SETS, routes);
  const ends = [...offsets.slice(1), bytes.length];
  const reader = externalReader();
  const canonical = new ByteWriter(1 << 22);
  const what = `UPDATE with ${routes} ${family.name} route${routes === 1 ? '' : 's'}`;
  const common = { unit: 'UPDATE', units: SETS };
  return [
    {
      ...common,
      name: `decode: ${what}`,
      work: () => {
        for (let i = 0; i < SETS; i++) reader.read(bytes, offsets[i]! + HEADER, ends[i]!);
      },
    },
    {
      ...common,
      name: `decode: ${what}, attributes as before`,
      work: () => {
        for (let i = 0; i < SETS; i++) reader.read(bytes, offsets[7]! + HEADER, ends[7]!);
      },
    },
    {
      ...common,
      name: `decode: ${what}, to canonical form`,
      work: () => {
        canonical.reset();
        for (let i = 0; i < SETS; i++) {
          reader.read(bytes, offsets[i]! + HEADER, ends[i]!);
          reader.canonical(canonical);
        }
      },
    },
  ];
}

function prefixes(family: Family): Bench {
  const codec = nlriCodec(family)!;
  const key = createNlriKey();
  const field = new ByteWriter(1 << 20);
  for (let i = 0; i < ROUTES; i++) {
    key.length = family === IPV4_UNICAST ? 24 : 48;
    key.a = (i << 8) >>> 0;
    codec.write(field, key, false);
  }
  return {
    name: `decode: prefix of ${family.name}`,
    unit: 'route',
    units: ROUTES,
    work: () => {
      for (let at = 0; at < field.length; ) at = codec.read(field.bytes, at, field.length, false, key);
    },
  };
}
