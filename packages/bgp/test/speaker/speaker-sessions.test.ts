import { inspect } from 'node:util';
import t from 'tap';
import type { Acceptor, Transport } from '../../src/ports/transport.js';
import { ScriptedPeer } from '../../src/testing/index.js';
import { best, Lab, peerOf, statusOf } from './lab.js';

const both = ['ipv4-unicast', 'ipv6-unicast'] as const;

t.test('two speakers that dial one another come up once', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.match(statusOf(left, right), {
    state: 'established',
    type: 'external',
    remoteRouterId: '192.0.2.2',
    localAddress: '192.0.2.1',
    holdTime: 90,
    keepaliveTime: 30,
    establishedCount: 1,
    flaps: 0,
    families: [{ family: 'ipv4-unicast', negotiated: true }],
  });
  t.ok(statusOf(left, right).capabilities.includes('four-octet-as'));
  t.same(left.events, ['established 192.0.2.2']);
  t.match(left.speaker.status().peers, { configured: 1, established: 1 });
  await lab.clock.runFor(600_000);
  t.equal(statusOf(left, right).flaps, 0, 'and it stays');
});

t.test('a family is carried over the transport of the other one', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64512)];
  lab.join(left, right, { families: both });
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.match(statusOf(left, right).families, [{ negotiated: true }, { negotiated: true }]);
});

t.test("over an IPv6 transport IPv4 routes get the interface's IPv4 address as next hop", async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  const over = { families: both };
  left.speaker.addPeer({ ...peerOf(right, over), address: '2001:db8::2' });
  right.speaker.addPeer({ ...peerOf(left, over), address: '2001:DB8:0::1' });
  left.speaker.announce({ prefixes: ['203.0.113.0/24', '2001:db8:203::/48'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, '203.0.113.0/24') !== undefined));
  t.equal(right.speaker.peer('2001:db8::1')?.remoteRouterId, '192.0.2.1', 'one peer, however it is written');
  t.equal(best(right, '203.0.113.0/24')?.nextHop, '192.0.2.1');
  t.equal(best(right, '2001:db8:203::/48')?.nextHop, '2001:db8::1');
});

t.test('a family without a next hop of ours is not offered, and told', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512, { hasLocalAddresses: false }), lab.speaker(2, 64513)];
  lab.join(left, right, { families: both });
  right.speaker.announce({ prefixes: ['198.51.100.0/24', '2001:db8:51::/48'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(left, '198.51.100.0/24') !== undefined));
  await lab.clock.runFor(1_000);
  t.match(statusOf(left, right).families, [
    { negotiated: true },
    { negotiated: false, reason: /no own next hop/ },
  ]);
  t.match(statusOf(right, left).families, [
    { negotiated: true },
    { negotiated: false, reason: /not offered/ },
  ]);
  t.equal(best(left, '2001:db8:51::/48'), undefined);
});

t.test('a family that one side does not offer is told with the reason', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64512)];
  left.speaker.addPeer(peerOf(right, { families: both }));
  right.speaker.addPeer(peerOf(left));
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.match(statusOf(left, right).families, [
    { negotiated: true },
    { negotiated: false, reason: /not offered by the peer/ },
  ]);
});

t.test('a wrong AS gets 2/2, and neither side ever comes up', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  left.speaker.addPeer(peerOf(right, { remoteAs: 64999 }));
  right.speaker.addPeer(peerOf(left, { passive: true }));
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).lastNotification !== undefined));
  t.match(statusOf(left, right).lastNotification, { direction: 'sent', code: 2, subcode: 2 });
  t.ok(await lab.until(() => statusOf(right, left).lastNotification !== undefined));
  t.match(statusOf(right, left).lastNotification, { direction: 'received', code: 2, subcode: 2 });
  await lab.clock.runFor(60_000);
  t.equal(statusOf(left, right).establishedCount, 0);
  t.same(left.events, []);
});

t.test('who is not configured is turned away with Cease / Connection Rejected', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512);
  const stranger = lab.network.host('192.0.2.66');
  await lab.start(left);
  const dial = stranger.connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const peer = new ScriptedPeer(await dial, { as: 64666, routerId: 1 });
  const told = peer.expectNotification();
  await lab.clock.runFor(5_000);
  t.match(await told, { code: 6, subcode: 5 });
  t.ok(peer.isEnded);
  t.match(left.lines, [{ event: 'connection.unknown', fields: { remote: '192.0.2.66' } }]);
});

