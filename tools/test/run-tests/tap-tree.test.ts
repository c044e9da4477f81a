import t from 'tap';
import { readTap } from '../../run-tests/tap-tree.js';

t.test('readTap keeps subtests, assertions, reasons and diagnostics', async (t) => {
  const file = readTap(`TAP version 14
noise on standard output
# Subtest: outer
    # Subtest: inner
        ok 1 - first
        not ok 2 - second
          ---
          found: 1
          wanted: 2
          ...
        1..2
    not ok 1 - inner # time=1ms
    ok 2 - absent # SKIP not root
    1..2
not ok 1 - outer # time=2ms
ok 2 - beside
1..2
`);
  t.same(file.faults, []);
  t.equal(file.leftOut, undefined);
  t.match(file.points, [
    {
      name: 'outer',
      ok: false,
      children: [
        {
          name: 'inner',
          ok: false,
          children: [
            { name: 'first', ok: true, children: undefined },
            { name: 'second', ok: false, diagnostics: { found: 1, wanted: 2 } },
          ],
        },
        { name: 'absent', ok: true, leftOut: 'not root' },
      ],
    },
    { name: 'beside', ok: true, children: undefined },
  ]);
});

t.test('buffered subtests are subtests', async (t) => {
  const file = readTap('TAP version 14\nok 1 - outer {\n    ok 1 - inner\n    1..1\n}\n1..1\n');
  t.match(file.points, [{ name: 'outer', children: [{ name: 'inner' }] }]);
});

t.test('a file that leaves itself out says why', async (t) => {
  t.equal(readTap('TAP version 14\n1..0 # SKIP not root\n').leftOut, 'not root');
});

t.test('a plan that was not kept, and a bail-out, are faults', async (t) => {
  t.equal(readTap('TAP version 14\n1..3\nok 1 - a\n').faults.length, 1);
  t.match(readTap('TAP version 14\nok 1 - a\nBail out! no disk\n').faults.join(), /no disk/);
});

t.test('nothing at all is no point and no fault', async (t) => {
  t.match(readTap(''), { points: [], leftOut: undefined });
});
