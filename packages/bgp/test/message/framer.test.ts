import fc from 'fast-check';
import t from 'tap';
import { Framer } from '../../src/message/framer.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { encodeNotification } from '../../src/message/notification.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

const MARKER = 'ff'.repeat(16);

function cut(framer: Framer): string[] {
  const messages: string[] = [];
  while (framer.next() === 'message') messages.push(toHex(framer.bytes, framer.start, framer.end));
  return messages;
}

t.test('messages come out whole however the stream is chopped', async () => {
  const message = fc
    .nat(300)
    .map((n) => encodeNotification({ code: 6, subcode: 2, data: new Uint8Array(n).fill(n) }));
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 700 })),
      (list, sizes) => {
        const stream = Buffer.concat(list);
        const framer = new Framer();
        const found: string[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = sizes.next().value as number;
          framer.push(stream.subarray(at, at + size));
          at += size;
          found.push(...cut(framer));
        }
        return framer.buffered === 0 && JSON.stringify(found) === JSON.stringify(list.map((m) => toHex(m)));
      },
    ),
  );
});

t.test('one octet at a time is enough', async (t) => {
  const framer = new Framer();
  for (const octet of KEEPALIVE.subarray(0, 18)) {
    framer.push(Uint8Array.of(octet));
    t.equal(framer.next(), 'incomplete');
    t.notOk(framer.ready);
  }
  framer.push(KEEPALIVE.subarray(18));
  t.ok(framer.ready);
  t.equal(framer.next(), 'message');
  t.match(framer, { type: 4, start: 0, end: 19, buffered: 0 });
});

t.test('header errors are told with the data that RFC 4271 §6.1 asks for, and stay', async (t) => {
  const cases: [string, number, string][] = [
    [`${'ff'.repeat(15)}fe001304`, 1, ''],
    [`${MARKER}001204`, 2, '0012'],
    [`${MARKER}100101`, 2, '1001'],
    [`${MARKER}001404`, 2, '0014'],
    [`${MARKER}001c01`, 2, '001c'],
    [`${MARKER}001602`, 2, '0016'],
    [`${MARKER}001403`, 2, '0014'],
    [`${MARKER}001300`, 3, '00'],
    [`${MARKER}001306`, 3, '06'],
  ];
  for (const [hex, subcode, data] of cases) {
    const framer = new Framer();
    framer.push(fromHex(hex)!);
    t.equal(framer.next(), 'fault', hex);
    t.match(framer.fault, { severity: 'reset', code: 1, subcode });
    t.equal(toHex(framer.fault!.data), data);
    framer.push(KEEPALIVE);
    t.equal(framer.next(), 'fault', 'nothing can be read after it');
  }
});

t.test('longer messages pass once they are negotiated, OPEN and KEEPALIVE excepted', async (t) => {
  const header = (length: number, type: number): Uint8Array =>
    fromHex(MARKER + length.toString(16).padStart(4, '0') + type.toString(16).padStart(2, '0'))!;
  const status = (length: number, type: number, maxMessage: number): string => {
    const framer = new Framer();
    framer.maxMessage = maxMessage;
    framer.push(header(length, type));
    return framer.next();
  };
  t.equal(status(4096, 2, 4096), 'incomplete');
  t.equal(status(4097, 2, 4096), 'fault');
  t.equal(status(65535, 2, 65535), 'incomplete');
  t.equal(status(4097, 1, 65535), 'fault', 'RFC 8654 §4');
  t.equal(status(20, 4, 65535), 'fault', 'RFC 8654 §4');
});

t.test('release gives memory back when nothing is waiting', async (t) => {
  const framer = new Framer();
  framer.push(new Uint8Array(100_000).fill(0xff));
  const grown = framer.bytes.length;
  framer.release();
  t.equal(framer.bytes.length, grown, 'octets are waiting');
  const idle = new Framer();
  for (let i = 0; i < 1000; i++) idle.push(KEEPALIVE);
  cut(idle);
  idle.release();
  t.ok(idle.bytes.length < 10_000);
});

t.test('a header that is wrong is ready to be told of, whatever length it asks for', async (t) => {
  const framer = new Framer();
  framer.maxMessage = 65_535;
  const header = new Uint8Array(19).fill(0xff);
  header.set([0xf0, 0, 2], 16);
  framer.push(header);
  t.notOk(framer.ready, 'most of a long message is to come');
  const other = new Framer();
  other.maxMessage = 65_535;
  header[3] = 0;
  other.push(header);
  t.ok(other.ready);
  t.equal(other.next(), 'fault');
});
