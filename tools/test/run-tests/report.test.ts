import t from 'tap';
import { failureText, leftOutText, progressLine, slowestText, totals } from '../../run-tests/report.js';
import type { FileResult } from '../../run-tests/run-file.js';

const result = (parts: Partial<FileResult> = {}): FileResult => ({
  file: { path: 'packages/x/test/a.test.ts', place: 'among others', timeoutSeconds: 300 },
  passed: 1,
  failures: [],
  leftOut: [],
  faults: [],
  errorOutput: '',
  seconds: 0.5,
  ...parts,
});

const point = (name: string, diagnostics: unknown) => ({
  name,
  ok: false,
  leftOut: undefined,
  diagnostics,
  children: undefined,
});

t.test('a file has one line, and FAIL for any fault', async (t) => {
  t.match(progressLine(result()), /^ok +0\.5 s +1 tests {2}packages\/x\/test\/a\.test\.ts$/);
  t.match(progressLine(result({ faults: ['ran no test'] })), /^FAIL/);
  t.match(progressLine(result({ leftOut: [{ path: ['b'], reason: 'c' }] })), /1 left out$/);
});

t.test('a failure shows its place and difference, and standard error', async (t) => {
  const diagnostics = { at: { fileName: 'a.test.ts', lineNumber: 7 }, diff: '-1\n+2\n', found: 1, wanted: 2 };
  const failures = [{ path: ['outer', 'inner'], points: [point('equal', diagnostics)] }];
  const text = failureText(result({ failures, errorOutput: 'warning: hot\n' }));
  t.equal(
    text,
    `FAIL packages/x/test/a.test.ts > outer > inner
    equal  (a.test.ts:7)
        -1
        +2
    standard error of packages/x/test/a.test.ts:
    warning: hot`,
  );
});

t.test('a very long failure is cut, with the way to see all', async (t) => {
  const diff = Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n');
  const text = failureText(result({ failures: [{ path: ['long'], points: [point('same', { diff })] }] }));
  t.equal(text.split('\n').length, 62);
  t.match(text, /… and 441 lines more: npx tap packages\/x\/test\/a\.test\.ts$/);
});

t.test('left-out tests are grouped by their reason', async (t) => {
  const reason = 'not root; to run it: run npm test as root';
  const leftOut = ['a', 'b'].map((name) => ({ path: [name], reason }));
  t.equal(
    leftOutText([
      result({ leftOut }),
      result({ file: { ...result().file, path: 'c.test.ts' }, leftOut: leftOut.slice(1) }),
    ]),
    `left out: 3
  because: not root
      to run it: run npm test as root
    packages/x/test/a.test.ts (2 tests)
    c.test.ts > b`,
  );
  t.equal(leftOutText([result()]), '');
});

t.test('the slowest files come first, quick ones not at all', async (t) => {
  const text = slowestText([result(), result({ seconds: 2 }), result({ seconds: 12.34 })]);
  t.match(text, /^slowest files\n +12\.3 s .*\n +2\.0 s .*$/);
  t.equal(slowestText([result()]), '');
});

t.test('totals add failures and faults, and what was left out when asked', async (t) => {
  const failures = [{ path: ['f'], points: [] }];
  const results = [
    result({ passed: 3, failures }),
    result({ faults: ['x', 'y'], leftOut: [{ path: ['l'], reason: 'r' }] }),
  ];
  t.same(totals(results, false), { passed: 4, failed: 3 });
  t.same(totals(results, true), { passed: 4, failed: 4 });
});
