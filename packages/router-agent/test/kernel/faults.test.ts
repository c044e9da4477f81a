// test-timeout: 2100
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

const kills = Number(process.env.PEERAGE_KILLS || '15');
const seconds = 480 + kills * 15;

t.setTimeout((seconds + 20) * 1000);

// PEERAGE_KILLS=100 kills an agent a hundred times; PEERAGE_SEED says at which moments.
t.test('faults of others and of the agent itself', needs('root', 'VM_RUN'), async (t) => {
  const run = runUnderOtherKernel('packages/router-agent/test/kernel/fault-cases.ts', ['ipip'], {
    seconds,
    environment: { PEERAGE_KILLS: String(kills), PEERAGE_SEED: process.env.PEERAGE_SEED ?? '1' },
  });
  t.equal(run.status, 0, `it ends well: ${run.output}`);
  t.ok(run.results.length >= 2, `under ${run.kernel}: ${run.results.length} tests`);
  t.same(run.troubles, []);
});
