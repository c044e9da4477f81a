import t from 'tap';
import { tally } from '../../run-tests/tally.js';
import type { TestPoint } from '../../run-tests/tap-tree.js';

const point = (name: string, parts: Partial<TestPoint> = {}): TestPoint => ({
  name,
  ok: true,
  leftOut: undefined,
  diagnostics: undefined,
  children: undefined,
  ...parts,
});
const count = (...points: TestPoint[]) => tally({ points, faults: [], leftOut: undefined });

t.test('a subtest counts once, whatever it asserts', async (t) => {
  t.match(count(point('a', { children: [point('1'), point('2'), point('3')] })), { passed: 1, failures: [] });
});

t.test('a subtest with subtests counts as them', async (t) => {
  const inner = [point('x', { children: [point('1')] }), point('y', { children: [] }), point('beside')];
  t.equal(count(point('outer', { children: inner })).passed, 3);
});

t.test('an assertion directly in the file is a test', async (t) => {
  t.equal(count(point('a'), point('b')).passed, 2);
});

t.test('a failed test names its way and the assertions that failed', async (t) => {
  const bad = point('bad', { ok: false });
  const { passed, failures } = count(
    point('outer', { ok: false, children: [point('inner', { ok: false, children: [point('good'), bad] })] }),
  );
  t.equal(passed, 0);
  t.same(failures, [{ path: ['outer', 'inner'], points: [bad] }]);
});

t.test('an outer test that fails by itself is a failure', async (t) => {
  const outer = point('outer', { ok: false, children: [point('inner', { children: [point('1')] })] });
  t.match(count(outer), { passed: 1, failures: [{ path: ['outer'] }] });
});

t.test('what is left out is neither passed nor failed', async (t) => {
  const absent = point('absent', { leftOut: 'not root' });
  t.match(count(absent), { passed: 0, failures: [], leftOut: [{ path: ['absent'], reason: 'not root' }] });
  t.match(count(point('outer', { children: [absent] })), {
    passed: 0,
    leftOut: [{ path: ['outer', 'absent'] }],
  });
  t.match(count(point('outer', { children: [absent, point('1')] })), { passed: 1, leftOut: [{}] });
});

t.test('a file that is left out as a whole is one test left out', async (t) => {
  t.match(tally({ points: [], faults: [], leftOut: 'no kernel' }), {
    passed: 0,
    leftOut: [{ reason: 'no kernel' }],
  });
});
