import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { tunnelNames } from '../../src/items/tunnel-name.js';
import { attachPods, overlayCluster, patient } from './overlay-cluster.js';

t.test('ipip, subnet: one tunnel to the node behind the router, none to the neighbour', async (t) => {
  const cluster = await overlayCluster(t);
  const [one, two, three] = cluster.nodes;
  const agents = [one.start(), two.start(), three.start()];
  await attachPods(cluster);
  await eventually(
    async () => (await one.run('ip', 'route', 'show', 'proto', '17')).split('\n').length === 3,
    patient,
  );
  const [tunnel] = tunnelNames(three.address);
  const routes = await one.run('ip', 'route', 'show', 'proto', '17');
  t.match(routes, '10.48.2.0/24 via 192.168.1.12 dev eth0');
  t.match(routes, new RegExp(`10.48.3.0/24 dev ${tunnel} .*src 192.168.1.11`));
  t.match(
    await one.run('ip', '-d', 'link', 'show', tunnel),
    /mtu 1480 .*ipip .*remote 192.168.2.13 local 192.168.1.11/s,
  );
  t.match(await one.run('ip', 'rule'), 'from 10.48.1.0/24 lookup 77');
  t.match(await one.run('ip', 'route', 'show', 'table', '77'), `192.168.2.13 dev ${tunnel}`);
  await eventually(() => one.podReaches(three.podAddress), patient);
  t.ok(await one.podReaches(two.podAddress), 'pod to pod on the segment');
  t.ok(await one.podReaches(three.podAddress), 'pod to pod through the tunnel');
  t.ok(await one.podReaches(three.address), 'pod to node through the tunnel');
  t.ok(await three.podReaches(one.address), 'and back');
  t.match(await one.run('ping', '-c', '1', '-W', '2', three.podAddress), '1 received', 'node to pod');
  t.match(
    await one.run('ping', '-c', '1', '-W', '2', '-M', 'do', '-s', '1452', three.podAddress),
    '1 received',
  );

  await one.run('ip', 'link', 'delete', tunnel);
  await eventually(() => one.podReaches(three.podAddress), patient);
  t.match(await one.run('ip', 'route', 'show', 'proto', '17'), `10.48.3.0/24 dev ${tunnel}`, 'it comes back');

  agents[2]!.child.kill('SIGTERM');
  await eventually(async () => !(await one.run('ip', 'link')).includes('tun-'), patient);
  t.notMatch(await one.run('ip', 'route', 'show', 'table', 'all'), 'tun-', 'route first, then the tunnel');
  t.match(await three.run('ip', 'link'), /tun-[0-9a-f]{11}/, 'the node that went keeps its own');
  for (const agent of agents) t.notMatch(agent.text(), /overlay controller|route.refused/);

  await t.test('a plan says what differs and changes nothing', async (t) => {
    const whole = await two.runToEnd('--plan', '--json');
    t.same(JSON.parse(whole.text).changes, [], 'beside an agent that has settled');
    await one.run('ip', 'link', 'set', 'kube-bridge', 'mtu', '1400');
    agents[0]!.child.kill('SIGTERM');
    await agents[0]!.exitCode();
    await one.run('ip', 'rule', 'del', 'lookup', '77');
    const { text, status } = await one.runToEnd('--plan');
    t.equal(status, 0);
    t.match(text, /^replace +link +kube-bridge$/m);
    t.match(text, /^create +rule +from 10.48.1.0\/24 priority 32700$/m);
    t.match(text, /nothing was changed/);
    t.notMatch(await one.run('ip', 'rule'), 'lookup 77');
  });

  await t.test('cleanup removes what is ours, and nothing else', async (t) => {
    const refused = await two.runToEnd('--cleanup-config');
    t.equal(refused.status, 1, 'not under a running agent');
    t.match(refused.text, 'another agent runs');
    agents[1]!.child.kill('SIGTERM');
    await agents[1]!.exitCode();
    const objects = [
      'ip nexthop add id 285212672 via 192.168.2.1 dev eth0 proto 17',
      'ip nexthop add id 5 via 192.168.2.1 dev eth0',
    ];
    for (const line of objects) await three.run(...line.split(' '));
    const foreign = [
      'ip route add 10.99.0.0/16 via 192.168.2.1',
      'ip rule add from 10.9.0.0/16 lookup 78 priority 5',
    ];
    for (const line of [
      ...foreign,
      'ip link add tun-0123456789a type ipip remote 192.0.2.1',
      'nft add table inet theirs',
    ]) {
      await three.run(...line.split(' '));
    }
    const listing = async (): Promise<string> => {
      const views = ['ip -br link', 'ip rule', 'ip route show table all', 'nft list ruleset', 'ip nexthop'];
      return (await Promise.all(views.map((view) => three.run(...view.split(' '))))).join('');
    };
    const before = await listing();
    const dry = await three.runToEnd('--cleanup-config', '--dry-run');
    t.equal(dry.status, 0, dry.text);
    t.match(dry.text, /^delete +overlay link +tun-/m);
    t.match(dry.text, /nothing was removed/);
    t.equal(await listing(), before);
    const done = await three.runToEnd('--cleanup-config');
    t.equal(done.status, 0, done.text);
    t.equal(done.text.replace('all of this was removed', 'nothing was removed'), dry.text, 'as announced');
    const after = await listing();
    t.notMatch(after, /proto 17|lookup 77|table 77|kube-bridge|peerage/);
    t.notMatch(after, tunnelNames(one.address)[0]);
    for (const theirs of [
      '10.99.0.0/16',
      'from 10.9.0.0/16 lookup 78',
      'tun-0123456789a',
      'table inet theirs',
      'id 5 via 192.168.2.1',
    ]) {
      t.match(after, theirs);
    }
    t.equal(await three.run('sysctl', '-n', 'net.ipv4.ip_forward'), '0\n', 'settings are as they were found');
    t.match((await three.runToEnd('--cleanup-config')).text, 'nothing differs');
  });
});

