import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tempDir } from '../src/temp-dir.js';

t.test('tempDir gives an empty private folder and removes it with its content', async (t) => {
  const undo: (() => unknown)[] = [];
  const folder = tempDir({ teardown: (step) => undo.push(step) });
  t.same(readdirSync(folder), []);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'file'), 'content');
  for (const step of undo) step();
  t.equal(existsSync(folder), false);
});

t.test('two folders are two', async (t) => {
  t.not(tempDir(t), tempDir(t));
});
