// test-timeout: 1700
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

const suites = [
  'packages/linux/test/route/replace.test.ts',
  'packages/router-agent/test/kernel/route-writer.test.ts',
];

t.setTimeout(1_700_000);

// What routes mean differs between kernels: the same suites as on the machine's own one.
for (const suite of suites) {
  t.test(`${suite} passes under another kernel`, needs('root', 'VM_RUN'), async (t) => {
    const run = runUnderOtherKernel(suite);
    t.equal(run.status, 0, `it ends well: ${run.output}`);
    t.ok(run.results.length >= 10, `under ${run.kernel}: ${run.results.length} tests`);
    t.same(run.troubles, []);
  });
}
