import t from 'tap';
import { acceptAll } from '../../../src/policy/defaults.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { FakeDiscovery } from '../../../src/testing/index.js';
import { best, Lab, type LabSpeaker, TextSink } from '../lab.js';

/** No address but the link-local one is told to be there. */
const bare = { hasLocalAddresses: false } as const;
const open = { importPolicy: acceptAll, exportPolicy: acceptAll };
const onEth1: PeerConfig = { interface: 'eth1', remoteAs: 'external', ...open };
const routes = { ipv4: '203.0.113.0/24', ipv6: '2001:db8:203::/48' } as const;

interface Pair {
  readonly lab: Lab;
  readonly left: LabSpeaker;
  readonly right: LabSpeaker;
  readonly discovery: FakeDiscovery;
  peer(): ReturnType<LabSpeaker['speaker']['peer']>;
}

/** Two speakers, with nothing between them but a cable from eth1 to eth1. */
function pair(left: Partial<PeerConfig> = {}, right: Partial<PeerConfig> = left): Pair {
  const lab = new Lab();
  const [near, far] = [new FakeDiscovery(lab.clock), new FakeDiscovery(lab.clock)];
  near.connect('eth1', 'fe80::1', far, 'eth1', 'fe80::2');
  const one = lab.speaker(1, 64512, { ...bare, addresses: ['fe80::1%eth1'] }, { discovery: near });
  const two = lab.speaker(2, 64513, { ...bare, addresses: ['fe80::2%eth1'] }, { discovery: far });
  one.speaker.addPeer({ ...onEth1, ...left });
  two.speaker.addPeer({ ...onEth1, ...right });
  one.speaker.announce({ prefixes: Object.values(routes) });
  return { lab, left: one, right: two, discovery: near, peer: () => two.speaker.peer('eth1') };
}

t.test(
  'two routers on one cable find each other, and routes of both families go over link-local next hops',
  async (t) => {
    const { lab, left, right, peer } = pair();
    const sink = new TextSink();
    right.speaker.addRouteSink(sink);
    t.match(peer(), { address: 'eth1', remoteAs: 0, state: 'idle' });
    await lab.start(left, right);
    t.ok(
      await lab.until(() => best(right, routes.ipv4) !== undefined && best(right, routes.ipv6) !== undefined),
    );
    t.match(peer(), {
      address: 'eth1',
      neighbour: 'fe80::1%eth1',
      remoteAs: 64512,
      type: 'external',
      localAddress: 'fe80::2%eth1',
      families: [{ family: 'ipv4-unicast', extendedNextHop: true }, { family: 'ipv6-unicast' }],
    });
    t.ok(peer()?.capabilities.includes('link-local-next-hop'));
    for (const prefix of Object.values(routes)) {
      t.match(best(right, prefix), { peer: 'eth1', nextHop: 'fe80::1%eth1' });
      t.equal(sink.table.get(prefix), 'fe80::1%eth1');
    }
    t.equal(lab.network.connections.length >= 1, true);
    t.match(right.lines.find(({ event }) => event === 'session.established')?.fields, {
      peer: 'eth1',
      remoteAs: 64512,
    });
  },
);

t.test('a peer waits for its neighbour, and says so', async (t) => {
  const { lab, left, right, discovery, peer } = pair();
  discovery.setUp('eth1', false);
  await lab.start(left, right);
  await lab.clock.runFor(10_000);
  t.match(peer(), { state: 'idle', hint: /no router advertisement was heard on eth1/ });
  t.equal(lab.network.connections.length, 0);
  discovery.setUp('eth1', true);
  t.ok(await lab.up(left, right));
});

t.test('when the link goes the session falls at once, and it is back with the link', async (t) => {
  const { lab, left, right, discovery, peer } = pair();
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  discovery.setUp('eth1', false);
  t.ok(await lab.until(() => peer()?.state !== 'established', 1_000));
  t.ok(await lab.until(() => best(right, routes.ipv4) === undefined, 1_000));
  t.match(peer(), { flaps: 1 });
  await lab.clock.runFor(300_000);
  discovery.setUp('eth1', true);
  t.ok(await lab.until(() => peer()?.state === 'established', 10_000), 'without waiting for a retry');
  t.match(peer(), { establishedCount: 2, neighbour: 'fe80::1%eth1' });
});

t.test('another router on the link takes over when the session is not up', async (t) => {
  const lab = new Lab();
  const [near, far] = [new FakeDiscovery(lab.clock), new FakeDiscovery(lab.clock)];
  near.connect('eth1', 'fe80::1', far, 'eth1', 'fe80::2');
  const left = lab.speaker(1, 64512, { ...bare, addresses: ['fe80::1%eth1'] }, { discovery: near });
  const right = lab.speaker(
    2,
    64513,
    { ...bare, addresses: ['fe80::2%eth1', 'fe80::9%eth1'] },
    { discovery: far },
  );
  left.speaker.addPeer(onEth1);
  far.watch('eth1', () => {});
  await lab.start(left, right);
  t.ok(await lab.until(() => left.speaker.peer('eth1')?.neighbour === 'fe80::2%eth1'));
  near.connect('eth1', 'fe80::1', far, 'eth1', 'fe80::9');
  t.ok(await lab.until(() => left.speaker.peer('eth1')?.neighbour === 'fe80::9%eth1'));
});

