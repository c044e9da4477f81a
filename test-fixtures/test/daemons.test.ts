import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import t from 'tap';
import { eventually, freePort, needs, startBird, startExabgp, startOpenbgpd } from '../src/index.js';

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
  'OpenBGPD is asked by its own client, with a control socket of its own',
  needs('root', 'command:bgpctl'),
  async (t) => {
    const daemon = await startOpenbgpd(
      t,
      `AS 64512\nrouter-id 192.0.2.1\nlisten on 127.0.0.5 port ${await freePort('127.0.0.5')}\n`,
    );
    t.match(await daemon.query('show summary'), /Neighbor/);
    await t.rejects(daemon.query('show nothing'), { message: /unknown argument/ });
  },
);

t.test('ExaBGP is asked through its API process, which ends with it', needs('command:exabgp'), async (t) => {
  const neighbor = 'neighbor 127.0.0.1 { local-address 127.0.0.6; local-as 1; peer-as 2; passive true; }';
  const daemon = await startExabgp(t, `${neighbor}\n`);
  t.match(await daemon.query('version'), /^exabgp \d/);
  await t.rejects(daemon.query('announce route nonsense'), { message: /ExaBGP refuses/ });
  await daemon.kill();
  const api = `${daemon.folder}/api`;
  await eventually(() => spawnSync('pgrep', ['-f', api]).status === 1);
});

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
