import { netns } from '@peerage/linux';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { tunnelNames } from '../../src/items/tunnel-name.js';
import { continuousPing } from './continuous-ping.js';
import { attachPods, type ClusterNode, overlayCluster, patient } from './overlay-cluster.js';

const gone = '192.168.9.9';
const sets = ['kube-router-pod-subnets', 'kube-router-node-ips'];

/** What the original (v2.11) leaves on a node when its program ends. `older`: names of tunnels as v0.3.1 has them. */
async function leaveAsOriginal(
  node: ClusterNode,
  others: readonly ClusterNode[],
  older = false,
): Promise<void> {
  const n = Number(node.name.slice(-1));
  const isNear = (other: ClusterNode): boolean =>
    other.address.split('.').slice(0, 3).join() === node.address.split('.').slice(0, 3).join();
  const tunnelTo = (address: string): string =>
    older ? `tun-${address.replace(/\./g, '')}` : tunnelNames(address)[0];
  const lines = [
    'sysctl -qw net.ipv4.ip_forward=1',
    'ip link add kube-bridge type bridge',
    'ip link set kube-bridge up',
    `ip rule add from 10.48.${n}.0/24 lookup 77`,
    ...[...others.filter((other) => !isNear(other)).map(({ address }) => address), gone].flatMap(
      (address) => [
        `ip link add ${tunnelTo(address)} type ipip local ${node.address} remote ${address}`,
        `ip link set ${tunnelTo(address)} up`,
        `ip route add ${address} dev ${tunnelTo(address)} table 77`,
      ],
    ),
    ...others.map((other) => {
      const way = isNear(other)
        ? `via ${other.address}`
        : `dev ${tunnelTo(other.address)} src ${node.address}`;
      return `ip route add 10.48.${other.name.slice(-1)}.0/24 ${way} proto 17`;
    }),
    `ip route add 10.48.99.0/24 dev ${tunnelTo(gone)} src ${node.address} proto 17`,
    'ipset create kube-router-pod-subnets hash:net timeout 0',
    'ipset create kube-router-node-ips hash:ip timeout 0',
    'ipset add kube-router-pod-subnets 10.48.0.0/16',
    `ipset add kube-router-node-ips ${node.address}`,
    `iptables-nft -t nat -A POSTROUTING -m set --match-set ${sets[0]} src -m set ! --match-set ${sets[0]} dst -m set ! --match-set ${sets[1]} dst -j MASQUERADE --random-fully`,
    'iptables-nft -I FORWARD 1 -i kube-bridge -m comment --comment "allow outbound traffic from pods" -j ACCEPT',
    'iptables-nft -I FORWARD 2 -o kube-bridge -m comment --comment "allow inbound traffic to pods" -j ACCEPT',
    'iptables-nft -I FORWARD 3 -o eth0 -m comment --comment "allow outbound node port traffic on node interface with which node ip is associated" -j ACCEPT',
    // Of others, which have nothing to do with it.
    'ipset create theirs hash:ip',
    'iptables-nft -A FORWARD -s 203.0.113.0/24 -j ACCEPT',
    'iptables-nft -t nat -A POSTROUTING -m set --match-set theirs src -j MASQUERADE',
    'iptables-nft -P FORWARD DROP',
  ];
  await netns.exec(node.namespace, ['sh', '-ec', lines.join('\n')]);
}

t.test('what the original left is taken over without loss, and swept where it is not needed', async (t) => {
  const cluster = await overlayCluster(t);
  const [one, two, three] = cluster.nodes;
  await leaveAsOriginal(one, [two, three]);
  await leaveAsOriginal(two, [one, three], true);
  await leaveAsOriginal(three, [one, two]);
  await attachPods(cluster);
  for (const target of [two, three]) t.ok(await one.podReaches(target.podAddress), 'the original had it so');
  t.ok(await one.podReaches(three.address));
  const pings = [
    continuousPing(t, one.pod, three.podAddress),
    continuousPing(t, one.pod, two.podAddress),
    continuousPing(t, one.pod, three.address),
  ];
  const before = await one.run('ip', '-o', 'link', 'show', tunnelNames(three.address)[0]);
  const agents = cluster.nodes.map((node) => node.start('--bgp-graceful-restart'));
  const listing = async (node: ClusterNode): Promise<string> => {
    const views = [
      'ip -br link',
      'ip rule',
      'ip route show table all',
      'iptables-nft -S',
      'iptables-nft -t nat -S',
      'ipset list -n',
    ];
    return (await Promise.all(views.map((view) => node.run(...view.split(' '))))).join('\n');
  };
  for (const agent of agents)
    await eventually(() => agent.events('session.established').length === 2, patient);
  const leftover =
    /10\.48\.99\.0|192\.168\.9\.9|kube-router|bound traffic|node port traffic|lookup 77 *\n.*lookup 77|tun-\d+:?@/;
  for (const node of cluster.nodes) {
    await eventually(async () => !leftover.test(await listing(node)), patient).catch(() => {});
    const after = await listing(node);
    t.notMatch(after, leftover, `${node.name} is swept`);
    t.match(after, 'theirs');
    t.match(after, '-s 203.0.113.0/24 -j ACCEPT');
    t.match(after, /32700:\tfrom 10\.48\.\d\.0\/24 lookup 77/);
  }
  t.equal(
    await one.run('ip', '-o', 'link', 'show', tunnelNames(three.address)[0]),
    before,
    'the tunnel is the same one',
  );
  t.match(await two.run('ip', '-br', 'link'), tunnelNames(three.address)[0], 'and has the name of today');
  for (const target of [two, three]) t.ok(await one.podReaches(target.podAddress));
  t.ok(await two.podReaches(three.podAddress));
  const counts = await Promise.all(pings.map((ping) => ping.stop()));
  t.comment(counts.map(({ lost, sent }) => `${lost} of ${sent} pings lost`).join(', '));
  t.ok(counts.every(({ sent }) => sent > 50));
  t.same(
    counts.map(({ lost }) => lost),
    [0, 0, 0],
    'no packet was lost',
  );
});
