import t from 'tap';
import { acceptAll } from '../../../src/policy/defaults.js';
import type { PeerRange } from '../../../src/speaker/settings/config.js';
import { best, Lab, peerOf } from '../lab.js';

const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
const range: PeerRange = { prefix: '192.0.2.0/24', remoteAs: 64_513, ...policies };
const states = (lab: ReturnType<Lab['speaker']>) =>
  lab.speaker.peers().map((peer) => `${peer.address} ${peer.state}`);

t.test('peers of a range come up when they dial, and are forgotten when they go', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  hub.speaker.addPeerRange(range);
  const [a, b] = [lab.speaker(2, 64_513), lab.speaker(3, 64_513)];
  for (const end of [a, b]) end.speaker.addPeer(peerOf(hub));
  a.speaker.announce({ prefixes: ['198.51.100.0/24'] });
  await lab.start(hub, a, b);
  t.ok(await lab.up(a, b));
  t.same(states(hub), ['192.0.2.2 established', '192.0.2.3 established']);
  t.ok(await lab.until(() => best(hub, '198.51.100.0/24') !== undefined));
  void a.speaker.close();
  t.ok(await lab.until(() => states(hub).length === 1));
  t.equal(best(hub, '198.51.100.0/24'), undefined, 'its routes are gone with it');
  b.speaker.resetPeer(hub.address);
  t.ok(await lab.until(() => hub.events.filter((event) => event === 'established 192.0.2.3').length === 2));
  t.same(states(hub), ['192.0.2.3 established'], 'who returns is a new peer');
});

t.test('one more than the limit is turned away, until there is room', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  hub.speaker.addPeerRange({ ...range, limit: 1 });
  const [a, b] = [lab.speaker(2, 64_513), lab.speaker(3, 64_513)];
  for (const end of [a, b]) end.speaker.addPeer(peerOf(hub, { connectRetryTime: 1 }));
  await lab.start(hub, a);
  t.ok(await lab.up(a));
  await lab.start(b);
  await lab.clock.runFor(5_000);
  t.same(states(hub), ['192.0.2.2 established']);
  t.match(b.speaker.peer(hub.address)?.lastNotification, { code: 6, subcode: 5 });
  t.ok(hub.lines.some((line) => line.event === 'range.full'));
  void a.speaker.close();
  t.ok(await lab.until(() => states(hub)[0] === '192.0.2.3 established', 120_000));
});

t.test('the longest range counts, and a configured peer before any', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  hub.speaker.addPeerRange({ ...range, remoteAs: 64_999 });
  hub.speaker.addPeerRange({ ...range, prefix: '192.0.2.2/31', description: 'narrow' });
  const [a, b, c] = [lab.speaker(2, 64_513), lab.speaker(3, 64_520), lab.speaker(4, 64_513)];
  hub.speaker.addPeer(peerOf(b, { passive: true, description: 'by address' }));
  for (const end of [a, b, c]) end.speaker.addPeer(peerOf(hub));
  await lab.start(hub, a, b, c);
  t.ok(await lab.up(a, b));
  t.equal(hub.speaker.peer(a.address)?.description, 'narrow');
  t.equal(hub.speaker.peer(b.address)?.description, 'by address');
  t.ok(await lab.until(() => c.speaker.peer(hub.address)?.lastNotification !== undefined));
  t.match(
    c.speaker.peer(hub.address)?.lastNotification,
    { code: 2, subcode: 2 },
    'wrong AS for the wide one',
  );
  t.equal(hub.speaker.peer(c.address), undefined, 'and no peer is left of it');
});

t.test('a range with a password takes only who has it', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  hub.speaker.addPeerRange({ ...range, password: 'secret' });
  const [a, b] = [lab.speaker(2, 64_513), lab.speaker(3, 64_513)];
  a.speaker.addPeer(peerOf(hub, { password: 'secret' }));
  b.speaker.addPeer(peerOf(hub));
  await lab.start(hub, a, b);
  t.ok(await lab.up(a));
  await lab.clock.runFor(20_000);
  t.same(states(hub), ['192.0.2.2 established']);
  t.equal(hub.speaker.peer(a.address)?.md5, true);
});

t.test('a password that the sockets cannot give refuses the range', async (t) => {
  const { speaker } = new Lab().speaker(1, 64_512, { features: [] });
  t.throws(() => speaker.addPeerRange({ ...range, password: 'secret' }), { code: 'BGP_ERR_SOCKET_FEATURE' });
});

t.test('removing a range ends its peers with 6/3, and takes no more', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  const a = lab.speaker(2, 64_513);
  a.speaker.addPeer(peerOf(hub, { connectRetryTime: 1 }));
  await lab.start(hub, a);
  hub.speaker.addPeerRange(range);
  t.throws(() => hub.speaker.addPeerRange(range), { code: 'BGP_ERR_PEER_EXISTS' });
  t.ok(await lab.up(a));
  hub.speaker.removePeerRange('192.0.2.0/24');
  t.ok(await lab.until(() => a.speaker.peer(hub.address)?.state !== 'established'));
  t.match(a.speaker.peer(hub.address)?.lastNotification, { direction: 'received', code: 6, subcode: 3 });
  await lab.clock.runFor(60_000);
  t.same(states(hub), []);
  t.throws(() => hub.speaker.removePeerRange('192.0.2.0/24'), { code: 'BGP_ERR_UNKNOWN_PEER' });
});

t.test('a peer of a range that sends too many prefixes is held down, not forgotten', async (t) => {
  const lab = new Lab();
  const hub = lab.speaker(1, 64_512);
  hub.speaker.addPeerRange({ ...range, maxPrefixes: { 'ipv4-unicast': 1 } });
  const a = lab.speaker(2, 64_513);
  a.speaker.addPeer(peerOf(hub, { connectRetryTime: 1 }));
  a.speaker.announce({ prefixes: ['198.51.100.0/24', '198.51.101.0/24'] });
  await lab.start(hub, a);
  t.ok(await lab.until(() => hub.speaker.peer(a.address)?.heldDown !== undefined));
  await lab.clock.runFor(60_000);
  t.match(hub.speaker.peer(a.address), { state: 'idle', establishedCount: 1 });
});

t.test('a bad range is named', async (t) => {
  const { speaker } = new Lab().speaker(1, 64_512);
  t.throws(() => speaker.addPeerRange({ ...range, prefix: '192.0.2.1/24' }), { code: 'BGP_ERR_PREFIX' });
  t.throws(() => speaker.addPeerRange({ ...range, limit: 0 }), { code: 'BGP_ERR_CONFIG', path: /limit/ });
  t.throws(() => speaker.addPeerRange({ ...range, ...{ passive: false } }), { code: 'BGP_ERR_CONFIG' });
});
