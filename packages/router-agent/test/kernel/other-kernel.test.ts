// test-timeout: 900
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const suites = [
  'packages/linux/test/route/replace.test.ts',
  'packages/router-agent/test/kernel/route-writer.test.ts',
];

t.setTimeout(900_000);

// What routes mean differs between kernels: the same suites as on the machine's own one.
for (const suite of suites) {
  t.test(`${suite} passes under another kernel`, needs('root', 'VM_RUN'), async (t) => {
    const node = [process.execPath, '--import=tsx', '--conditions=@peerage/source', suite];
    const inside = 'uname -r; cd "$0" && ulimit -n 65536 && TAP_TIMEOUT=420 exec "$@"';
    const argv = ['--mem', '2048', '--', 'sh', '-c', inside, root, ...node];
    const env = { ...process.env, TAP_TIMEOUT: '420' };
    const run = spawnSync(process.env.VM_RUN ?? '', argv, { encoding: 'utf8', timeout: 430_000, env });
    const [kernel = ''] = run.stdout.split('\n');
    const results = run.stdout.split('\n').filter((line) => /^(not )?ok \d/.test(line));
    t.equal(run.status, 0, `it ends well: ${run.stdout.slice(-2_000)}${run.stderr.slice(-500)}`);
    t.ok(results.length >= 10, `under ${kernel}: ${results.length} tests`);
    t.same(
      results.filter((line) => line.startsWith('not') || line.includes('# SKIP')),
      [],
    );
  });
}
