import { randomBytes } from 'node:crypto';
import { netns } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { desiredEgress, egressTable } from '../../src/desired/egress.js';
import { ownNode } from '../../src/desired/own-node.js';
import { NftDriver, type RunNft } from '../../src/drivers/nft-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from '../desired/samples.js';

const { signal } = new AbortController();

/** `nft` in another namespace. */
function nftIn(namespace: string): RunNft {
  return (args, input, abort) =>
    new Promise((resolve, reject) => {
      const child = netns.spawn(namespace, ['nft', ...args], { stdio: 'pipe', signal: abort });
      let stdout = '';
      let stderr = '';
      child.stdout?.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr?.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, stdout, stderr }));
      // As in the driver: one that reads nothing may be gone, and its status tells.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
}

async function namespaces(t: Test, names: readonly string[]): Promise<readonly string[]> {
  const id = randomBytes(3).toString('hex');
  const made: string[] = [];
  for (const name of names) {
    const namespace = `ra-${id}-${name}`;
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
    made.push(namespace);
  }
  return made;
}

t.test(
  'a table is written once, mended when somebody changes it, and taken away',
  needs('root'),
  async (t) => {
    const [namespace = ''] = await namespaces(t, ['nft']);
    const run = nftIn(namespace);
    const nft = async (...args: string[]): Promise<string> => (await run(args, '', signal)).stdout;
    const driver = new NftDriver(['ours'], run);
    const wanted = [
      {
        name: 'ours',
        body: 'chain c {\n type filter hook input priority 0; policy accept;\n tcp dport 1 drop\n}',
      },
    ];
    await nft('add', 'table', 'inet', 'foreign');

    t.match(await reconcile(driver, wanted, signal), { changed: 1, failures: [] });
    t.match(await reconcile(driver, wanted, signal), { changed: 0, failures: [] });
    t.match(await nft('list', 'table', 'inet', 'ours'), 'tcp dport 1 drop');

    await nft('flush', 'chain', 'inet', 'ours', 'c');
    t.match(await reconcile(driver, wanted, signal), { changed: 1, failures: [] });
    t.match(await nft('list', 'table', 'inet', 'ours'), 'tcp dport 1 drop');

    const other = [{ name: 'ours', body: 'chain c {\n}' }];
    t.match(await reconcile(new NftDriver(['ours'], run), other, signal), { changed: 1, failures: [] });
    t.notMatch(await nft('list', 'table', 'inet', 'ours'), 'drop');

    t.match(await reconcile(driver, [], signal), { changed: 1, failures: [] });
    t.equal((await nft('list', 'tables')).trim(), 'table inet foreign');
  },
);

t.test(
  'pods reach the outside under the address of their node, and one another under their own',
  needs('root'),
  async (t) => {
    const [pod = '', host = '', world = ''] = await namespaces(t, ['pod', 'node', 'out']);
    await netns.vethPair(
      { namespace: pod, name: 'eth0', addresses: ['10.48.1.2/24', '2001:db8:48:1::2/64'] },
      { namespace: host, name: 'pod', addresses: ['10.48.1.1/24', '2001:db8:48:1::1/64'] },
    );
    // The world plays the other node's pod too.
    await netns.vethPair(
      { namespace: host, name: 'eth0', addresses: ['192.0.2.11/24', '2001:db8::11/64'] },
      {
        namespace: world,
        name: 'eth0',
        addresses: ['192.0.2.9/24', '10.48.2.2/32', '2001:db8::9/64', '2001:db8:48:2::2/128'],
      },
    );
    for (const [namespace, command] of [
      [pod, 'ip route add default via 10.48.1.1'],
      [pod, 'ip -6 route add default via 2001:db8:48:1::1'],
      [host, 'ip route add 10.48.2.0/24 via 192.0.2.9'],
      [host, 'ip -6 route add 2001:db8:48:2::/64 via 2001:db8::9'],
      [world, 'ip route add 10.48.1.0/24 via 192.0.2.11'],
      [world, 'ip -6 route add 2001:db8:48:1::/64 via 2001:db8::11'],
      [host, 'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1'],
    ] as const) {
      await netns.exec(namespace, command.split(' '));
    }
    const config = configOf('n1');
    const cluster = snapshot({
      nodes: [
        node('n1', ['192.0.2.11', '2001:db8::11'], { podCidrs: ['10.48.1.0/24', '2001:db8:48:1::/64'] }),
        node('n2', ['192.0.2.12'], { podCidrs: ['10.48.2.0/24', '2001:db8:48:2::/64'] }),
      ],
    });
    const { own } = ownNode(cluster, config);
    const table = own === null ? null : desiredEgress(cluster, own, config);
    if (table === null) throw new Error('no rules');
    const driver = new NftDriver([egressTable], nftIn(host));
    t.match(await reconcile(driver, [table], signal), { changed: 1, failures: [] });

    for (const [to, from] of [
      ['192.0.2.9', '192.0.2.11'],
      ['10.48.2.2', '10.48.1.2'],
      ['2001:db8::9', '2001:db8::11'],
      ['2001:db8:48:2::2', '2001:db8:48:1::2'],
    ] as const) {
      t.equal(await sourceSeen(pod, world, to), from, `${to} sees ${from}`);
    }
  },
);

/** What a server in `world` sees as the source of a connection from `pod`. */
async function sourceSeen(pod: string, world: string, address: string): Promise<string> {
  const port = '7';
  const serve = `require('net').createServer((s) => s.end(s.remoteAddress)).listen(${port}, '${address}')`;
  const ask = `require('net').connect(${port}, '${address}').on('data', (d) => process.stdout.write(String(d))).on('error', () => {})`;
  const server = netns.spawn(world, [process.execPath, '-e', serve], { stdio: 'ignore' });
  try {
    let seen = '';
    await eventually(
      async () => {
        seen = (await netns.exec(pod, [process.execPath, '-e', ask])).stdout;
        return seen !== '';
      },
      { timeout: 30_000, interval: 100 },
    );
    return seen;
  } finally {
    server.kill('SIGKILL');
  }
}
