import fc from 'fast-check';
import t from 'tap';
import type { AsPathSegment } from '../../src/attributes/path-attributes.js';
import type { PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import { FarEnd, LOCAL_AS, pipeline, settle } from '../speaker/pipeline-fixture.js';

const P = '192.0.2.0/24';
const ases = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** The AS_PATH that an external peer with messages of 4096 octets gets. */
function sent(asPath: readonly AsPathSegment[]): readonly AsPathSegment[] | undefined {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, [P], { origin: 'igp', asPath });
  settle(p);
  t.strictSame(b.problems, []);
  return b.held.get(P)?.attributes.asPath;
}

t.test('600 ASes pass whole and in order, in segments of 255 at most', async (t) => {
  const all = [64_601, ...ases(1_000, 599)];
  const segments = [0, 255, 510].map((at) => ({ type: 'sequence' as const, ases: all.slice(at, at + 255) }));
  const path = sent(segments);
  t.same(
    path?.flatMap((segment) => segment.ases),
    [65_000, ...all],
  );
  t.ok(path?.every((segment) => segment.ases.length >= 1 && segment.ases.length <= 255));
});

t.test('two segments of 200 ASes stay what they are', async (t) => {
  const all = [64_601, ...ases(2_000, 399)];
  const path = sent([all.slice(0, 200), all.slice(200)].map((list) => ({ type: 'sequence', ases: list })));
  t.same(
    path?.flatMap((segment) => segment.ases),
    [65_000, ...all],
  );
  t.ok(path?.every((segment) => segment.ases.length <= 255));
});

const flat = (path: readonly AsPathSegment[] | undefined): number[] => path?.flatMap((one) => one.ases) ?? [];

t.test(
  'our AS goes into a segment that has room, and into one of its own in front of a full one',
  async (t) => {
    for (const [count, expected] of [
      [253, [254]],
      [254, [255]],
      [255, [1, 255]],
    ] as const) {
      const path = sent([{ type: 'sequence', ases: [64_601, ...ases(3_000, count - 1)] }]);
      t.same(
        path?.map((one) => one.ases.length),
        expected,
        `${count} ASes`,
      );
      t.equal(flat(path)[0], 65_000);
    }
    const set: AsPathSegment = { type: 'set', ases: [7, 8, 9] };
    const path = sent([{ type: 'sequence', ases: [64_601] }, set]);
    t.same(
      path,
      [{ type: 'sequence', ases: [65_000, 64_601] }, set],
      'a set stays a set, behind the sequence',
    );
  },
);

t.test(
  'whatever segments come, they leave whole, in order, with our AS in front, and none is empty',
  async () => {
    const segment = fc.record({
      type: fc.constantFrom('sequence' as const, 'set' as const),
      ases: fc.array(fc.integer({ min: 1, max: 64_000 }), { minLength: 1, maxLength: 255 }),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (rest) => {
        const path = sent([{ type: 'sequence', ases: [64_601] }, ...rest]);
        const before = [64_601, ...rest.flatMap((one) => one.ases)];
        const types = path?.map((one) => one.type) ?? [];
        return (
          path?.every((one) => one.ases.length >= 1 && one.ases.length <= 255) === true &&
          types.filter((type) => type === 'set').length === rest.filter((one) => one.type === 'set').length &&
          flat(path).length === before.length + 1 &&
          flat(path)[0] === 65_000 &&
          // Members of a set have no order of their own.
          [...flat(path).slice(1)].sort().join() === [...before].sort().join()
        );
      }),
      { numRuns: 200, seed: 14 },
    );
  },
);

const CONFEDERATION = 100;
const within: Partial<PipelinePeer> = { confederationId: CONFEDERATION };

t.test('an external peer of a confederation sees its identifier, and no member of it', async (t) => {
  const inside: readonly (readonly AsPathSegment[])[] = [
    [],
    [{ type: 'confed-sequence', ases: [65_001] }],
    [
      { type: 'confed-sequence', ases: [65_001, 65_002] },
      { type: 'confed-set', ases: [65_003] },
    ],
    [
      { type: 'confed-sequence', ases: [65_001] },
      { type: 'sequence', ases: [7, 8] },
    ],
  ];
  for (const asPath of inside) {
    const p = pipeline();
    const isMember = asPath.length > 0;
    const from = isMember
      ? new FarEnd('10.0.0.1', 65_001, { ...within, isMember: true })
      : new FarEnd('10.0.0.1', LOCAL_AS, within);
    const to = new FarEnd('10.0.0.2', 64_602, { localAs: CONFEDERATION });
    for (const end of [from, to]) end.open(p);
    from.announce(p, [P], { origin: 'igp', asPath });
    settle(p);
    const outside = asPath.filter(({ type }) => type === 'sequence').flatMap((one) => one.ases);
    t.same(to.held.get(P)?.attributes.asPath, [{ type: 'sequence', ases: [CONFEDERATION, ...outside] }]);
    t.same(to.problems, []);
  }
});

t.test('a path with confederation segments from outside withdraws', async (t) => {
  for (const asPath of [
    [
      { type: 'confed-sequence', ases: [65_001] },
      { type: 'sequence', ases: [64_601] },
    ],
    [
      { type: 'sequence', ases: [64_601] },
      { type: 'confed-set', ases: [9] },
    ],
  ] as const) {
    const p = pipeline();
    const from = new FarEnd('10.0.0.1', 64_601).open(p);
    const to = new FarEnd('10.0.0.2', 64_602).open(p);
    from.announce(p, [P], { origin: 'igp', asPath: [{ type: 'sequence', ases: [64_601] }] });
    settle(p);
    t.equal(to.held.size, 1);
    t.throws(() => from.announce(p, [P], { origin: 'igp', asPath }), /AS_PATH/, 'the reader tells of it');
    settle(p);
    t.equal(to.held.size, 0, 'the route of before is gone');
  }
});
