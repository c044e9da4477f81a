import t from 'tap';
import type { CeaseNotification } from '../../../src/speaker/settings/reset-options.js';
import { Lab, statusOf } from '../lab.js';
import { world } from '../restart-world.js';

const both = { ours: true, theirs: true };
const plain = { ours: true, theirs: false };
const FAR = '192.0.2.2';

const rows: readonly [Omit<CeaseNotification, 'code'>, string][] = [
  [{ subcode: 10 }, '6/10 '],
  [{ subcode: 8, data: Uint8Array.of(1, 2, 255) }, '6/8 0102ff'],
  [{ subcode: 2, communication: 'bye' }, '6/2 03627965'],
  [{ subcode: 4, data: Uint8Array.of() }, '6/4 '],
];

t.test('a reset sends the Cease that is given, and what ended the session says which', async (t) => {
  for (const [more, wire] of rows) {
    const { us, router, lab } = await world(plain);
    const downs: unknown[] = [];
    us.speaker.on('peer:down', (_, error) => downs.push(error));
    us.speaker.resetPeer(FAR, { notification: { code: 6, ...more } });
    await lab.clock.runFor(1_000);
    t.same(router.heard(), [`NOTIFICATION ${wire}`]);
    const { subcode, communication } = more;
    const notification = { direction: 'sent', code: 6, subcode, communication };
    t.match(downs, [{ code: 'notification-sent', notification }]);
    t.match(us.speaker.peer(FAR)?.lastNotification, notification);
  }
});

t.test('where a NOTIFICATION keeps routes, it goes inside a Hard Reset', async (t) => {
  const { us, router, lab, left } = await world(both);
  const data = Uint8Array.of(7);
  us.speaker.resetPeer(FAR, { notification: { code: 6, subcode: 10, data } });
  await lab.clock.runFor(1_000);
  t.same(router.heard(), ['NOTIFICATION 6/9 060a07']);
  t.equal(left(), 0);
});

t.test('the session comes back by itself', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  left.speaker.resetPeer(FAR, { notification: { code: 6, subcode: 6 } });
  t.ok(await lab.until(() => statusOf(left, right).establishedCount === 2, 120_000));
  t.match(statusOf(right, left).lastNotification, { direction: 'received', code: 6, subcode: 6 });
});

t.test('what a reset may not send is refused, and the session stays', async (t) => {
  const { us, router, lab } = await world(plain);
  const wrong: readonly [unknown, string, RegExp][] = [
    [undefined, 'code', /^6/],
    [{ code: 3, subcode: 1 }, 'code', /^6/],
    [{ code: 6 }, 'subcode', /^2, 3, 4, 5, 6, 8 or 10$/],
    ...[0, 1, 7, 9, 11, 256, '2'].map((subcode): [unknown, string, RegExp] => [
      { code: 6, subcode },
      'subcode',
      /^2, 3, 4, 5, 6, 8 or 10$/,
    ]),
    [{ code: 6, subcode: 2, data: 'x' }, 'data', /Uint8Array of at most 4073 octets/],
    [{ code: 6, subcode: 2, data: new Uint8Array(4074) }, 'data', /4073/],
    [{ code: 6, subcode: 3, communication: 'x' }, 'communication', /subcode 2 or 4/],
    [{ code: 6, subcode: 2, communication: 'x', data: Uint8Array.of(1) }, 'communication', /without data/],
    [{ code: 6, subcode: 2, communication: 5 }, 'communication', /a text/],
  ];
  for (const [notification, field, allowed] of wrong) {
    t.throws(() => us.speaker.resetPeer(FAR, { notification: notification as CeaseNotification }), {
      code: 'BGP_ERR_NOTIFICATION',
      path: `notification.${field}`,
      allowed,
    });
  }
  await lab.clock.runFor(100);
  t.same(router.heard(), []);
  t.equal(us.speaker.peer(FAR)?.state, 'established');
});
