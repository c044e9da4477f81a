import t from 'tap';
import { connectFailure } from '../../../src/session/session-error.js';
import { best, Lab, peerOf, statusOf } from '../lab.js';

t.test('the peer is dialled from the port that is asked for, again after a reset', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  left.speaker.addPeer(peerOf(right, { localAddress: left.address, localPort: 1790 }));
  right.speaker.addPeer(peerOf(left, { passive: true }));
  right.speaker.announce({ prefixes: ['198.51.100.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(left, '198.51.100.0/24') !== undefined));
  t.match(statusOf(left, right), { localAddress: left.address, localPort: 1790, remotePort: 179 });
  t.equal(statusOf(right, left).remotePort, 1790);
  left.speaker.resetPeer(right.address);
  t.ok(await lab.until(() => statusOf(left, right).establishedCount === 2, 120_000));
  t.equal(statusOf(left, right).localPort, 1790);
});

t.test('a port that a listener has is told, and taken once it is free', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  const other = await lab.hostOf(1).listen({ port: 1790 }, (transport) => transport.destroy());
  left.speaker.addPeer(peerOf(right, { localPort: 1790, connectRetryTime: 1 }));
  right.speaker.addPeer(peerOf(left, { passive: true }));
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).lastError !== undefined));
  t.match(statusOf(left, right).lastError, {
    message: 'the local port 1790 is taken on this host, needed to reach 192.0.2.2 port 179',
  });
  await other.close();
  t.ok(await lab.up(left, right));
  t.equal(statusOf(left, right).localPort, 1790);
});

t.test('sockets that cannot choose a port are refused, unless nothing is dialled', async (t) => {
  const lab = new Lab();
  const right = lab.speaker(2, 64513);
  for (const passive of [false, true]) {
    const left = lab.speaker(passive ? 3 : 1, 64512, { features: ['localAddress', 'ttl'] });
    left.speaker.addPeer(peerOf(right, { localPort: 1790, passive }));
    await lab.start(left);
    t.match(statusOf(left, right).refused, passive ? undefined : { message: /localPort/ });
  }
});

t.test('errors of sockets with codes of their own are told alike', async (t) => {
  const target = { address: '192.0.2.2', port: 179, localAddress: '192.0.2.1', localPort: 1790 };
  const failed = (errnoName: string): string =>
    connectFailure(target, Object.assign(new Error('cannot bind'), { code: 'OWN', errnoName }));
  t.match(failed('EADDRINUSE'), /^the local port 1790 is taken on this host/);
  t.match(failed('EADDRNOTAVAIL'), /^192\.0\.2\.1 port 1790 cannot be dialled from: /);
});
