import t from 'tap';
import { sysctlController } from '../../src/controllers/host.js';
import { sysctlKind } from '../../src/items/sysctl.js';
import type { Problem } from '../../src/model/cluster.js';
import { MemoryDriver } from '../../src/testing/fake-agent-kernel.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from '../desired/samples.js';

const { signal } = new AbortController();
const call = 'net/bridge/bridge-nf-call-iptables';

function controller(flags: readonly string[] = [], addresses: readonly string[] = ['192.0.2.1']) {
  const driver = new MemoryDriver(sysctlKind);
  const told: Problem[] = [];
  const asked: string[] = [];
  let isLoadable = false;
  const facts = {
    config: configOf('n1', flags),
    snapshot: () => snapshot({ nodes: [node('n1', addresses)] }),
    tellProblems: (_: string, problems: readonly Problem[]) => {
      told.splice(0, told.length, ...problems);
    },
    tellAdvertisements: () => {},
  };
  const options = sysctlController(facts, driver, async (name) => {
    asked.push(name);
    if (isLoadable) driver.items.set(call, { path: call, value: '0' });
    return isLoadable ? null : 'Module br_netfilter not found';
  });
  return {
    ...{ driver, told, asked },
    run: () => options.run(signal),
    mayLoad: () => {
      isLoadable = true;
    },
    values: () => Object.fromEntries([...driver.items].map(([path, { value }]) => [path, value])),
  };
}

t.test(
  'a module that is missing is told, with what goes wrong without it, and stops nothing else',
  async (t) => {
    const { run, told, asked, mayLoad, values } = controller();
    t.match(await run(), { failures: [] });
    t.same(values(), { 'net/ipv4/ip_forward': '1' });
    t.same(asked, ['br_netfilter']);
    t.match(told, [
      {
        place: 'nodes/n1',
        message:
          /br_netfilter is not there \(Module br_netfilter not found\): packets between pods .* load it with modprobe br_netfilter/,
      },
    ]);
    mayLoad();
    t.match(await run(), { changed: 1, failures: [] });
    t.same(values(), { 'net/ipv4/ip_forward': '1', [call]: '1' });
    t.same(told, []);
    await run();
    t.equal(asked.length, 2, 'what is there is not loaded again');
  },
);

t.test('IPv6 is switched on where the flag asks for it', async (t) => {
  const both = ['192.0.2.1', '2001:db8::1'];
  const asked = controller(['--enable-ipv6'], both);
  await asked.run();
  t.match(asked.values(), { 'net/ipv6/conf/all/disable_ipv6': '0', 'net/ipv6/conf/all/forwarding': '1' });
  const left = controller([], both);
  await left.run();
  t.notOk('net/ipv6/conf/all/disable_ipv6' in left.values());
});
