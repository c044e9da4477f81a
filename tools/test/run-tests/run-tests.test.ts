import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

function runTests(...args: string[]) {
  const options = args.filter((arg) => arg.startsWith('--'));
  const files = args
    .filter((arg) => !arg.startsWith('--'))
    .map((name) => (name.endsWith('.ts') ? name : `tools/test/run-tests/fixtures/${name}.fixture.ts`));
  const program = ['--import=tsx', '--conditions=@peerage/source', 'tools/run-tests.ts'];
  const ended = spawnSync(process.execPath, [...program, ...options, ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  return { ...ended, lastLine: ended.stdout.trimEnd().split('\n').at(-1) };
}

t.test('a run without a failure ends with status 0', async (t) => {
  t.match(runTests('passing'), { status: 0, lastLine: '1 passed, 0 failed' });
});

t.test('a failing test is told with its place and its difference', async (t) => {
  const { status, stdout, lastLine } = runTests('mixed', 'passing');
  t.equal(status, 1);
  t.equal(lastLine, '2 passed, 1 failed');
  t.match(stdout, 'FAIL tools/test/run-tests/fixtures/mixed.fixture.ts > one that fails\n');
  t.match(stdout, /arithmetic {2}\(tools\/test\/run-tests\/fixtures\/mixed\.fixture\.ts:4\)/);
  t.match(stdout, /-3\s+\+2/);
});

t.test('what was left out is listed with the way to get it', async (t) => {
  const { stdout } = runTests('mixed');
  t.match(stdout, 'left out: 1\n  because: no such thing\n      to run it: get one\n');
  t.match(stdout, 'mixed.fixture.ts > one that is left out');
});

t.test('with --fail-on-left-out it counts as failed', async (t) => {
  t.match(runTests('--fail-on-left-out', 'mixed'), { status: 1, lastLine: '1 passed, 2 failed' });
});

t.test('a file that runs no test fails', async (t) => {
  const { status, stdout, lastLine } = runTests('no-test');
  t.equal(status, 1);
  t.equal(lastLine, '0 passed, 1 failed');
  t.match(stdout, 'no-test.fixture.ts: ran no test');
});

t.test('a file that waits for ever fails after its time-out', async (t) => {
  const { status, stdout } = runTests('late');
  t.equal(status, 1);
  t.match(stdout, 'FAIL tools/test/run-tests/fixtures/late.fixture.ts');
  t.match(stdout, /timeout|did not end within/);
});

t.test('a file that passes and then ends with another status fails', async (t) => {
  const { status, stdout, lastLine } = runTests('exits');
  t.equal(status, 1);
  t.equal(lastLine, '1 passed, 1 failed');
  t.match(stdout, 'ended with status 3, though no test failed');
});

t.test('a name that is no file is refused', async (t) => {
  t.match(runTests('gone.test.ts'), { status: 2, stderr: 'run-tests: no such test file: gone.test.ts' });
});
