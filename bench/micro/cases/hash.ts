import { seeded } from '../../../packages/bgp/bench/updates.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../../packages/bgp/src/net/family.js';
import { createNlriKey, nlriCodec } from '../../../packages/bgp/src/nlri/nlri.js';
import { hashBytes } from '../../../packages/bgp/src/rib/hash.js';
import { type PrefixTable, prefixTable } from '../../../packages/bgp/src/rib/prefix-table.js';
import type { Bench, BenchFile } from '../bench.js';
import { canonicalBlocks, SETS } from './streams.js';

const PREFIXES = 200_000;

/** Hashing octets, and tables from prefix to id. */
export const hash: BenchFile = () => {
  const { bytes, starts } = canonicalBlocks(SETS);
  let sum = 0;
  const octets: Bench = {
    name: 'hash: octets of an attribute set',
    unit: 'set',
    units: SETS,
    work: () => {
      for (let i = 0; i < SETS; i++) sum ^= hashBytes(bytes, starts[i]!, starts[i + 1]!);
      if (sum === 1) throw new Error('the sum is used, so that the loop stays');
    },
  };
  return [
    octets,
    ...[IPV4_UNICAST, IPV6_UNICAST].flatMap((family) =>
      tables(family.name, () => prefixTable(nlriCodec(family)!)),
    ),
  ];
};

function tables(name: string, make: () => PrefixTable): Bench[] {
  const random = seeded(3);
  const words = Int32Array.from({ length: PREFIXES }, () => random() * 2 ** 32);
  const key = createNlriKey();
  key.length = 24;
  let table = make();
  const addAll = (): void => {
    for (let i = 0; i < PREFIXES; i++) {
      key.a = words[i]! & 0xffffff00;
      table.add(key);
    }
  };
  const common = { unit: 'route', units: PREFIXES };
  return [
    {
      ...common,
      name: `hash: ${name} prefix that is new`,
      before: () => {
        table = make();
      },
      work: addAll,
    },
    {
      ...common,
      name: `hash: ${name} prefix that is known`,
      before: () => {
        table = make();
        addAll();
      },
      work: addAll,
    },
  ];
}
