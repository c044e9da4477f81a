import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../src/eventually.js';
import { ServerProcess } from '../src/server-process.js';
import { tempDir } from '../src/temp-dir.js';

t.test('a process is stopped by SIGTERM, also when it was paused', async (t) => {
  const sleeper = new ServerProcess('sleep', ['60'], join(tempDir(t), 'log'));
  t.equal(sleeper.ended, false);
  t.equal(sleeper.signal('SIGSTOP'), true);
  await sleeper.stop();
  t.equal(sleeper.ended, true);
  t.equal(sleeper.signal('SIGTERM'), false);
  await sleeper.stop();
});

t.test('a process that does not listen to SIGTERM is killed', async (t) => {
  const log = join(tempDir(t), 'log');
  const deaf = new ServerProcess('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], log);
  await eventually(() => deaf.describe().includes('ready'));
  await deaf.stop(50);
  t.match(deaf.describe(), 'sh ended with SIGKILL');
});

t.test('describe tells how it ended and the end of its output', async (t) => {
  const failing = new ServerProcess(
    'sh',
    ['-c', 'echo one; echo no disk >&2; exit 3'],
    join(tempDir(t), 'log'),
  );
  await eventually(() => failing.ended);
  t.match(failing.describe(), /^sh ended with 3; the end of .*log:\n {2}one\n {2}no disk$/);
});

t.test('a program that is not there has ended', async (t) => {
  const absent = new ServerProcess('no-such-program-anywhere', [], join(tempDir(t), 'log'));
  await eventually(() => absent.ended);
  t.match(absent.describe(), 'ENOENT');
  await absent.stop();
});
