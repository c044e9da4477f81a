import t from 'tap';
import { createSpeaker } from '../../src/node/index.js';
import type { SocketFeature } from '../../src/ports/transport.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import { Lab, type LabSpeaker, peerOf, statusOf } from '../speaker/lab.js';

// A peer that is configured with a password must never speak without one: not where the sockets cannot give it, not on
// the listener, not for peers of a range, not while a key changes. (What the kernel does is tested in @peerage/linux.)

const KEY = 'correct horse';

function pair(left: Partial<PeerConfig>, right: Partial<PeerConfig>) {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  a.speaker.addPeer(peerOf(b, left));
  b.speaker.addPeer(peerOf(a, right));
  return { lab, a, b };
}

const isUp = (a: LabSpeaker, b: LabSpeaker): boolean => statusOf(a, b).state === 'established';

for (const [direction, left, right] of [
  ['dialled', {}, { passive: true }],
  ['accepted', { passive: true }, {}],
] as const) {
  t.test(`a ${direction} connection comes up with the same password, and with no other`, async (t) => {
    const good = pair({ ...left, password: KEY }, { ...right, password: KEY });
    await good.lab.start(good.a, good.b);
    t.ok(await good.lab.until(() => isUp(good.a, good.b)));
    t.equal(statusOf(good.a, good.b).md5, true);
    for (const [mine, theirs] of [
      [{ password: KEY }, { password: 'another' }],
      [{ password: KEY }, {}],
      [{}, { password: KEY }],
    ] as const) {
      const bad = pair({ ...left, ...mine }, { ...right, ...theirs });
      await bad.lab.start(bad.a, bad.b);
      t.notOk(await bad.lab.until(() => isUp(bad.a, bad.b), 300_000));
      t.equal(bad.lab.network.connections.length, 0, 'no connection, not even for a moment');
    }
  });
}

const without = (feature: SocketFeature): SocketFeature[] =>
  (['localAddress', 'ttl', 'minTtl', 'md5', 'device'] as const).filter((other) => other !== feature);

t.test('what the sockets cannot give keeps the peer down, in both directions', async (t) => {
  const rows: readonly (readonly [SocketFeature, Partial<PeerConfig>])[] = [
    ['md5', { password: KEY }],
    ['minTtl', { ttlSecurityHops: 1 }],
    ['ttl', { multihopTtl: 3 }],
    ['device', { device: 'vrf-blue' }],
  ];
  for (const [feature, config] of rows) {
    const lab = new Lab();
    const a = lab.speaker(1, 64_512, { features: without(feature) });
    const b = lab.speaker(2, 64_513);
    a.speaker.addPeer(peerOf(b, config));
    b.speaker.addPeer(peerOf(a));
    await lab.start(a, b);
    t.notOk(await lab.until(() => isUp(a, b), 300_000), feature);
    t.match(statusOf(a, b).refused, {
      code: 'BGP_ERR_SOCKET_FEATURE',
      message: new RegExp(feature === 'minTtl' ? 'TTL|ttl' : '.'),
    });
    t.notMatch(JSON.stringify([statusOf(a, b), a.lines]), KEY, 'the key is told to nobody');
    const refusals = a.lines.filter(({ event }) => event === 'peer.refused');
    t.ok(refusals.length > 0, 'and the log says so');
  }
});

t.test('a peer that is refused does not keep others from coming up', async (t) => {
  const lab = new Lab();
  const a = lab.speaker(1, 64_512, { features: without('md5') });
  const [b, c] = [lab.speaker(2, 64_513), lab.speaker(3, 64_514)];
  a.speaker.addPeer(peerOf(b, { password: KEY }));
  a.speaker.addPeer(peerOf(c));
  for (const other of [b, c]) other.speaker.addPeer(peerOf(a));
  await lab.start(a, b, c);
  t.ok(await lab.until(() => isUp(a, c)));
  t.equal(statusOf(a, b).state, 'idle');
});

t.test('peers of a range need its password; a peer that is configured has its own', async (t) => {
  const lab = new Lab();
  const a = lab.speaker(1, 64_512);
  const others = [2, 3, 4].map((n) => lab.speaker(n, 64_513));
  const [member, stranger, own] = others as [LabSpeaker, LabSpeaker, LabSpeaker];
  a.speaker.addPeer(peerOf(own, { passive: true, password: 'its own' }));
  a.speaker.addPeerRange({ prefix: '192.0.2.0/24', remoteAs: 64_513, password: KEY });
  member.speaker.addPeer(peerOf(a, { password: KEY }));
  stranger.speaker.addPeer(peerOf(a));
  own.speaker.addPeer(peerOf(a, { password: 'its own' }));
  await lab.start(a, ...others);
  t.ok(await lab.until(() => isUp(member, a) && isUp(own, a)));
  t.notOk(await lab.until(() => isUp(stranger, a), 120_000));
  t.match(statusOf(a, member), { md5: true });
  own.speaker.updatePeer(peerOf(a, { password: KEY }));
  t.notOk(
    await lab.until(() => isUp(own, a), 120_000),
    'the password of the range does not open a configured peer',
  );
});

t.test('a changed or removed password ends the session, and the next one has the new one', async (t) => {
  const { lab, a, b } = pair({ password: KEY }, { password: KEY });
  await lab.start(a, b);
  t.ok(await lab.until(() => isUp(a, b)));
  t.equal(a.speaker.updatePeer(peerOf(b, { password: 'next' })), 'reset');
  t.notOk(await lab.until(() => isUp(a, b), 120_000), 'the old one does not do any more');
  b.speaker.updatePeer(peerOf(a, { password: 'next' }));
  t.ok(await lab.until(() => isUp(a, b), 300_000));
  b.speaker.updatePeer(peerOf(a));
  t.ok(await lab.until(() => !isUp(a, b)));
  t.notOk(await lab.until(() => isUp(a, b), 120_000));
});

t.test('plain sockets of Node have no MD5: the peer stays down and says what to do', async (t) => {
  const listen = [{ address: '127.0.0.1', port: 0 }];
  const speaker = createSpeaker({ localAs: 64_512, routerId: '192.0.2.1', listen });
  t.teardown(() => speaker.close());
  await speaker.start();
  speaker.addPeer({ address: '127.0.0.5', remoteAs: 64_513, passive: true, password: KEY });
  t.match(speaker.peer('127.0.0.5'), {
    state: 'idle',
    refused: { code: 'BGP_ERR_SOCKET_FEATURE', message: /@peerage\/linux\/tcp/ },
  });
});
