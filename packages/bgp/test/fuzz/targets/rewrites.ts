import { type Rewrite, rewriteCanonical } from '../../../src/attributes/rewrite.js';
import { BgpError } from '../../../src/errors.js';
import type { UpdateContext } from '../../../src/message/update-context.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';
import type { Probe } from '../probe.js';
import { readAgain } from './update.js';

const PLAIN: Rewrite = {
  prepend: [],
  localPref: 'keep',
  med: 'keep',
  edits: null,
  markPartial: false,
  dropNonTransitiveUnknown: true,
  originatorId: null,
  prependCluster: null,
};

const REWRITES: readonly Rewrite[] = [
  PLAIN,
  { ...PLAIN, prepend: [65_000], localPref: 'remove', med: 'remove', markPartial: true, external: true },
  { ...PLAIN, prepend: [4_200_000_000, 7], localPref: 200, med: 5, markPartial: true },
  { ...PLAIN, localPref: 100, markPartial: true, originatorId: 0x0a000001, prependCluster: 0x0a000002 },
  { ...PLAIN, edits: { prepend: { as: 64_500, count: 300 }, origin: 'egp', addMed: -3, addLocalPref: 7 } },
  {
    ...PLAIN,
    prepend: [65_000],
    edits: {
      med: null,
      localPref: null,
      prependAses: [1, 2, 3],
      addCommunities: [0xffffff01, 1],
      removeCommunities: [0xffff0000],
      addLargeCommunities: ['1:2:3'],
    },
    external: true,
  },
  {
    ...PLAIN,
    ownAs: 64_496,
    edits: {
      asRules: [{ ases: [{ least: 1, most: 0x7fffffff }], with: null }],
      onlyToCustomer: 'self',
      aggregator: null,
      removeAttributes: [4, 8, 16, 22, 23, 40, 128, 255],
    },
  },
  {
    ...PLAIN,
    prepend: [7],
    ownAs: 64_496,
    edits: {
      asPath: ['self', 5],
      atomicAggregate: true,
      aggregator: { as: 5, address: '192.0.2.1' },
      onlyToCustomer: 5,
    },
    external: true,
  },
  {
    ...PLAIN,
    prepend: [65_000],
    markPartial: true,
    edits: {
      removeAttributes: [8, 23],
      setAttributes: [
        { code: 11, flags: 0xc0, value: new Uint8Array(0) },
        { code: 23, flags: 0xc0, value: Uint8Array.of(0, 8, 0, 0) },
        { code: 25, flags: 0xc0, value: new Uint8Array(20) },
        { code: 255, flags: 0x80, value: new Uint8Array(300) },
      ],
    },
    external: true,
  },
  { ...PLAIN, edits: { setCommunities: [], addMed: 4_294_967_295, removeCommunityPatterns: [] } },
];

/** Attributes that were taken stay good under each way to rewrite them, for the rest of the network. */
export function checkRewrites(probe: Probe, block: Uint8Array, control: number, inside: UpdateContext): void {
  const rewrite = REWRITES[(control >>> 4) % REWRITES.length]!;
  const out = new ByteWriter();
  try {
    rewriteCanonical(block, 0, block.length, rewrite, out);
  } catch (error) {
    if (error instanceof BgpError && error.code === 'BGP_ERR_ATTRIBUTE') return;
    throw error;
  }
  probe.see('rewritten', out.view());
  probe.expect(out.length <= block.length + 4096, 'a rewrite is out of proportion');
  readAgain(probe, 'what was rewritten', out.slice(), out.length, { ...inside, as4: true });
}
