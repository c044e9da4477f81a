import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Teardown, tempDir } from '@peerage/test-fixtures';
import t from 'tap';

const script = join(dirname(fileURLToPath(import.meta.url)), '../../peerage');

function checkout(t: Teardown): string {
  const folder = join(tempDir(t), 'a checkout');
  mkdirSync(join(folder, 'packages/cli/dist/bundle/bin'), { recursive: true });
  copyFileSync(script, join(folder, 'peerage'));
  chmodSync(join(folder, 'peerage'), 0o755);
  return folder;
}

t.test('peerage becomes node on the built file, with its arguments, also through a link', async (t) => {
  const folder = checkout(t);
  const program =
    'console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2) })); process.exit(7);\n';
  writeFileSync(join(folder, 'packages/cli/dist/bundle/bin/peerage.js'), program);
  symlinkSync(join(folder, 'peerage'), join(folder, 'link'));
  for (const name of ['peerage', 'link']) {
    const { status, stdout, pid } = spawnSync(join(folder, name), ['show', 'a b', ''], { encoding: 'utf8' });
    t.equal(status, 7);
    t.same(
      JSON.parse(stdout),
      { pid, args: ['show', 'a b', ''] },
      'the process that was started is node itself',
    );
  }
});

t.test('peerage that is not built says how to build it', async (t) => {
  const folder = checkout(t);
  const { status, stderr } = spawnSync(join(folder, 'peerage'), [], { encoding: 'utf8' });
  t.equal(status, 1);
  t.match(stderr, `peerage: not built yet; run this first: (cd ${folder} && npm run build)`);
});
