import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { netns } from '@peerage/linux';
import { eventually, needs, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { CniFileDriver, type CniFileDriverOptions } from '../../src/drivers/cni-file/cni-file-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';
import { attachPod } from './cni-plugins.js';
import { watch } from './segment.js';

const { signal } = new AbortController();
const plugins = needs('root', 'command:bridge', 'command:host-local', 'command:portmap', 'command:iptables');

/** As the deployment guide has it, before the agent. */
const guideFile = `{
    "cniVersion":"0.3.0",
    "name":"mynet",
    "plugins":[
      {
          "name":"kubernetes",
          "type":"bridge",
          "bridge":"kube-bridge",
          "isDefaultGateway":true,
          "hairpinMode":true,
          "ipam":{
            "type":"host-local"
          }
      },
      {
          "type":"portmap",
          "capabilities":{
            "snat":true,
            "portMappings":true
          }
      }
    ]
}
`;

/** A node with a neighbour outside, and pods that come as a container runtime would attach them. */
async function openNode(t: Test, before: string | null, options: CniFileDriverOptions = {}) {
  const id = randomBytes(3).toString('hex');
  const folder = tempDir(t);
  const path = join(folder, '10-kuberouter.conflist');
  if (before !== null) writeFileSync(path, before);
  const space = async (name: string): Promise<string> => {
    const namespace = `cni-${id}-${name}`;
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
    return namespace;
  };
  const node = await space('node');
  const outside = await space('outside');
  await netns.vethPair(
    { namespace: node, name: 'eth0', addresses: ['192.0.2.1/24'] },
    { namespace: outside, name: 'eth0', addresses: ['192.0.2.9/24'] },
  );
  await netns.exec(node, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  const driver = new CniFileDriver(path, options);
  return {
    node,
    outside,
    file: () => readFileSync(path, 'utf8'),
    complete: (podCidrs: readonly string[], mtu: number | null = null) =>
      reconcile(driver, [{ path, podCidrs, mtu, hairpin: true, text: null }], signal),
    addPod: async (name: string, hostPorts: Parameters<typeof attachPod>[0]['hostPorts'] = []) => {
      const pod = await space(name);
      const addresses = await attachPod({
        ...{ node, pod, hostPorts },
        ...{ file: readFileSync(path, 'utf8'), leases: join(folder, 'leases') },
      });
      return { namespace: pod, addresses };
    },
    run: async (namespace: string, line: string) => (await netns.exec(namespace, line.split(' '))).stdout,
  };
}

/** What a TCP server there answers. */
async function served(t: Test, namespace: string, port: number): Promise<void> {
  const code = `require('node:http').createServer((_, r) => r.end('from the pod')).listen(${port}, () => console.log('up'))`;
  const server = watch(
    t,
    netns.spawn(namespace, [process.execPath, '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  await eventually(() => server.text().includes('up'), { timeout: 20_000 });
}

t.test("the guide's file, completed, attaches pods with host ports", plugins, async (t) => {
  const { node, outside, file, complete, addPod, run } = await openNode(t, guideFile);
  t.same(await complete(['10.48.0.0/24']), { changed: 1, failures: [] });
  t.same(JSON.parse(file()), {
    cniVersion: '0.3.0',
    name: 'mynet',
    plugins: [
      {
        bridge: 'kube-bridge',
        hairpinMode: true,
        ipam: { subnet: '10.48.0.0/24', type: 'host-local' },
        isDefaultGateway: true,
        name: 'kubernetes',
        type: 'bridge',
      },
      { capabilities: { portMappings: true, snat: true }, type: 'portmap' },
    ],
  });
  const one = await addPod('one', [{ hostPort: 8080, containerPort: 80 }]);
  const two = await addPod('two');
  t.same(one.addresses, ['10.48.0.2/24']);
  t.same(two.addresses, ['10.48.0.3/24']);
  t.match(await run(two.namespace, 'ping -c 1 -W 2 10.48.0.2'), '1 received');
  t.match(await run(two.namespace, 'ip route'), 'default via 10.48.0.1');
  const ports = await run(node, 'bridge -d link');
  t.equal(ports.match(/hairpin on/g)?.length, 2, 'a pod may reach itself through the bridge');
  await served(t, one.namespace, 80);
  t.equal(await run(outside, 'curl -s --max-time 5 http://192.0.2.1:8080/'), 'from the pod');
  t.equal(await run(two.namespace, 'curl -s --max-time 5 http://192.0.2.1:8080/'), 'from the pod');
});

t.test('a node that gets another pod range gives its addresses to new pods', plugins, async (t) => {
  const { node, complete, addPod, run, file } = await openNode(t, guideFile);
  await complete(['10.48.0.0/24']);
  await addPod('old');
  t.same(await complete(['10.48.7.0/24'], 1400), { changed: 1, failures: [] });
  const { addresses, namespace } = await addPod('new');
  t.same(addresses, ['10.48.7.2/24']);
  t.match(await run(namespace, 'ping -c 1 -W 2 10.48.7.1'), '1 received');
  t.match(await run(namespace, 'ip link show eth0'), 'mtu 1400');
  t.match(await run(node, 'ip -4 address show kube-bridge'), '10.48.7.1/24');
  t.notMatch(file(), '10.48.0.0');
});

t.test('a file that is made serves both families', plugins, async (t) => {
  const { complete, addPod, run, file } = await openNode(t, null, { create: true });
  t.same(await complete(['10.48.3.0/24', 'fd00:48:3::/64'], 1450), { changed: 1, failures: [] });
  const settled = file();
  t.same(await complete(['10.48.3.0/24', 'fd00:48:3::/64'], 1450), { changed: 0, failures: [] });
  t.equal(file(), settled);
  const { addresses, namespace } = await addPod('pod');
  t.same(addresses, ['10.48.3.2/24', 'fd00:48:3::2/64']);
  t.match(await run(namespace, 'ip link show eth0'), 'mtu 1450');
  t.match(await run(namespace, 'ping -c 1 -W 2 10.48.3.1'), '1 received');
});
