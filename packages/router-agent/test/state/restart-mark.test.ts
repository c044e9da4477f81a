import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { RestartMark } from '../../src/state/restart-mark.js';

t.test('the mark says how long ago the agent was alive, in this process or another', async (t) => {
  const path = join(tempDir(t), 'peerage', 'node-1.restart');
  let now = 1_800_000_000_000;
  const mark = new RestartMark(path, () => now);
  t.equal(await mark.age(), null, 'never');
  await mark.renew();
  now += 4_500;
  t.equal(await mark.age(), 4_500);
  t.equal(await new RestartMark(path, () => now + 1).age(), 4_501);
});

t.test('a mark from the future, or of somebody else, says nothing', async (t) => {
  const path = join(tempDir(t), 'node-1.restart');
  const mark = new RestartMark(path, () => 1_000);
  for (const text of ['2000\n', '', '12', '-5\n', 'yesterday\n', '9'.repeat(400)]) {
    writeFileSync(path, text);
    t.equal(await mark.age(), null, JSON.stringify(text.slice(0, 20)));
  }
});