t.test('fou, then vxlan: full, so that neighbours go through it too', async (t) => {
  const cluster = await overlayCluster(t);
  const [one, two, three] = cluster.nodes;
  const flags = ['--overlay-type=full', '--overlay-encap=fou', '--overlay-encap-port=6000'];
  const agents = cluster.nodes.map((node) => node.start(...flags));
  await attachPods(cluster);
  await eventually(() => one.podReaches(three.podAddress), patient);
  await eventually(() => one.podReaches(two.podAddress), patient);
  const [tunnel] = tunnelNames(two.address);
  t.match(
    await one.run('ip', '-d', 'link', 'show', tunnel),
    /mtu 1468 .*ipip remote 192.168.1.12 local 192.168.1.11 ttl 225 .*encap gue encap-sport auto encap-dport 6000/s,
  );
  t.match(await one.run('ip', 'fou', 'show'), /port 6000 gue/);
  t.equal((await one.run('ip', 'route', 'show', 'proto', '17')).match(/ dev tun-\w+ /g)?.length, 2);
  // Each node comes to it in its own time.
  await eventually(() => three.podReaches(two.address), patient);

  for (const agent of agents) agent.child.kill('SIGTERM');
  for (const agent of agents) await agent.exitCode();
  // The port that FoU had is free a moment later than it is wanted: that is tried again.
  for (const node of cluster.nodes) {
    node.start('--overlay-type=full', '--overlay-encap=vxlan', '--overlay-encap-port=6000');
  }
  await eventually(
    async () => /via 192.168.2.13 dev peerage-vxlan .*onlink/.test(await one.run('ip', 'route')),
    patient,
  );
  await eventually(() => one.podReaches(three.podAddress), patient);
  await eventually(() => one.podReaches(two.podAddress), patient);
  await eventually(() => three.podReaches(two.address), patient);
  await eventually(async () => !(await one.run('ip', 'link')).includes('tun-'), patient);
  await eventually(async () => (await one.run('ip', 'fou', 'show')) === '', patient);
  t.match(
    await one.run('ip', '-d', 'link', 'show', 'peerage-vxlan'),
    /mtu 1450 .*vxlan id 77 local 192.168.1.11 .*dstport 6000 nolearning/s,
  );
  t.match(
    await one.run('ip', 'neigh', 'show', 'dev', 'peerage-vxlan'),
    /192.168.2.13 lladdr 02(:\w\w){5} PERMANENT/,
  );
});
