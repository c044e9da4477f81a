// test-timeout: 900
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

t.setTimeout(900_000);

// Few machines have all of these modules, and none of them is needed for anything else.
t.test('tunnels, their ports and keys, under a kernel that has them', needs('root', 'VM_RUN'), async (t) => {
  const modules = ['ipip', 'sit', 'ip6_tunnel', 'fou', 'fou6', 'vxlan', 'wireguard', 'dummy'];
  const run = runUnderOtherKernel('packages/linux/test/kernel/tunnel-cases.ts', modules);
  t.equal(run.status, 0, `it ends well: ${run.output}`);
  t.ok(run.results.length >= 5, `under ${run.kernel}: ${run.results.length} tests`);
  t.same(run.troubles, []);
});
