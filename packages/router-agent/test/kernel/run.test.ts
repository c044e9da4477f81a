import { spawn } from 'node:child_process';
import { netns } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { program, segment, watch } from './segment.js';

const patient = { timeout: 60_000, interval: 50 };

const asRoot = { ...needs('root', 'command:ip', 'command:curl'), timeout: 180_000 };

t.test(
  'two agents as programs: routes in both kernels, health, metrics, an orderly end',
  asRoot,
  async (t) => {
    const { one, two, start, routes, get } = await segment(t);
    const first = start(1, ['--metrics-port=20241', '--hairpin-mode=true', '--v=2']);
    const second = start(2);
    await eventually(async () => (await routes(one)) !== '' && (await routes(two)) !== '', patient);
    t.match(await routes(one), '10.48.2.0/24 via 192.168.1.12 dev eth0');
    t.match(await routes(two), '10.48.1.0/24 via 192.168.1.11 dev eth0');

    t.equal(await get(one, 'http://127.0.0.1:20244/healthz'), 'OK\n');
    const metrics = await get(one, 'http://127.0.0.1:20241/metrics');
    t.match(
      metrics,
      'kube_router_bgp_peer_info{address="192.168.1.12",type="internal",asn="64512",state="established"} 1',
    );
    t.match(metrics, /peerage_unimplemented_flag\{flag="(--)?hairpin-mode"\} 1/);
    t.match(first.events('firewall.missing'), [{ level: 'error', msg: /NetworkPolicies are NOT enforced/ }]);
    t.match(first.events('service-proxy.missing'), [
      { level: 'error', msg: /Services are NOT proxied on this node/ },
    ]);
    t.equal(first.events('config.no-effect').length, 1);

    const intruder = start(1);
    t.equal(await intruder.exitCode(), 1);
    t.match(intruder.events('agent.refused'), [
      {
        msg: new RegExp(
          `another agent runs in this network namespace \\(pid ${first.child.pid}, node node-1\\)`,
        ),
      },
    ]);

    const asked = performance.now();
    first.child.kill('SIGTERM');
    t.equal(await first.exitCode(), 0);
    t.ok(performance.now() - asked < 3_000, 'it ends soon');
    t.match(await routes(one), '10.48.2.0/24 via 192.168.1.12', 'its routes stay');
    await eventually(async () => (await routes(two)) === '', patient);
    t.match(second.events('session.down'), [
      { msg: /Administrative Shutdown: the node agent is being stopped/ },
    ]);
  },
);

t.test('a port in use is told with its number, and the agent goes on', asRoot, async (t) => {
  const { one, two, start, routes } = await segment(t);
  const blocker = "require('node:http').createServer().listen(20244, () => console.log('up'))";
  const other = watch(
    t,
    netns.spawn(one, [process.execPath, '-e', blocker], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  await eventually(() => other.text().includes('up'), patient);
  const agent = start(1);
  start(2);
  await eventually(async () => (await routes(one)) !== '' && (await routes(two)) !== '', patient);
  t.match(agent.events('http.listen-failed'), [
    { level: 'error', port: 20244, msg: /\*:20244: another program/ },
  ]);
});

t.test(
  'a folder that does not exist and a flag that does not exist end the program at once',
  asRoot,
  async (t) => {
    const { start } = await segment(t);
    const noFolder = start(1, ['--manifests=/nowhere/at/all']);
    const noFlag = start(2, ['--advertise-pod-cird=true']);
    const began = performance.now();
    t.equal(await noFolder.exitCode(), 1);
    t.match(noFolder.text(), /\/nowhere\/at\/all/);
    t.equal(await noFlag.exitCode(), 2);
    t.ok(performance.now() - began < 20_000, 'no timer keeps them');
    t.match(noFlag.text(), /error: .*advertise-pod-cird.*advertise-pod-cidr/);
  },
);

t.test('without root it says so at once', needs('root'), async (t) => {
  const argv = ['--hostname-override=n1', '--manifests=/tmp'];
  const child = spawn(process.execPath, [...program.slice(1), ...argv], {
    uid: 65534,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const agent = watch(t, child);
  t.equal(await agent.exitCode(), 1);
  t.match(agent.text(), 'must run as root');
});
