import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import {
  allTestFiles,
  defaultTimeoutSeconds,
  namedTestFiles,
  timeoutSecondsOf,
} from '../../run-tests/test-file.js';

function tree(folder: string, ...paths: string[]): string {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

t.test('allTestFiles finds the tests of every room, and where each is to run', async (t) => {
  const root = tree(
    tempDir(t),
    'packages/bgp/test/net/prefix.test.ts',
    'packages/bgp/test/interop/frr.test.ts',
    'packages/bgp/test/rib/speed.serial.test.ts',
    'packages/bgp/test/net/sample.ts',
    'packages/bgp/node_modules/x/test/no.test.ts',
    'packages/linux/test/kernel/route.test.ts',
    'packages/empty/package.json',
    'test-fixtures/test/a.test.ts',
    'tools/test/b.test.ts',
    'bench/test/c.test.ts',
  );
  t.same(
    allTestFiles(root).map(({ path, place }) => [path, place]),
    [
      ['bench/test/c.test.ts', 'among others'],
      ['packages/bgp/test/interop/frr.test.ts', 'apart'],
      ['packages/bgp/test/net/prefix.test.ts', 'among others'],
      ['packages/bgp/test/rib/speed.serial.test.ts', 'alone'],
      ['packages/linux/test/kernel/route.test.ts', 'apart'],
      ['test-fixtures/test/a.test.ts', 'among others'],
      ['tools/test/b.test.ts', 'among others'],
    ],
  );
});

t.test('namedTestFiles takes files and folders, each file once', async (t) => {
  const root = tree(
    tempDir(t),
    'packages/a/test/x.test.ts',
    'packages/a/test/y.test.ts',
    'packages/b/one.ts',
  );
  const named = namedTestFiles(root, ['packages/a', 'packages/a/test/x.test.ts', 'packages/b/one.ts'], root);
  t.same(
    named.map(({ path }) => path),
    ['packages/a/test/x.test.ts', 'packages/a/test/y.test.ts', 'packages/b/one.ts'],
  );
  t.throws(() => namedTestFiles(root, ['gone.test.ts'], root), {
    message: 'no such test file: gone.test.ts',
  });
  t.throws(() => namedTestFiles(root, ['packages/b'], root), {
    message: 'no test file (*.test.ts) in packages/b',
  });
});

t.test('a comment in the first ten lines sets the time-out', async (t) => {
  t.equal(timeoutSecondsOf("import t from 'tap';\n"), defaultTimeoutSeconds);
  t.equal(timeoutSecondsOf('// test-timeout: 900\n'), 900);
  t.equal(timeoutSecondsOf(`${'\n'.repeat(9)}// test-timeout: 7\n`), 7);
  t.equal(timeoutSecondsOf(`${'\n'.repeat(10)}// test-timeout: 7\n`), defaultTimeoutSeconds);
});