t.test('a connection to another address than the configured local one is turned away', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512);
  left.speaker.addPeer({
    address: '2001:db8::66',
    remoteAs: 64666,
    passive: true,
    localAddress: '2001:db8::7',
  });
  const other = lab.network.host('2001:db8::66');
  await lab.start(left);
  const dial = other.connect({ address: '2001:db8::1', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const peer = new ScriptedPeer(await dial, { as: 64666, routerId: 1 });
  const told = peer.expectNotification();
  await lab.clock.runFor(10);
  t.match(await told, { code: 6, subcode: 5 });
  t.equal(left.speaker.peer('2001:db8::66')?.state, 'active');
});

t.test('a port that is taken is an error with address and port; another try may follow', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512);
  const twin = lab.speaker(1, 64512, { listen: [{ port: 178 }, { port: 179, address: '192.0.2.1' }] });
  const host = lab.network.hostAt('192.0.2.1');
  const taken = await host?.listen({ port: 179 }, () => {});
  await t.rejects(left.speaker.start(), {
    code: 'BGP_ERR_LISTEN',
    message: /all addresses port 179.*EADDRINUSE/,
  });
  t.same(left.speaker.listening, []);
  await taken?.close();
  await left.speaker.start();
  t.match(left.speaker.listening, [{ port: 179 }]);
  await twin.speaker.start();
  t.equal(twin.speaker.listening.length, 2, 'hosts of the lab are apart');
});

t.test('port 0 is told when it is known, and no listener at all is fine', async (t) => {
  const lab = new Lab();
  const [left, right] = [
    lab.speaker(1, 64512, { listen: [{ port: 0 }] }),
    lab.speaker(2, 64512, { listen: [] }),
  ];
  await left.speaker.start();
  const port = left.speaker.listening[0]?.port ?? 0;
  t.ok(port > 0);
  right.speaker.addPeer(peerOf(left, { port }));
  left.speaker.addPeer(peerOf(right, { passive: true }));
  await lab.start(right);
  t.ok(await lab.up(left, right));
  t.same(right.speaker.listening, []);
});

t.test(
  'where a speaker listens changes under its sessions; a place that is taken keeps the others from nothing',
  async (t) => {
    const lab = new Lab();
    const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64512, { listen: [] })];
    await t.rejects(left.speaker.listen([{ port: 1179 }]), { code: 'BGP_ERR_STATE' });
    left.speaker.addPeer(peerOf(right, { passive: true, password: 'secret' }));
    right.speaker.addPeer(peerOf(left, { password: 'secret' }));
    await lab.start(left, right);
    t.ok(await lab.up(left, right));
    const taken = await lab.network.hostAt('192.0.2.1')?.listen({ port: 178 }, () => {});
    const wanted = [{ port: 178 }, { port: 1179 }];
    await t.rejects(left.speaker.listen(wanted), { code: 'BGP_ERR_LISTEN', message: /port 178/ });
    t.match(left.speaker.listening, [{ port: 1179 }]);
    t.equal(left.speaker.peer('192.0.2.2')?.state, 'established');
    await taken?.close();
    await left.speaker.listen(wanted);
    t.same(
      left.speaker.listening.map(({ port }) => port),
      [1179, 178],
    );
    right.speaker.updatePeer(peerOf(left, { password: 'secret', port: 178 }));
    t.ok(await lab.up(left, right), 'the new listener asks for the password that was there before it');
  },
);

t.test('connections of a given acceptor are taken', async (t) => {
  const lab = new Lab();
  const host = lab.network.host('192.0.2.9');
  let give: ((transport: Transport) => void) | undefined;
  const acceptor: Acceptor = {
    start(accept) {
      give = accept;
    },
  };
  const left = lab.speaker(1, 64512, { listen: [{ acceptor }] });
  const right = lab.speaker(2, 64512, { listen: [] });
  await host.listen({ port: 179 }, (transport) => give?.(transport));
  left.speaker.addPeer(peerOf(right, { passive: true }));
  left.speaker.addPeer({ address: '192.0.2.3', remoteAs: 64513, passive: true, password: 'secret' });
  right.speaker.addPeer({ ...peerOf(left), address: '192.0.2.9' });
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).state === 'established'));

  const dial = lab.network
    .host('192.0.2.3')
    .connect({ address: '192.0.2.9', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const unprotected = new ScriptedPeer(await dial, { as: 64513, routerId: 3 });
  const told = unprotected.expectNotification();
  await lab.clock.runFor(10);
  t.match(await told, { code: 6, subcode: 5 }, 'but not for a peer with a password');
});

