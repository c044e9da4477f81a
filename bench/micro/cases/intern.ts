import { createSummary, summarize } from '../../../packages/bgp/src/attributes/summary.js';
import { AttributeStore } from '../../../packages/bgp/src/rib/attribute-store.js';
import type { BenchFile } from '../bench.js';
import { canonicalBlocks, SETS } from './streams.js';

/** From canonical octets to the id of a set, and what the decision reads of it. */
export const intern: BenchFile = () => {
  const { bytes, starts } = canonicalBlocks(SETS);
  let store = new AttributeStore();
  const internAll = (): void => {
    for (let i = 0; i < SETS; i++) store.intern(bytes, starts[i]!, starts[i + 1]!);
  };
  const summary = createSummary();
  const common = { unit: 'set', units: SETS };
  return [
    {
      ...common,
      name: 'intern: set that is new',
      before: () => {
        store = new AttributeStore();
      },
      work: internAll,
    },
    {
      ...common,
      name: 'intern: set that is known',
      before: () => {
        store = new AttributeStore();
        internAll();
      },
      work: internAll,
    },
    {
      ...common,
      name: 'intern: summary for the decision',
      work: () => {
        for (let i = 0; i < SETS; i++) summarize(bytes, starts[i]!, starts[i + 1]!, summary);
      },
    },
  ];
};
