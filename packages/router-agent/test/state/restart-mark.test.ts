import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { KeptMark } from '../../src/state/kept-mark.js';
import { RestartMark } from '../../src/state/restart-mark.js';

t.test('the mark says how long ago the agent was alive, in this process or another', async (t) => {
  const path = join(tempDir(t), 'peerage', 'node-1.restart');
  let milliseconds = 1_800_000;
  let boot = 'first';
  const mark = new RestartMark(path, async () => ({ boot, milliseconds }));
  t.equal(await mark.age(), null, 'never');
  await mark.renew();
  milliseconds += 4_500;
  t.equal(await mark.age(), 4_500);
  const other = new RestartMark(path, async () => ({ boot, milliseconds: milliseconds + 1 }));
  t.equal(await other.age(), 4_501);
  boot = 'second';
  t.equal(await mark.age(), null, 'the machine has started anew');
});

t.test('a mark from the future, or of somebody else, says nothing', async (t) => {
  const path = join(tempDir(t), 'node-1.restart');
  const mark = new RestartMark(path, async () => ({ boot: 'first', milliseconds: 1_000 }));
  for (const text of [
    'first 2000\n',
    '',
    'first 12',
    'first -5\n',
    '500\n',
    'yesterday\n',
    '9'.repeat(400),
  ]) {
    writeFileSync(path, text);
    t.equal(await mark.age(), null, JSON.stringify(text.slice(0, 20)));
  }
});

t.test('a mark is kept as long as the agent lives, and a failure is told and tried again', async (t) => {
  const clock = new FakeClock();
  const folder = join(tempDir(t), 'folder');
  const failures: (string | null)[] = [];
  const now = async () => ({ boot: 'first', milliseconds: clock.now() });
  const mark = new RestartMark(join(folder, 'node-1.restart'), now);
  const kept = new KeptMark(mark, {
    setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
    failed: (reason) => failures.push(reason),
  });
  writeFileSync(folder, 'in the way');
  kept.keep();
  kept.keep();
  await eventually(() => failures.length === 1);
  t.match(failures[0], `${folder}/node-1.restart cannot be written`);
  rmSync(folder);
  await clock.runFor(5_000);
  await eventually(async () => (await kept.age()) === 0);
  kept.stop();
  await clock.runFor(60_000);
  t.equal(await kept.age(), 60_000);
  t.same(failures.slice(1), [null], 'told once, and that it is over');
});
