// test-timeout: 600
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

t.setTimeout(600_000);

// Agents as they are built, in namespaces, under a kernel that has all kinds of tunnels.
t.test('the overlay carries packets between pods', needs('root', 'VM_RUN'), async (t) => {
  const modules = ['ipip', 'ip6_tunnel', 'fou', 'fou6', 'vxlan', 'wireguard'];
  const run = runUnderOtherKernel('packages/router-agent/test/kernel/overlay-cases.ts', modules);
  t.equal(run.status, 0, `it ends well: ${run.output}`);
  t.ok(run.results.length >= 1, `under ${run.kernel}: ${run.results.length} tests`);
  t.same(run.troubles, []);
});
