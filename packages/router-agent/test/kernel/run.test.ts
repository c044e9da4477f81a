import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netns } from '@peerage/linux';
import { eventually, needs, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { sampleNode, sampleService } from '../sources/sample-objects.js';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const program = [process.execPath, '--import=tsx', '--conditions=@peerage/source', main];
const patient = { timeout: 30_000, interval: 50 };

/** A program under test, with what it wrote. */
interface Program {
  readonly child: ChildProcess;
  text(): string;
  /** Lines of the log with that event. */
  events(event: string): readonly Record<string, unknown>[];
  exitCode(): Promise<number | null>;
}

function watch(t: Test, child: ChildProcess): Program {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const ended = once(child, 'exit');
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    if (!t.passing()) t.comment(text);
  });
  return {
    child,
    text: () => text,
    events: (event) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter((line) => line.event === event),
    exitCode: async () => (await ended)[0],
  };
}

/** Two nodes on one segment, with a folder of manifests that has both. */
async function segment(t: Test) {
  const id = randomBytes(3).toString('hex');
  const directory = tempDir(t);
  const manifests = join(directory, 'manifests');
  mkdirSync(manifests);
  const objects = [sampleNode(1), sampleNode(2), sampleService(1)];
  for (const object of objects) {
    writeFileSync(join(manifests, `${object.kind}-${object.metadata.name}.json`), JSON.stringify(object));
  }
  const namespaces = [1, 2].map((n) => `ra-${id}-${n}`);
  for (const namespace of namespaces) {
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
  }
  const [one = '', two = ''] = namespaces;
  await netns.vethPair(
    { namespace: one, name: 'eth0', addresses: ['192.168.1.11/24'] },
    { namespace: two, name: 'eth0', addresses: ['192.168.1.12/24'] },
  );
  const start = (n: 1 | 2, flags: readonly string[] = []): Program => {
    const argv = [
      ...program,
      `--hostname-override=node-${n}`,
      `--manifests=${manifests}`,
      `--socket=${join(directory, `node-${n}.sock`)}`,
      '--enable-cni=false',
      ...flags,
    ];
    return watch(t, netns.spawn(n === 1 ? one : two, argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
  };
  const routes = async (namespace: string) =>
    (await netns.exec(namespace, ['ip', 'route', 'show', 'proto', '17'])).stdout.trim();
  const get = async (namespace: string, url: string) =>
    (await netns.exec(namespace, ['curl', '--silent', '--max-time', '5', url])).stdout;
  return { one, two, start, routes, get, manifests };
}

const asRoot = { ...needs('root', 'command:ip', 'command:curl'), timeout: 120_000 };

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
