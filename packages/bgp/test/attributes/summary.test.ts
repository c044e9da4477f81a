import t from 'tap';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import {
  clusterListHas,
  countAs,
  createSummary,
  SummaryFlag,
  summarize,
} from '../../src/attributes/summary.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

function blockOf(attributes: PathAttributes): ByteWriter {
  const out = new ByteWriter();
  out.u8(0xee); // blocks lie anywhere
  encodeCanonical(attributes, out);
  return out;
}

const summary = createSummary();
function summaryOf(attributes: PathAttributes): typeof summary {
  const block = blockOf(attributes);
  summarize(block.bytes, 1, block.length, summary);
  return summary;
}

t.test('the keys of the decision process are filled, with defaults for what is absent', async (t) => {
  t.match(
    summaryOf({
      origin: 'egp',
      med: 7,
      localPref: 0xffffffff,
      originatorId: '128.0.0.1',
      clusterList: ['1.1.1.1'],
    }),
    {
      origin: 1,
      med: 7,
      localPref: 0xffffffff,
      originatorId: 0x80000001,
      clusterListLength: 1,
    },
  );
  t.match(summaryOf({}), {
    origin: 0,
    localPref: 100,
    med: 0,
    asPathLength: 0,
    neighborAs: 0,
    originatorId: 0,
    flags: 0,
  });
});

t.test('a set counts one, confederation segments none', async (t) => {
  const path = [
    { type: 'confed-sequence', ases: [65001] },
    { type: 'sequence', ases: [4200000000, 2] },
    { type: 'set', ases: [3, 4, 5] },
  ] as const;
  t.match(summaryOf({ asPath: path }), {
    asPathLength: 3,
    neighborAs: 4200000000,
    flags: SummaryFlag.HasAsSet | SummaryFlag.HasConfed,
  });
  t.match(
    summaryOf({
      asPath: [
        { type: 'set', ases: [3] },
        { type: 'sequence', ases: [4] },
      ],
    }),
    { neighborAs: 0 },
  );
});

t.test('well-known communities and presence are flags', async (t) => {
  const communities = [
    0xffffff01, 0xffffff02, 0xffffff03, 0xffff029a, 0xffff0000, 0xffff0006, 0xffff0007, 0xffff1234,
  ];
  const f = SummaryFlag;
  t.equal(
    summaryOf({ communities }).flags,
    f.NoExport |
      f.NoAdvertise |
      f.NoExportSubconfed |
      f.Blackhole |
      f.GracefulShutdown |
      f.LlgrStale |
      f.NoLlgr,
  );
  t.equal(summaryOf({ med: 0, localPref: 0 }).flags, f.HasMed | f.HasLocalPref);
  t.equal(summaryOf({ unknown: [{ code: 99, flags: 0xc0, value: new Uint8Array(0) }] }).flags, f.HasUnknown);
});

t.test('ASes are counted through all segments, clusters are found', async (t) => {
  const block = blockOf({
    asPath: [
      { type: 'sequence', ases: [1, 2, 1] },
      { type: 'set', ases: [1, 3] },
    ],
    clusterList: ['10.0.0.1', '10.0.0.2'],
  });
  t.equal(countAs(block.bytes, 1, block.length, 1), 3);
  t.equal(countAs(block.bytes, 1, block.length, 9), 0);
  t.ok(clusterListHas(block.bytes, 1, block.length, 0x0a000002));
  t.notOk(clusterListHas(block.bytes, 1, block.length, 0x0a000003));
});
