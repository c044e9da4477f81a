import t from 'tap';
import { Lab, peerOf, statusOf } from './lab.js';

t.test('host, domain and software version are told when they are configured, and shown', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512, { hostName: 'leaf-1', domainName: 'example.net' });
  const right = lab.speaker(2, 64513, { softwareVersion: 'peerage/1' });
  lab.join(left, right);
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.match(statusOf(right, left), {
    remoteHostName: 'leaf-1',
    remoteDomainName: 'example.net',
    maxMessage: 65_535,
  });
  t.equal(statusOf(right, left).remoteSoftwareVersion, undefined);
  t.match(statusOf(left, right), { remoteSoftwareVersion: 'peerage/1' });
  t.equal(statusOf(left, right).remoteHostName, undefined);
});

t.test('with DelayOpen our OPEN waits for the peer, at most for that time', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right, { delayOpenTime: 5 });
  const began = lab.clock.now();
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.ok(lab.clock.now() - began >= 5_000, 'both wait, until one has waited long enough');
});

t.test('DelayOpen at one end only: the OPEN of the other ends it', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  left.speaker.addPeer(peerOf(right, { delayOpenTime: 60 }));
  right.speaker.addPeer(peerOf(left));
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).state === 'established', 5_000));
});

t.test('a peer that returns while our dials were refused is up within a second', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right, { idleHoldTime: 20, connectRetryTime: 1 });
  await lab.start(left);
  await lab.clock.runFor(4_000);
  t.equal(statusOf(left, right).state, 'idle', 'it was refused, and holds');
  const began = lab.clock.now();
  await lab.start(right);
  t.ok(await lab.until(() => statusOf(left, right).state === 'established', 1_000));
  t.ok(lab.clock.now() - began < 1_000);
});