t.test('a peer that needs what the sockets cannot give is refused, and the others go on', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512, { features: ['localAddress'] });
  const [right, third] = [lab.speaker(2, 64512), lab.speaker(3, 64512)];
  lab.join(left, right);
  left.speaker.addPeer(peerOf(third, { password: 'swordfish' }));
  third.speaker.addPeer(peerOf(left, { password: 'swordfish' }));
  await lab.start(left, right, third);
  t.ok(await lab.until(() => statusOf(left, right).state === 'established'));
  t.match(statusOf(left, third), {
    state: 'idle',
    refused: { code: 'BGP_ERR_SOCKET_FEATURE', message: /TCP MD5/ },
    lastError: { code: 'refused' },
    md5: true,
  });
  t.ok(left.events.includes('refused 192.0.2.3'));
  await lab.clock.runFor(60_000);
  t.equal(statusOf(left, third).establishedCount, 0);
  const protections = [{ ttlSecurityHops: 1 }, { multihopTtl: 3 }, { device: 'eth0' }];
  for (const [i, protection] of protections.entries()) {
    left.speaker.addPeer({ address: `192.0.2.${20 + i}`, remoteAs: 64513, ...protection });
    t.ok(left.speaker.peer(`192.0.2.${20 + i}`)?.refused);
  }
  t.equal(left.speaker.updatePeer(peerOf(third)), 'reset');
  t.equal(statusOf(left, third).refused, undefined, 'a changed configuration is tried anew');
});

t.test('with the same password on both sides a session comes up, with different ones never', async (t) => {
  const lab = new Lab();
  const [left, right, third] = [lab.speaker(1, 64512), lab.speaker(2, 64512), lab.speaker(3, 64512)];
  lab.join(left, right, { password: 'swordfish' });
  left.speaker.addPeer(peerOf(third, { password: 'swordfish' }));
  third.speaker.addPeer(peerOf(left, { password: 'codfish' }));
  await lab.start(left, right, third);
  t.ok(await lab.until(() => statusOf(left, right).state === 'established'));
  await lab.clock.runFor(60_000);
  t.equal(statusOf(left, third).establishedCount, 0);
  t.match(statusOf(left, third).hint, /MD5/);
  t.equal(statusOf(left, right).flaps, 0);
});

t.test('a password is in no status, no log line and no error', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64512, { features: [] })];
  lab.join(left, right, { password: 'swordfish' });
  await lab.start(left, right);
  await lab.clock.runFor(200_000);
  t.throws(() => left.speaker.addPeer(peerOf(right, { password: 'swordfish' })), {
    code: 'BGP_ERR_PEER_EXISTS',
  });
  const octets = [...new TextEncoder().encode('swordfish')].join(',');
  for (const { speaker, lines } of [left, right]) {
    const views = JSON.stringify([speaker.peers(), speaker.status(), lines]);
    const shown = views + inspect(speaker, { depth: 12, showHidden: true });
    t.notMatch(shown, /swordfish/);
    t.notOk(shown.includes(octets));
    t.ok(lines.length > 0);
  }
});

t.test('closing says goodbye with a text, and every socket is closed', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  await lab.start(left, right);
  await lab.up(left, right);
  const closed = left.speaker.close({ communication: 'maintenance until six' });
  t.ok(await lab.until(() => statusOf(right, left).state !== 'established'));
  await lab.clock.runFor(3_000);
  await closed;
  t.match(statusOf(right, left).lastNotification, {
    direction: 'received',
    code: 6,
    subcode: 2,
    communication: 'maintenance until six',
  });
  t.equal(statusOf(left, right).state, 'idle');
  t.same(left.speaker.listening, []);
  t.ok(lab.network.connections.every(({ dialled, accepted }) => dialled.isClosed && accepted.isClosed));
  await left.speaker.close();
  await t.rejects(left.speaker.start(), { code: 'BGP_ERR_STATE' });
});

