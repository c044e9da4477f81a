import t from 'tap';
import type { AsPathSegment } from '../../src/attributes/path-attributes.js';
import { FarEnd, pipeline, settle } from '../speaker/pipeline-fixture.js';

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
