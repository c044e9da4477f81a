// test-timeout: 600
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Finding, TargetReport } from './finding.js';
import { loadTargets } from './load-targets.js';
import { REGRESSIONS } from './regressions.js';
import { InputRunner } from './run-input.js';
import { TARGETS } from './targets.js';

interface Outcome {
  readonly status: number | null;
  readonly findings: readonly Finding[];
  readonly targets: readonly TargetReport[];
}

/** The command itself, in a process of its own. */
function fuzz(...options: readonly string[]): Promise<Outcome> {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const flags = ['--import=tsx', '--conditions=@peerage/source'];
  const child = spawn(process.execPath, [...flags, entry, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...(JSON.parse(text) as Omit<Outcome, 'status'>) }));
  });
}

t.test('five seconds of damaged input find nothing', async (t) => {
  const { status, findings, targets } = await fuzz('--seconds', '5', '--seed', '1', '--hang-seconds', '60');
  t.same(findings, []);
  t.equal(status, 0);
  t.same(
    targets.map(({ name }) => name),
    TARGETS.map(({ name }) => name),
  );
  t.ok(targets.every(({ executions }) => executions > 0));
});

t.test(
  'the fuzzer finds what is planted: a throw, a wrong round trip, a look past the end, a hang',
  async (t) => {
    const planted = fileURLToPath(new URL('./planted.ts', import.meta.url));
    const limits = ['--seconds', '240', '--hang-seconds', '3', '--findings', '4'];
    const { status, findings } = await fuzz('--target', planted, ...limits);
    t.equal(status, 1);
    for (const message of [
      /it throws/,
      /written again differs/,
      /depends on octets around/,
      /does not end/,
    ]) {
      t.ok(
        findings.some((finding) => message.test(finding.message)),
        `${message}`,
      );
    }
    const thrown = findings.find(({ message }) => message.includes('it throws'));
    t.match(thrown?.input, /^..10000000$/, 'the input is made small');
  },
);

t.test('inputs that once showed something show nothing', async (t) => {
  const runner = new InputRunner();
  for (const { target, what, input } of REGRESSIONS) {
    const [found] = await loadTargets([target]);
    await t.resolves(runner.run(found!, Uint8Array.from(Buffer.from(input, 'hex'))), what);
  }
});

t.test('the seeds of every target are good: they and their neighbours do not fail', async (t) => {
  const runner = new InputRunner();
  for (const target of TARGETS) {
    const seeds = target.seeds(2).slice(0, Math.min(60, target.batch));
    for (const seed of seeds) await runner.run(target, seed);
    t.ok(seeds.length > 0, target.name);
  }
});
