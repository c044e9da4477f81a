import t from 'tap';
import { CeaseError, ErrorCode } from '../../../src/iana/error-code.js';
import { encodeNotification } from '../../../src/message/notification.js';
import type { LabSpeaker } from '../lab.js';
import { world } from '../restart-world.js';

const both = { ours: true, theirs: true };
const cease = (subcode: number, data = Uint8Array.of()): Uint8Array =>
  encodeNotification({ code: ErrorCode.Cease, subcode, data });

t.test(
  'with the N bit on both sides a NOTIFICATION of the peer keeps its routes (RFC 8538 §2)',
  async (t) => {
    const { lab, us, router, left } = await world(both);
    await router.raw(cease(CeaseError.AdministrativeReset));
    await lab.clock.runFor(1_000);
    t.match(us.speaker.peer('192.0.2.2'), { state: /idle|active/, gracefulRestart: { phase: 'away' } });
    t.equal(left(), 2);
    await lab.clock.runFor(61_000);
    t.equal(left(), 0, 'until its restart time is over');
  },
);

t.test('without it on one side, it voids them', async (t) => {
  for (const nBits of [
    { ours: true, theirs: false },
    { ours: false, theirs: true },
  ]) {
    const { lab, us, router, left } = await world(nBits);
    await router.raw(cease(CeaseError.AdministrativeReset));
    await lab.clock.runFor(1_000);
    t.equal(us.speaker.peer('192.0.2.2')?.gracefulRestart, undefined);
    t.equal(left(), 0);
  }
});

t.test('a Hard Reset of the peer voids them (RFC 8538 §3)', async (t) => {
  const { lab, us, router, left } = await world(both);
  await router.raw(cease(CeaseError.HardReset, Uint8Array.of(6, 2)));
  await lab.clock.runFor(1_000);
  t.equal(left(), 0);
  t.match(us.speaker.peer('192.0.2.2')?.lastNotification, { direction: 'received', code: 6, subcode: 9 });
});

t.test('our hold timer keeps them with the N bit, and not without', async (t) => {
  for (const [nBits, kept] of [
    [both, 2],
    [{ ours: false, theirs: true }, 0],
  ] as const) {
    const { lab, router, left } = await world(nBits);
    await lab.clock.runFor(10_000);
    t.same(router.heard(), ['NOTIFICATION 4/0 ']);
    t.equal(left(), kept);
  }
});

t.test('what we end by hand is a Hard Reset around the Cease, with the N bit only', async (t) => {
  const ways: readonly [string, (at: LabSpeaker) => void, string][] = [
    ['reset', ({ speaker }) => speaker.resetPeer('192.0.2.2'), '0604'],
    ['remove', ({ speaker }) => speaker.removePeer('192.0.2.2'), '0603'],
    ['close', ({ speaker }) => void speaker.close({ communication: 'hi' }), '0602026869'],
  ];
  for (const [name, act, data] of ways) {
    const hard = await world(both);
    act(hard.us);
    await hard.lab.clock.runFor(1_000);
    t.same(hard.router.heard(), [`NOTIFICATION 6/9 ${data}`], name);
    t.equal(hard.left(), 0);
    const soft = await world({ ours: true, theirs: false });
    act(soft.us);
    await soft.lab.clock.runFor(1_000);
    const plain = `NOTIFICATION 6/${Number(data.slice(2, 4))} ${data.slice(4)}`;
    t.same(soft.router.heard(), [plain], `${name}, without the N bit`);
  }
});

t.test(
  'too many prefixes are a Hard Reset around 6/1 with its data, and the peer is held down',
  async (t) => {
    const { lab, us, router, left } = await world(both, { maxPrefixes: { 'ipv4-unicast': 2 } });
    await router.announce(3);
    await lab.clock.runFor(1_000);
    t.same(router.heard(), ['NOTIFICATION 6/9 060100010100000002']);
    t.match(us.speaker.peer('192.0.2.2')?.heldDown?.reason, /the limit is 2/);
    t.equal(left(), 0);
  },
);

t.test('close for a graceful restart says nothing, and closes', async (t) => {
  const { lab, us, router } = await world(both);
  await Promise.all([us.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(4_000)]);
  t.same(router.heard(), []);
});