t.test('a peer added and removed at run time', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  await lab.start(left, right);
  lab.join(left, right);
  t.ok(await lab.up(left, right));
  left.speaker.removePeer('192.0.2.2');
  t.equal(left.speaker.peer('192.0.2.2'), undefined);
  t.ok(await lab.until(() => statusOf(right, left).state !== 'established'));
  t.match(statusOf(right, left).lastNotification, { code: 6, subcode: 3 });
  t.throws(() => left.speaker.removePeer('192.0.2.2'), { code: 'BGP_ERR_UNKNOWN_PEER' });
  t.throws(() => left.speaker.resetPeer('192.0.2.2'), { code: 'BGP_ERR_UNKNOWN_PEER' });
  t.throws(() => left.speaker.updatePeer(peerOf(right)), { code: 'BGP_ERR_UNKNOWN_PEER' });
  t.throws(() => left.speaker.received('192.0.2.2'), { code: 'BGP_ERR_UNKNOWN_PEER' });
  left.speaker.addPeer(peerOf(right));
  t.ok(await lab.up(left, right), 'and comes back when it is added again');
});

t.test('a reset says so, and the session comes back', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  await lab.start(left, right);
  await lab.up(left, right);
  left.speaker.resetPeer('192.0.2.2', 'new cable');
  await lab.clock.runFor(10);
  t.match(statusOf(right, left).lastNotification, { code: 6, subcode: 4, communication: 'new cable' });
  t.ok(await lab.up(left, right));
  t.match(statusOf(left, right), { establishedCount: 2, flaps: 1 });
});

t.test('updatePeer changes live what it can, and resets for the rest', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  await lab.start(left, right);
  await lab.up(left, right);
  t.equal(left.speaker.updatePeer(peerOf(right)), 'unchanged');
  t.equal(left.speaker.updatePeer(peerOf(right, { description: 'uplink', holdTime: 30 })), 'live');
  await lab.clock.runFor(1_000);
  t.match(statusOf(left, right), { state: 'established', description: 'uplink', holdTime: 90, flaps: 0 });
  t.equal(
    left.speaker.updatePeer(peerOf(right, { description: 'uplink', holdTime: 30, families: both })),
    'reset',
  );
  t.ok(await lab.until(() => statusOf(right, left).lastNotification !== undefined));
  t.match(statusOf(right, left).lastNotification, { code: 6, subcode: 6 });
  t.ok(await lab.up(left, right));
  t.match(statusOf(left, right), { holdTime: 30, flaps: 1 });
  t.equal(left.speaker.updatePeer(peerOf(right, { shutdown: true })), 'reset');
  await lab.clock.runFor(60_000);
  t.match(statusOf(left, right), { state: 'idle', shutdown: true });
  t.equal(left.speaker.updatePeer(peerOf(right)), 'reset');
  t.ok(
    await lab.until(() => statusOf(left, right).state === 'established', 70_000),
    'at the latest when the other side tries again',
  );
});

t.test('a link that is cut is noticed by the hold timer, and the session comes back', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right, { holdTime: 9 });
  await lab.start(left, right);
  await lab.up(left, right);
  for (const { dialled } of lab.network.connections) dialled.blackhole();
  const before = lab.clock.now();
  t.ok(await lab.until(() => statusOf(left, right).state !== 'established'));
  t.ok(lab.clock.now() - before <= 9_100);
  t.match(statusOf(left, right).lastError, { code: 'hold-timer' });
  t.ok(await lab.up(left, right));
  t.ok(left.events.includes('down 192.0.2.2 hold-timer'));
  t.ok(left.lines.some(({ level, event }) => level === 'warn' && event === 'session.down'));
});

t.test('bad configurations throw before anything happens', async (t) => {
  const lab = new Lab();
  t.throws(() => lab.speaker(1, 0), { code: 'BGP_ERR_CONFIG', path: 'localAs', value: 0 });
  const left = lab.speaker(1, 64512);
  t.throws(() => left.speaker.addPeer({ address: '192.0.2.2', remoteAs: 1, holdTime: 2 }), {
    code: 'BGP_ERR_CONFIG',
    value: 2,
    allowed: /0 or an integer 3/,
  });
  t.same(left.speaker.peers(), []);
});
