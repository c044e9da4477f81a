// test-timeout: 120
import { randomBytes } from 'node:crypto';
import { discoveryCases, eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { linuxNeighbourDiscovery } from '../../src/icmp6/index.js';
import { exec, vethPair } from '../../src/netns/namespace.js';
import { freshNamespace, needsRoot } from '../lab.js';

t.setTimeout(120_000);

type Owner = Parameters<typeof freshNamespace>[0];

const fast = { pollMilliseconds: 20, advertisementSeconds: 1 };
/** `fe80::1` in the form that this package tells. */
const plain = (last: string): string => `fe80:0:0:0:0:0:0:${last}`;

/** A cable from this namespace into it again, with fixed link-local addresses; it goes when the test ends. */
async function cable(t: Owner): Promise<{ left: string; right: string; ip(line: string): Promise<void> }> {
  const id = randomBytes(3).toString('hex');
  const [left, right] = [`nd${id}l`, `nd${id}r`];
  const run = (await import('node:child_process')).execFile;
  const ip = (line: string): Promise<void> =>
    new Promise((resolve, reject) => {
      run('ip', line.split(' '), (error) => (error === null ? resolve() : reject(error)));
    });
  await ip(`link add ${left} type veth peer name ${right}`);
  t.teardown(() => ip(`link delete ${left}`).catch(() => {}));
  for (const [name, last] of [
    [left, '1'],
    [right, '2'],
  ] as const) {
    await ip(`link set ${name} addrgenmode none up`);
    await ip(`address add fe80::${last}/64 dev ${name} nodad`);
  }
  return { left, right, ip };
}

for (const { title, run } of discoveryCases) {
  t.test(title, needsRoot, async (t) => {
    const { left, right, ip } = await cable(t);
    const discovery = linuxNeighbourDiscovery(fast);
    await run(t, {
      watch: (end, listener) => discovery.watch(end === 'left' ? left : right, listener),
      addresses: { left: plain('1'), right: plain('2') },
      async setUp(isUp) {
        await ip(`link set ${left} ${isUp ? 'up' : 'down'}`);
        // Taking a link down takes its IPv6 addresses with it.
        if (isUp) await ip(`address replace fe80::1/64 dev ${left} nodad`);
      },
    });
  });
}

t.test(
  'an interface may come after it is watched, go, and come again as another one',
  needsRoot,
  async (t) => {
    const discovery = linuxNeighbourDiscovery(fast);
    const name = `nd${randomBytes(3).toString('hex')}`;
    const heard: (string | null)[] = [];
    const stop = discovery.watch(name, (neighbour) => void heard.push(neighbour));
    t.teardown(async () => stop());
    const namespace = await freshNamespace(t);
    const program = `
    const { linuxNeighbourDiscovery } = await import(${JSON.stringify(new URL('../../src/icmp6/index.ts', import.meta.url).href)});
    linuxNeighbourDiscovery({ pollMilliseconds: 20 }).watch('far', () => {});
    setTimeout(() => {}, 100_000);`;
    const { spawn } = await import('../../src/netns/namespace.js');
    const child = spawn(namespace, [process.execPath, '--import=tsx', '--input-type=module', '-e', program]);
    t.teardown(async () => void child.kill());
    for (let life = 1; life <= 2; life++) {
      await vethPair({ name }, { namespace, name: 'far' });
      await eventually(() => typeof heard.at(-1) === 'string', { timeout: 60_000 });
      await exec(namespace, ['ip', 'link', 'delete', 'far']);
      await eventually(() => heard.at(-1) === null, { timeout: 30_000 });
    }
    t.equal(heard.length, 4);
    t.match(heard[0], /^fe80:/);
  },
);

t.test('a name that is none, and times out of range, are refused', async (t) => {
  t.throws(() => linuxNeighbourDiscovery({ pollMilliseconds: 1 }), { code: 'LINUX_ERR_ARGUMENT' });
  t.throws(() => linuxNeighbourDiscovery({ advertisementSeconds: 0 }), { code: 'LINUX_ERR_ARGUMENT' });
  t.throws(() => linuxNeighbourDiscovery().watch('a name that is too long', () => {}), {
    code: 'LINUX_ERR_ARGUMENT',
  });
});
