// test-timeout: 700
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { netns } from '@peerage/linux';
import { eventually, needs, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { continuousPing } from './continuous-ping.js';
import { fabric, patient } from './fabric.js';
import type { Program } from './segment.js';

const asRoot = { ...needs('root', 'command:ip', 'command:ping', 'command:sysctl'), timeout: 680_000 };
/** On a busy machine two programs take their time to start from sources. */
const starting = { timeout: 150_000, interval: 200 };
const cniText =
  '{"cniVersion":"0.3.0","name":"mynet","plugins":[{"type":"bridge","bridge":"kube-bridge"}]}\n';

/** A file system of a few pages; `fill` leaves no room on it. */
function tinyDisk(t: Test) {
  const folder = tempDir(t);
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]);
  t.teardown(() => spawnSync('umount', ['--lazy', folder]));
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => {
      for (const size of [4096, 1])
        while (spawnSync('sh', ['-c', `head -c ${size} /dev/zero >> ${ballast}`]).status === 0);
    },
    free: () => rmSync(ballast),
  };
}

/** Places of problems that were found, and are not solved yet. */
function problems(agent: Program): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const line of agent.text().split('\n')) {
    if (!line.includes('"event":"problem.') || !line.endsWith('}')) continue;
    const { event, place, msg } = JSON.parse(line) as Readonly<Record<string, string>>;
    if (event === 'problem.found') open.set(place ?? '', msg ?? '');
    else open.delete(place ?? '');
  }
  return open;
}

t.test(
  'an agent whose disk is full does its work, says what it cannot keep, and keeps it later',
  asRoot,
  async (t) => {
    const disk = tinyDisk(t);
    const lab = await fabric(t, 2);
    for (const n of [1, 2]) lab.putNode(n);
    const [one, two] = [lab.namespace(1), lab.namespace(2)];
    const [data, run] = [join(disk.folder, 'data'), join(disk.folder, 'run')];
    for (const folder of [data, run]) mkdirSync(folder);
    const cniFile = join(disk.folder, '10-kuberouter.conflist');
    writeFileSync(cniFile, cniText);
    disk.fill();

    process.env.KUBE_ROUTER_CNI_CONF_FILE = cniFile;
    t.teardown(() => {
      delete process.env.KUBE_ROUTER_CNI_CONF_FILE;
    });
    const start = (): Program =>
      lab.start(1, [
        '--enable-cni=true',
        `--data-dir=${data}`,
        `--socket=${run}/agent.sock`,
        '--bgp-graceful-restart',
        '--routes-sync-period=30s',
      ]);
    let agent = start();
    lab.start(2, ['--bgp-graceful-restart']);
    await netns.exec(two, ['ip', 'address', 'add', '10.48.2.1/24', 'dev', 'lo']);
    const isWhole = async (): Promise<boolean> =>
      (await lab.learned(1)).join() === '10.48.2.0/24 via 192.168.1.12' &&
      (await lab.learned(2)).join() === '10.48.1.0/24 via 192.168.1.11' &&
      (await netns.exec(one, ['sysctl', '-n', 'net.ipv4.ip_forward'])).stdout === '1\n';
    await eventually(isWhole, starting);
    const kept = [
      ['cni', /10-kuberouter\.conflist cannot be written: no space is left/],
      ['sysctl', /sysctls\.json cannot be written: no space is left/],
      ['restart-mark', /agent\.restart cannot be written: no space is left/],
    ] as const;
    const told = (): string => [...problems(agent).values()].join('\n');
    const areTold = (): boolean => kept.every(([, words]) => words.test(told()));
    await eventually(areTold, starting).catch(() => {});
    for (const [what, words] of kept) t.match(told(), words, what);
    t.equal(readFileSync(cniFile, 'utf8'), cniText, 'the CNI file is as it was');
    t.same(
      [...readdirSync(data), ...readdirSync(disk.folder)].filter((name) => /new$|tmp$/.test(name)),
      [],
    );

    const ping = continuousPing(t, one, '10.48.2.1');
    await t.test('there is room again', async (t) => {
      disk.free();
      await eventually(() => !/cannot be written/.test(told()), starting);
      t.match(readFileSync(cniFile, 'utf8'), '10.48.1.0/24');
      t.match(readFileSync(join(data, 'sysctls.json'), 'utf8'), /ip_forward/);
      t.ok(readdirSync(run).includes('agent.restart'));
    });
    await t.test('it runs full again, the cluster changes, and the agent is killed', async (t) => {
      disk.fill();
      lab.putNode(1, { 'pod-cidrs': '10.48.1.0/24,10.48.111.0/24' });
      const knowsBoth = async (): Promise<boolean> =>
        /10\.48\.1\.0.*10\.48\.111\.0/.test((await lab.learned(2)).join());
      await eventually(knowsBoth, patient).catch(() => {});
      t.match((await lab.learned(2)).join(), /10\.48\.111\.0\/24 .*via 192\.168\.1\.11/);
      await eventually(() => /conflist cannot be written/.test(told()), patient);
      t.match(readFileSync(cniFile, 'utf8'), /10\.48\.1\.0/, 'what it had stays');
      agent.child.kill('SIGKILL');
      await agent.exitCode();
      agent = start();
      await eventually(() => agent.events('session.established').length >= 1, starting);
      await eventually(() => /conflist cannot be written/.test(told()), starting);
      disk.free();
      await eventually(() => !/cannot be written/.test(told()), starting);
      t.match(readFileSync(cniFile, 'utf8'), '10.48.111.0/24', 'what changed meanwhile was written');
    });
    const { lost, sent } = await ping.stop();
    t.equal(lost, 0, `${lost} of ${sent} pings lost`);
    t.equal(agent.child.exitCode, null, 'the agent runs on');
  },
);
