import t from 'tap';
import type { MaxPrefixes, PeerConfig } from '../../src/speaker/settings/config.js';
import { ScriptedPeer } from '../../src/testing/index.js';
import { Lab, peerOf, statusOf } from '../speaker/lab.js';

const prefixes = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i}.0/24`);

/** `left` limits `right`, which announces so many prefixes. */
function limited(limit: number | MaxPrefixes, announced: number, more: Partial<PeerConfig> = {}) {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  const alarms: string[] = [];
  left.speaker.on('peer:prefixes', (_, { level, received }) => alarms.push(`${level} ${received}`));
  left.speaker.addPeer(peerOf(right, { maxPrefixes: { 'ipv4-unicast': limit }, ...more }));
  right.speaker.addPeer(peerOf(left));
  right.speaker.announce({ prefixes: prefixes(announced) });
  const received = (): number | undefined => statusOf(left, right).families[0]?.received;
  return { lab, left, right, alarms, received };
}

t.test('as many prefixes as the limit are no reason to fall, one more is', async (t) => {
  const { lab, left, right, received } = limited(4, 4);
  await lab.start(left, right);
  t.ok(await lab.until(() => received() === 4));
  right.speaker.announce({ prefixes: prefixes(5) });
  t.ok(await lab.until(() => statusOf(left, right).state !== 'established'));
  const { lastNotification, lastError, heldDown } = statusOf(left, right);
  t.match(lastNotification, { direction: 'sent', code: 6, subcode: 1 });
  t.same([...(lastNotification?.data ?? [])], [0, 1, 1, 0, 0, 0, 4], 'AFI, SAFI and the limit');
  t.match(lastError?.message, /5 prefixes of ipv4-unicast came, the limit is 4/);
  t.match(heldDown?.reason, /the limit is 4/);
  await lab.until(() => statusOf(right, left).lastNotification !== undefined);
  t.match(statusOf(right, left).lastNotification, { direction: 'received', code: 6, subcode: 1 });
});

t.test('a peer that is held down stays down, and its connections are refused', async (t) => {
  const { lab, left, right } = limited(1, 2);
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).heldDown !== undefined));
  await lab.clock.runFor(120_000);
  t.match(statusOf(left, right), { state: 'idle', establishedCount: 1, flaps: 1 });
  const host = lab.network.host('192.0.2.2');
  const dial = host.connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const peer = new ScriptedPeer(await dial, { as: 64513, routerId: 2 });
  const told = peer.expectNotification();
  await lab.clock.runFor(2_000);
  t.match(await told, { code: 6, subcode: 5 });
  t.match(left.lines.findLast((line) => line.event === 'connection.refused')?.fields.reason, /held down/);
});

t.test('announced again, changed or refreshed prefixes count once', async (t) => {
  const { lab, left, right, received } = limited(4, 4);
  await lab.start(left, right);
  t.ok(await lab.until(() => received() === 4));
  for (let med = 1; med <= 20; med++) {
    right.speaker.announce({ prefixes: prefixes(4), attributes: { med } });
    await lab.clock.runFor(100);
  }
  right.speaker.withdraw(['10.0.0.0/24']);
  await lab.clock.runFor(100);
  right.speaker.announce({ prefixes: ['10.9.0.0/24'] });
  await lab.clock.runFor(10_000);
  t.match(statusOf(left, right), { state: 'established', flaps: 0 });
  t.equal(received(), 4);
});

t.test('a refresh of a full table does not pass the limit', async (t) => {
  const lab = new Lab();
  const left = lab.speaker(1, 64512);
  const host = lab.network.host('192.0.2.2');
  left.speaker.addPeer({
    address: '192.0.2.2',
    remoteAs: 64513,
    passive: true,
    maxPrefixes: { 'ipv4-unicast': 2 },
  });
  await lab.start(left);
  const dial = host.connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
  await lab.clock.runFor(10);
  const peer = new ScriptedPeer(await dial, { as: 64513, routerId: 2 });
  const up = peer.handshake();
  await lab.clock.runFor(10);
  await up;
  // ORIGIN igp, AS_PATH 64513, NEXT_HOP 192.0.2.2, then 10.0.0.0/24 and 10.0.1.0/24, twelve times.
  const body = '0000' + '0014' + '4001010040020602010000fc01400304c0000202' + '180a0000180a0001';
  const header = `${'ff'.repeat(16)}${(19 + body.length / 2).toString(16).padStart(4, '0')}02`;
  for (let n = 0; n < 12; n++) peer.send(Uint8Array.from(Buffer.from(header + body, 'hex')));
  await lab.clock.runFor(1_000);
  t.match(left.speaker.peer('192.0.2.2'), { state: 'established', families: [{ received: 2 }] });
});

t.test('the restart time brings the peer back, again and again', async (t) => {
  const { lab, left, right, received } = limited({ limit: 2, restartTime: 30 }, 3);
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).heldDown?.until !== undefined));
  await lab.clock.runFor(29_000);
  t.equal(statusOf(left, right).establishedCount, 1);
  t.ok(await lab.until(() => statusOf(left, right).establishedCount === 2, 90_000));
  t.ok(await lab.until(() => statusOf(left, right).heldDown !== undefined), 'there are still too many');
  right.speaker.withdraw(['10.0.2.0/24']);
  t.ok(await lab.until(() => received() === 2, 120_000));
  await lab.clock.runFor(60_000);
  t.match(statusOf(left, right), { state: 'established', establishedCount: 3 });
});

t.test('a raised limit lets the peer back at once, and so does a reset', async (t) => {
  const { lab, left, right, received } = limited(2, 3);
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).heldDown !== undefined));
  const raised = peerOf(right, { maxPrefixes: { 'ipv4-unicast': 3 } });
  t.equal(left.speaker.updatePeer(raised), 'live');
  t.equal(statusOf(left, right).heldDown, undefined);
  t.ok(await lab.until(() => received() === 3));
  t.equal(left.speaker.updatePeer(peerOf(right, { maxPrefixes: { 'ipv4-unicast': 2 } })), 'live');
  t.ok(await lab.until(() => statusOf(left, right).heldDown !== undefined), 'a lowered one holds at once');
  right.speaker.withdraw(['10.0.2.0/24']);
  left.speaker.resetPeer(right.address);
  t.ok(await lab.until(() => received() === 2));
});

t.test('warn-only tells each level once, and keeps the session', async (t) => {
  const { lab, left, right, alarms, received } = limited({ limit: 4, action: 'warn', warnPercent: 50 }, 1);
  await lab.start(left, right);
  t.ok(await lab.until(() => received() === 1));
  for (const count of [2, 3, 4, 5, 6]) {
    right.speaker.announce({ prefixes: prefixes(count) });
    await lab.until(() => received() === count);
  }
  t.same(alarms, ['warning 2', 'over 5']);
  t.match(statusOf(left, right), { state: 'established', flaps: 0, families: [{ maxPrefixes: 4 }] });
  t.equal(left.lines.filter((line) => line.event === 'peer.prefixes').length, 2);
});

t.test('limits are for each family', async (t) => {
  const families = ['ipv4-unicast', 'ipv6-unicast'] as const;
  const maxPrefixes = { 'ipv4-unicast': 5, 'ipv6-unicast': { limit: 1, restartTime: 7 } };
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  left.speaker.addPeer(peerOf(right, { families, maxPrefixes }));
  right.speaker.addPeer(peerOf(left, { families }));
  right.speaker.announce({ prefixes: [...prefixes(5), '2001:db8:1::/48', '2001:db8:2::/48'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => statusOf(left, right).heldDown !== undefined));
  t.same([...(statusOf(left, right).lastNotification?.data ?? [])], [0, 2, 1, 0, 0, 0, 1]);
  t.ok(statusOf(left, right).heldDown?.until !== undefined, 'the time of the family that was too large');
});

t.test('a bad limit is named', async (t) => {
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  const add = (entry: unknown) => () =>
    speaker.addPeer({ address: '192.0.2.2', remoteAs: 1, maxPrefixes: { 'ipv4-unicast': entry as number } });
  t.throws(add(0), { code: 'BGP_ERR_CONFIG', path: /maxPrefixes\.ipv4-unicast\.limit/ });
  t.throws(add({ limit: 1, warnPercent: 101 }), { code: 'BGP_ERR_CONFIG', path: /warnPercent/ });
  t.throws(add({ limit: 1, action: 'drop' }), { code: 'BGP_ERR_CONFIG', path: /action/ });
  t.throws(add({ limit: 1, restartTime: 0 }), { code: 'BGP_ERR_CONFIG', path: /restartTime/ });
});
