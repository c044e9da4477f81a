import { randomBytes } from 'node:crypto';
import { netns } from '@peerage/linux';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { ForwardAcceptDriver } from '../../src/drivers/forward-accept-driver.js';
import type { RunIptables } from '../../src/drivers/iptables.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

const { signal } = new AbortController();
const needsIptables = needs('root', 'command:iptables-nft', 'command:ping');

t.test('pods pass a FORWARD chain that drops, and its rules go with its policy', needsIptables, async (t) => {
  const id = randomBytes(3).toString('hex');
  const [node, pod, outside] = ['node', 'pod', 'out'].map((name) => `ra-${id}-${name}`) as [
    string,
    string,
    string,
  ];
  for (const namespace of [node, pod, outside]) {
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
  }
  await netns.bridge({ namespace: node, name: 'kube-bridge', addresses: ['10.48.1.1/24'] });
  await netns.vethPair(
    { namespace: node, name: 'pod', bridge: 'kube-bridge' },
    { namespace: pod, name: 'eth0', addresses: ['10.48.1.5/24'] },
  );
  await netns.vethPair(
    { namespace: node, name: 'eth0', addresses: ['192.0.2.1/24'] },
    { namespace: outside, name: 'eth0', addresses: ['192.0.2.9/24'] },
  );
  const sh = async (namespace: string, line: string): Promise<string> =>
    (await netns.exec(namespace, line.split(' '))).stdout;
  await sh(node, 'sysctl -qw net.ipv4.ip_forward=1');
  await sh(pod, 'ip route add default via 10.48.1.1');
  await sh(outside, 'ip route add default via 192.0.2.1');
  const reaches = (): Promise<boolean> =>
    sh(pod, 'ping -c 1 -W 1 192.0.2.9').then(
      () => true,
      () => false,
    );
  const run: RunIptables = async (program, args) => {
    try {
      const { stdout, stderr } = await netns.exec(node, [program, ...args]);
      return { status: 0, stdout, stderr };
    } catch (error) {
      return { status: 1, stdout: '', stderr: String(error) };
    }
  };
  const driver = new ForwardAcceptDriver('kube-bridge', run, async () => '');
  const pass = async () => reconcile(driver, await driver.needed(signal), signal);

  t.same(await pass(), { changed: 0, failures: [] }, 'nobody drops anything');
  t.ok(await reaches());
  await sh(node, 'iptables-nft -P FORWARD DROP');
  await sh(node, 'iptables-nft -A FORWARD -s 203.0.113.0/24 -j ACCEPT');
  t.notOk(await reaches());
  t.same(await pass(), { changed: 1, failures: [] });
  t.ok(await reaches());
  t.same(await pass(), { changed: 0, failures: [] });
  await sh(node, 'iptables-nft -D FORWARD 1');
  t.same(await pass(), { changed: 1, failures: [] }, 'half of them is mended');
  t.equal((await sh(node, 'iptables-nft -S FORWARD')).match(/peerage/g)?.length, 2);
  await sh(node, 'iptables-nft -P FORWARD ACCEPT');
  t.same(await pass(), { changed: 1, failures: [] });
  t.equal(
    await sh(node, 'iptables-nft -S FORWARD'),
    '-P FORWARD ACCEPT\n-A FORWARD -s 203.0.113.0/24 -j ACCEPT\n',
    "others' rules stay",
  );
});

t.test('without iptables there is nothing to do', async (t) => {
  const driver = new ForwardAcceptDriver(
    'kube-bridge',
    async () => ({ status: null, stdout: '', stderr: 'not found' }),
    async () => '',
  );
  t.same(await driver.needed(signal), []);
  t.same(await driver.read(signal), []);
});
