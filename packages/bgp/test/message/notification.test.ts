import t from 'tap';
import { Framer } from '../../src/message/framer.js';
import {
  decodeNotification,
  encodeNotification,
  encodeShutdownCommunication,
  notificationText,
  shutdownCommunication,
} from '../../src/message/notification.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

const NOTIFICATIONS = [
  { hex: '00150306' + '02', value: { code: 6, subcode: 2, data: new Uint8Array(0) } },
  { hex: '00170302' + '01' + '0004', value: { code: 2, subcode: 1, data: Uint8Array.of(0, 4) } },
  { hex: '001503ff' + 'ff', value: { code: 255, subcode: 255, data: new Uint8Array(0) } },
];

for (const { hex, value } of NOTIFICATIONS) {
  const whole = 'ff'.repeat(16) + hex;
  t.test(
    `NOTIFICATION ${value.code}/${value.subcode} is decoded, encoded, goes round, and comes octet by octet`,
    async (t) => {
      t.same(decodeNotification(fromHex(whole)!), { ok: true, value });
      t.equal(toHex(encodeNotification(value)), whole);
      const framer = new Framer();
      for (const octet of encodeNotification(value)) framer.push(Uint8Array.of(octet));
      framer.next();
      t.same(decodeNotification(framer.bytes, framer.start, framer.end), { ok: true, value });
    },
  );
}

t.test('codes have names, and numbers where they have none', async (t) => {
  t.equal(notificationText(6, 2), 'Cease / Administrative Shutdown');
  t.equal(notificationText(4, 0), 'Hold Timer Expired');
  t.equal(notificationText(6, 99), 'Cease / subcode 99');
  t.equal(notificationText(99, 1), 'error 99 / 1');
});

t.test(
  'a shutdown communication is read in 6/2, 6/4 and inside a hard reset, and nowhere else',
  async (t) => {
    const data = encodeShutdownCommunication('upgrade, back in 5 min');
    for (const subcode of [2, 4])
      t.equal(shutdownCommunication({ code: 6, subcode, data }), 'upgrade, back in 5 min');
    const hard = Uint8Array.from([6, 2, ...data]);
    t.equal(shutdownCommunication({ code: 6, subcode: 9, data: hard }), 'upgrade, back in 5 min');
    t.equal(shutdownCommunication({ code: 6, subcode: 3, data }), undefined);
    t.equal(
      shutdownCommunication({ code: 6, subcode: 2, data: Uint8Array.of(5, 65) }),
      undefined,
      'too short',
    );
    t.equal(
      shutdownCommunication({ code: 6, subcode: 2, data: Uint8Array.of(1, 0xff) }),
      undefined,
      'not UTF-8',
    );
    t.equal(shutdownCommunication({ code: 6, subcode: 2, data: Uint8Array.of(0) }), undefined, 'empty');
  },
);

t.test('a communication of 255 octets fits, longer ones are cut between characters', async (t) => {
  t.equal(encodeShutdownCommunication('x'.repeat(255)).length, 256);
  t.equal(encodeShutdownCommunication('x'.repeat(256)).length, 256);
  t.equal(encodeShutdownCommunication('é'.repeat(128))[0], 254);
});

t.test('data over 4096 octets is cut', async (t) => {
  t.equal(encodeNotification({ code: 1, subcode: 1, data: new Uint8Array(5000) }).length, 4096);
});