t.test('who dials first is the neighbour, unless something has to be checked before', async (t) => {
  for (const [more, isTaken] of [
    [{}, true],
    [{ password: 'secret' }, false],
    [{ ttlSecurityHops: 1 }, false],
  ] as const) {
    const lab = new Lab();
    const quiet = new FakeDiscovery(lab.clock);
    const left = lab.speaker(1, 64512, { ...bare, addresses: ['fe80::1%eth1'] }, { discovery: quiet });
    const right = lab.speaker(2, 64513, { ...bare, addresses: ['fe80::2%eth1'] });
    left.speaker.addPeer({ ...onEth1, ...more });
    const families = ['ipv6-unicast'] as const;
    right.speaker.addPeer({ address: 'fe80::1%eth1', remoteAs: 64512, families, ...open, idleHoldTime: 0 });
    await lab.start(left, right);
    await lab.until(() => left.speaker.peer('eth1')?.state === 'established', 5_000);
    t.equal(left.speaker.peer('eth1')?.state === 'established', isTaken);
  }
});

t.test('somebody else on the link is turned away', async (t) => {
  const { lab, left, right } = pair();
  const other = lab.speaker(3, 64599, { ...bare, addresses: ['fe80::3%eth1'] });
  other.speaker.addPeer({ address: 'fe80::1%eth1', remoteAs: 64512, families: ['ipv6-unicast'], ...open });
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  await lab.start(other);
  await lab.clock.runFor(2_000);
  t.match(left.lines.findLast(({ event }) => event === 'connection.refused')?.fields, {
    reason: 'it is not from the router that is heard on eth1',
  });
  t.equal(left.speaker.peer('eth1')?.state, 'established');
});

t.test('external takes any AS but ours, internal ours only', async (t) => {
  const inside = pair({ remoteAs: 'internal' });
  await inside.lab.start(inside.left, inside.right);
  await inside.lab.until(() => inside.peer()?.lastNotification !== undefined);
  t.match(inside.peer()?.lastNotification, { code: 2, subcode: 2 });
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64512)];
  left.speaker.addPeer({ address: right.address, remoteAs: 'external', ...open });
  right.speaker.addPeer({ address: left.address, remoteAs: 'internal', ...open });
  await lab.start(left, right);
  await lab.until(
    () => left.speaker.peer(right.address)?.lastError?.message.includes('another than ours') === true,
  );
  t.match(left.speaker.peer(right.address)?.lastError?.message, /must be another than ours, 64512/);
  t.match(right.speaker.peer(left.address), { remoteAs: 64512, type: 'internal' });
});

t.test(
  'without neighbour discovery such a peer is refused, and other fields of place are not for it',
  async (t) => {
    const lab = new Lab();
    const left = lab.speaker(1, 64512);
    left.speaker.addPeer(onEth1);
    await lab.start(left);
    t.match(left.speaker.peer('eth1')?.refused, {
      code: 'BGP_ERR_SOCKET_FEATURE',
      message: /neighbour discovery/,
    });
    for (const more of [
      { address: 'fe80::2%eth1' },
      { multihopTtl: 2 },
      { device: 'eth1' },
      { localAddress: '::1' },
    ]) {
      t.throws(() => left.speaker.addPeer({ ...onEth1, ...more }), /absent where interface is set/);
    }
    t.throws(() => left.speaker.addPeer(onEth1), { code: 'BGP_ERR_PEER_EXISTS' });
    t.match(left.speaker.plan({ peers: [onEth1, { ...onEth1, interface: 'eth2' }] }), [
      { subject: 'peer eth2', change: 'added', reason: 'AS external' },
    ]);
    left.speaker.removePeer('eth1');
    t.same(left.speaker.peers(), []);
  },
);

t.test('packets go out with a TTL of 1, or 255 where that is checked', async (t) => {
  for (const [more, ttl] of [
    [{}, 1],
    [{ ttlSecurityHops: 1 }, 255],
  ] as const) {
    const { lab, left, right } = pair(more);
    const dialled: (number | undefined)[] = [];
    const host = lab.network.hostAt('fe80::1%eth1')!;
    const connect = host.connect.bind(host);
    host.connect = (target, signal) => {
      dialled.push(target.ttl);
      return connect(target, signal);
    };
    await lab.start(left, right);
    t.ok(await lab.up(left, right));
    t.ok(dialled.every((value) => value === ttl));
    t.not(dialled.length, 0);
  }
});

t.test('a removed peer watches its interface no more', async (t) => {
  const { lab, left, right, discovery } = pair();
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  left.speaker.removePeer('eth1');
  await lab.until(() => right.speaker.peer('eth1')?.state !== 'established');
  discovery.setUp('eth1', false);
  discovery.setUp('eth1', true);
  await lab.clock.runFor(5_000);
  t.same(left.speaker.peers(), []);
});
