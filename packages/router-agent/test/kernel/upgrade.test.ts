// test-timeout: 900
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

t.setTimeout(900_000);

t.test('a node goes from the original to this agent', needs('root', 'VM_RUN', 'command:ipset'), async (t) => {
  const modules = ['ipip', 'ip_set', 'ip_set_hash_ip', 'ip_set_hash_net', 'xt_set'];
  const run = runUnderOtherKernel('packages/router-agent/test/kernel/upgrade-cases.ts', modules);
  t.equal(run.status, 0, `it ends well: ${run.output}`);
  t.ok(run.results.length >= 1, `under ${run.kernel}: ${run.results.length} tests`);
  t.same(run.troubles, []);
});
