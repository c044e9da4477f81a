import { openGenericNetlink } from '@peerage/linux';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { publicKeyAnnotation } from '../../src/desired/wireguard.js';
import { WireguardKeys } from '../../src/state/wireguard-keys.js';
import { continuousPing } from './continuous-ping.js';
import { attachPods, type ClusterNode, overlayCluster, patient } from './overlay-cluster.js';

const flags = [
  ...['--overlay-encap=wireguard', '--overlay-type=full', '--overlay-encap-port=51820'],
  '--bgp-graceful-restart',
];
const link = 'peerage-wg';

/** What an operator does with the key that an agent asks to have announced. */
async function announcedKey({ dataDir }: ClusterNode): Promise<string> {
  const { current, next } = await new WireguardKeys(dataDir).read();
  const key = next ?? current;
  if (key === null) throw new Error('there is no key yet');
  return key.publicKey;
}

t.test('three nodes have tunnels with keys of their own, and change them', async (t) => {
  const cluster = await overlayCluster(t);
  const [one, two, three] = cluster.nodes;
  const agents = cluster.nodes.map((node) => node.start(...flags));
  const keyInUse = async (node: ClusterNode): Promise<string> => {
    const handle = await openGenericNetlink({ namespace: node.namespace });
    try {
      return Buffer.from((await handle.wireguard.get(link)).publicKey ?? []).toString('base64');
    } finally {
      await handle.close();
    }
  };
  const announce = async (n: number): Promise<string> => {
    const key = await announcedKey(cluster.nodes[n - 1]!);
    cluster.put(n, { [publicKeyAnnotation]: key });
    return key;
  };
  await attachPods(cluster);
  await eventually(
    () =>
      /write peerage.io\/wireguard-public-key: \S{44} into metadata.annotations of node node-1/.test(
        agents[0]!.text(),
      ),
    patient,
  );
  t.match(
    agents[0]!.text(),
    'there is no tunnel to it: it has no annotation peerage.io/wireguard-public-key',
  );
  for (const n of [1, 2, 3]) {
    await eventually(
      () =>
        announce(n).then(
          () => true,
          () => false,
        ),
      patient,
    );
  }
  await eventually(() => one.podReaches(three.podAddress), patient);
  await eventually(() => one.podReaches(two.podAddress), patient);
  await eventually(() => three.podReaches(two.address), patient);
  await eventually(() => two.podReaches(one.address), patient);
  t.match(await one.run('ping', '-c', '1', '-W', '2', three.podAddress), '1 received', 'node to pod');
  t.match(
    await one.run('ping', '-c', '1', '-W', '2', '-M', 'do', '-s', '1412', three.podAddress),
    '1 received',
    'of the size that the link says',
  );
  t.match(await one.run('ip', '-d', 'link', 'show', link), /mtu 1440 .*wireguard/s);
  t.match(
    await one.run('ip', 'route', 'show', 'proto', '17'),
    /10.48.3.0\/24 via 192.168.2.13 dev peerage-wg .*onlink/,
  );
  t.match(await one.run('ip', 'route', 'show', 'table', '77'), '192.168.2.13 dev peerage-wg');

  await t.test('what somebody changes in the link comes back', async (t) => {
    const handle = await openGenericNetlink({ namespace: one.namespace });
    t.teardown(() => handle.close());
    const peersNow = async (): Promise<number> => (await handle.wireguard.get(link)).peers.length;
    const { peers } = await handle.wireguard.get(link);
    t.equal(peers.length, 2);
    for (const { publicKey } of peers) await handle.wireguard.removePeer(link, publicKey);
    await handle.wireguard.setPeer(link, { publicKey: new Uint8Array(32).fill(7), allowedIps: [] });
    await eventually(() => one.podReaches(three.podAddress), patient);
    await eventually(async () => (await peersNow()) === 2, patient);
    await handle.wireguard.set(link, { privateKey: new Uint8Array(32).fill(5), listenPort: 4000 });
    await eventually(async () => (await keyInUse(one)) === (await announcedKey(one)), patient);
    await eventually(() => one.podReaches(three.podAddress), patient);
    await one.run('ip', 'link', 'delete', link);
    await eventually(() => one.podReaches(three.podAddress), patient);
    await eventually(() => one.podReaches(two.podAddress), patient);
  });

  await t.test('a key is exchanged while packets flow', async (t) => {
    const before = await keyInUse(one);
    const pings = [continuousPing(t, one.pod, three.podAddress), continuousPing(t, two.pod, one.podAddress)];
    const keys = new WireguardKeys(one.dataDir);
    await keys.makeNext();
    await eventually(
      async () => agents[0]!.text().includes((await keys.read()).next?.publicKey ?? '?'),
      patient,
    );
    t.equal(await keyInUse(one), before, 'the old one stays until the new one is announced');
    const after = await announce(1);
    await eventually(async () => (await keyInUse(one)) === after, patient);
    await eventually(() => one.podReaches(three.podAddress), patient);
    await eventually(() => two.podReaches(one.podAddress), patient);
    for (const ping of pings) {
      const { sent, lost, gap } = await ping.stop();
      t.comment(`${sent} pings, ${lost} lost, the longest gap ${gap} ms`);
      t.ok(sent > 50 && lost < sent / 2, `${lost} of ${sent} were lost`);
    }
    t.match(await keys.read(), { current: { publicKey: after }, next: null });
  });

  await t.test('a restart finds link, key and sessions as they were', async (t) => {
    const ping = continuousPing(t, one.pod, three.podAddress);
    agents[0]!.child.kill('SIGKILL');
    await agents[0]!.exitCode();
    const again = one.start(...flags);
    await eventually(() => again.events('session.established').length === 2, patient);
    await eventually(
      async () => (await one.run('ip', 'route', 'show', 'proto', '17')).split('\n').length === 3,
      patient,
    );
    const { sent, lost } = await ping.stop();
    t.comment(`${sent} pings, ${lost} lost`);
    t.ok(sent > 50);
    t.equal(lost, 0, 'nothing was lost');
    agents[0] = again;
  });

  await t.test('a plan says what differs, a clean-up leaves nothing', async (t) => {
    // The change of a key may be under way still.
    await eventually(async () => {
      const { text } = await one.runToEnd(...flags, '--plan', '--json');
      return (JSON.parse(text).changes as unknown[]).length === 0;
    }, patient);
    agents[0]!.child.kill('SIGTERM');
    await agents[0]!.exitCode();
    await one.run('ip', 'link', 'delete', link);
    const { text } = await one.runToEnd(...flags, '--plan');
    t.match(text, /^create +overlay link +peerage-wg$/m);
    t.match(text, /^create +WireGuard peer +\S{44}$/m);
    agents[2]!.child.kill('SIGTERM');
    await agents[2]!.exitCode();
    const done = await three.runToEnd(...flags, '--cleanup-config');
    t.match(done.text, /^delete +overlay link +peerage-wg$/m);
    t.equal(done.status, 0, done.text);
    t.notMatch(await three.run('ip', 'link'), link);
  });
});
