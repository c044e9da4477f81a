import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { linuxErrorCodes } from '../src/index.js';
import { freshNamespace, needsRoot } from './lab.js';

const fileAt = (path: string): URL => new URL(path, import.meta.url);

t.test('every error code is in the reference, in order, and no other', async (t) => {
  const reference = await readFile(fileAt('../../../docs/reference/errors-linux.md'), 'utf8');
  const listed = [...reference.matchAll(/^\| `(LINUX_ERR_\w+)` \|/gm)].map(([, code]) => code);
  t.same(listed, linuxErrorCodes);
});

t.test('the first example of the README is the program that runs', needsRoot, async (t) => {
  const example = await readFile(fileAt('example.ts'), 'utf8');
  const readme = await readFile(fileAt('../README.md'), 'utf8');
  t.ok(readme.includes(`\`\`\`ts\n${example}\`\`\``));
  const namespace = await freshNamespace(t);
  const flags = ['--import=tsx', '--conditions=@peerage/source', fileURLToPath(fileAt('example.ts'))];
  const argv = ['netns', 'exec', namespace, process.execPath, ...flags];
  const { stdout } = await promisify(execFile)('ip', argv, { timeout: 20_000 });
  t.equal(stdout, '1 routes of protocol 17\n', 'it hears nothing of the route that it made itself');
});
