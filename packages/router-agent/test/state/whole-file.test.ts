import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { machineTime } from '../../src/state/machine-time.js';
import { writeWholeFile } from '../../src/state/whole-file.js';

t.test('a file takes the place of the one before, for root alone, in a folder that is made', async (t) => {
  const path = join(tempDir(t), 'made', 'file');
  await writeWholeFile(path, 'one\n');
  // What a killed process may leave.
  writeFileSync(`${path}.new`, 'half', { mode: 0o644 });
  await writeWholeFile(path, 'two\n', { sync: false });
  t.equal(readFileSync(path, 'utf8'), 'two\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(join(path, '..')), ['file']);
});

t.test('what cannot be finished leaves the file as it was, and no draft', async (t) => {
  const folder = tempDir(t);
  const path = join(folder, 'file');
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), '');
  await t.rejects(writeWholeFile(path, 'text'), { message: /file cannot be written: E/ });
  t.same(readdirSync(folder), ['file']);
  rmSync(path, { recursive: true });
  await writeWholeFile(path, 'text');
  t.equal(readFileSync(path, 'utf8'), 'text');
});

t.test('moments of a machine go forward within one boot', async (t) => {
  const [before, after] = [await machineTime(), await machineTime()];
  t.match(before.boot, /^[0-9a-f-]{36}$/);
  t.equal(after.boot, before.boot);
  t.ok(before.milliseconds > 0 && after.milliseconds >= before.milliseconds);
});
