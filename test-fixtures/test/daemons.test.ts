import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import t from 'tap';
import { eventually, needs, startBird } from '../src/index.js';

const source = new URL('../src/index.ts', import.meta.url).href;

t.test(
  'a daemon answers its client, keeps its log, and ends',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    const daemon = await startBird(t, 'router id 192.0.2.1;');
    t.match(await daemon.query('show status'), /Router ID is 192\.0\.2\.1/);
    t.match(daemon.log(), /Started/);
    await daemon.stop();
    await t.rejects(daemon.query('show status'));
  },
);

t.test(
  'a configuration that is refused is told with what the daemon said',
  needs('command:bird'),
  async (t) => {
    await t.rejects(startBird(t, 'no such words'), { message: /bird ended at once.*syntax error/s });
  },
);

t.test(
  'a daemon ends with a test process that is killed',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    const program = `import { startBird } from '${source}';
    const daemon = await startBird({ teardown() {} }, 'router id 192.0.2.1;');
    console.log((await import('node:fs')).readFileSync(daemon.folder + '/bird.pid', 'utf8').trim());
    setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', program]);
    t.teardown(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk));
    const pid = await eventually(() => /^\d+$/m.exec(output)?.[0], { timeout: 20_000 });
    t.ok(existsSync(`/proc/${pid}`), output);
    child.kill('SIGKILL');
    await eventually(() => !existsSync(`/proc/${pid}`));
  },
);
