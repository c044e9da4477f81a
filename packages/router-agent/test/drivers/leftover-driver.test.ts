import t from 'tap';
import type { RunIptables } from '../../src/drivers/iptables.js';
import { wordsOf } from '../../src/drivers/iptables.js';
import { egressLeftovers, forwardLeftovers, LeftoverDriver } from '../../src/drivers/leftover-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

const { signal } = new AbortController();
const masquerade =
  '-A POSTROUTING -m set --match-set kube-router-pod-subnets src -m set ! --match-set kube-router-pod-subnets dst -m set ! --match-set kube-router-node-ips dst -j MASQUERADE --random-fully';

/** Programs that print these lines, by their arguments, and note what they are asked to change. */
function programs(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const run: RunIptables = async (program, args) => {
    const line = [program, ...args].join(' ').replace('-w 5 ', '');
    const lines = answers[line];
    if (lines === undefined) asked.push(line);
    const isRead = line.includes(' -S ') || line.includes(' list ');
    return { status: isRead && lines === undefined ? 1 : 0, stdout: (lines ?? []).join('\n'), stderr: '' };
  };
  return { run, changed: () => asked.filter((line) => !line.includes(' -S ') && !line.includes(' list ')) };
}

t.test('a rule for egress goes before the sets that it uses, and what others have stays', async (t) => {
  const { run, changed } = programs({
    'ipset list -n': ['theirs', 'kube-router-pod-subnets', 'kube-router-node-ips', 'kube-router-local-ips'],
    'iptables-nft -t nat -S POSTROUTING': [
      '-P POSTROUTING ACCEPT',
      masquerade,
      '-A POSTROUTING -m set --match-set theirs src -j MASQUERADE',
    ],
  });
  const driver = new LeftoverDriver(egressLeftovers, run, async () => '');
  t.same(await reconcile(driver, [], signal), { changed: 3, failures: [] });
  t.same(changed(), [
    `iptables-nft -t nat ${masquerade.replace('-A', '-D')}`,
    'ipset destroy kube-router-node-ips',
    'ipset destroy kube-router-pod-subnets',
  ]);
});

t.test('the old iptables is asked only where the kernel has it', async (t) => {
  const rule = '-A FORWARD -i kube-bridge -m comment --comment "allow outbound traffic from pods" -j ACCEPT';
  const answers = { 'iptables-legacy -t filter -S FORWARD': ['-P FORWARD ACCEPT', rule] };
  const without = programs(answers);
  t.same(await new LeftoverDriver(forwardLeftovers, without.run, async () => 'nat\n').read(signal), []);
  const { run } = programs(answers);
  const driver = new LeftoverDriver(forwardLeftovers, run, async (family) =>
    family === 4 ? 'filter\n' : '',
  );
  t.match(await driver.read(signal), [{ program: 'iptables-legacy', table: 'filter', text: rule }]);
});

t.test('what stands in quotes is one word', async (t) => {
  t.same(wordsOf('-A FORWARD --comment "a \\"b\\" c" -j ACCEPT'), [
    '-A',
    'FORWARD',
    '--comment',
    'a "b" c',
    '-j',
    'ACCEPT',
  ]);
});
