// test-timeout: 1700
import { needs, runUnderOtherKernel } from '@peerage/test-fixtures';
import t from 'tap';

t.setTimeout(1_700_000);

const modules = ['ipip', 'ip6_tunnel', 'fou', 'fou6', 'vxlan', 'wireguard'];

// Agents as they are built, in namespaces, under a kernel that has all kinds of tunnels.
for (const suite of ['overlay-cases', 'wireguard-cases']) {
  t.test(`pods reach one another: ${suite}`, needs('root', 'VM_RUN'), async (t) => {
    const run = runUnderOtherKernel(`packages/router-agent/test/kernel/${suite}.ts`, modules);
    t.equal(run.status, 0, `it ends well: ${run.output}`);
    t.ok(run.results.length >= 1, `under ${run.kernel}: ${run.results.length} tests`);
    t.same(run.troubles, []);
  });
}
