import fc from 'fast-check';
import t from 'tap';
import { decodeMessage } from '../../src/message/decode-message.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { encodeNotification, encodeShutdownCommunication } from '../../src/message/notification.js';
import { fromHex } from '../../src/wire/hex.js';
import { frame } from '../vectors/read-vector.js';
import { OPENS } from './messages.js';
import { bodyOf } from './update-bodies.js';

t.test('an UPDATE is shown with names, text and, where there is one, its fault', async (t) => {
  const attributes =
    '40010100' + '40020602010000fde9' + '400304c0000201' + 'c00804fde80001' + 'e063020102' + '800403000000';
  t.same(decodeMessage(frame(2, bodyOf({ withdrawn: '080a', attributes, nlri: '18c00002' }))), {
    type: 'UPDATE',
    withdrawn: ['10.0.0.0/8'],
    attributes: [
      { code: 1, name: 'ORIGIN', flags: ['transitive'], value: 'igp' },
      { code: 2, name: 'AS_PATH', flags: ['transitive'], value: [{ type: 'sequence', ases: [65001] }] },
      { code: 3, name: 'NEXT_HOP', flags: ['transitive'], value: '192.0.2.1' },
      { code: 8, name: 'COMMUNITIES', flags: ['optional', 'transitive'], value: ['65000:1'] },
      { code: 99, flags: ['optional', 'transitive', 'partial'], value: { hex: '0102' } },
      { code: 4, name: 'MULTI_EXIT_DISC', flags: ['optional'], value: { hex: '000000' } },
    ],
    nlri: ['192.0.2.0/24'],
    faults: [
      { severity: 'withdraw', code: '3/5', message: 'MULTI_EXIT_DISC is malformed (3 octets)', offset: 60 },
    ],
  });
});

t.test('options say what the message does not: AS width and path identifiers', async (t) => {
  const body = bodyOf({
    attributes: '40010100' + '4002040201fde9' + '400304c0000201',
    nlri: '00000007' + '080a',
  });
  t.match(decodeMessage(frame(2, body), { as2: true, addPath: true }), {
    attributes: [{}, { value: [{ ases: [65001] }] }, {}],
    nlri: [{ pathId: 7, prefix: '10.0.0.0/8' }],
  });
});

t.test('families that are not built are shown as hex', async (t) => {
  const body = bodyOf({ attributes: '800f06001941' + 'ffffff' });
  t.match(decodeMessage(frame(2, body)), {
    attributes: [{ name: 'MP_UNREACH_NLRI', value: { family: 'l2vpn-vpls', withdrawn: { hex: 'ffffff' } } }],
  });
  t.match(decodeMessage(frame(2, bodyOf({}))), { endOfRib: 'ipv4-unicast' });
});

t.test('other messages are shown', async (t) => {
  t.same(decodeMessage(KEEPALIVE), { type: 'KEEPALIVE' });
  t.match(decodeMessage(fromHex(OPENS[2]!.hex)!), {
    type: 'OPEN',
    as: 70000,
    asField: 23456,
    routerId: '10.0.0.1',
    capabilities: [{ name: 'multiprotocol', family: 'ipv4-unicast' }, {}, { name: 'route-refresh' }, {}],
  });
  const data = encodeShutdownCommunication('bye');
  t.match(decodeMessage(encodeNotification({ code: 6, subcode: 2, data })), {
    type: 'NOTIFICATION',
    text: 'Cease / Administrative Shutdown',
    communication: 'bye',
    data: '03627965',
  });
  t.same(decodeMessage(frame(5, fromHex('00020101')!)), {
    type: 'ROUTE-REFRESH',
    family: 'ipv6-unicast',
    subtype: 'begin',
  });
});

t.test('what cannot be decoded says why and where', async (t) => {
  const cases: [string, string, number][] = [
    ['', '1/2', 0],
    ['ff', '1/2', 1],
    [`${'ff'.repeat(15)}00001304`, '1/1', 15],
    [`${'ff'.repeat(16)}001404`, '1/2', 16],
    [`${'ff'.repeat(16)}00170200000000ff`, '1/2', 16],
    [`${'ff'.repeat(16)}001309`, '1/3', 18],
    [`${'ff'.repeat(16)}001d0104fde800010a00000100`, '2/6', 22],
    [`${'ff'.repeat(16)}00170200050000`, '3/1', 19],
    [`${'ff'.repeat(16)}0018020000000021`, '3/10', 23],
  ];
  for (const [hex, code, offset] of cases)
    t.match(decodeMessage(fromHex(hex)!), { error: { code, offset } }, hex);
});

t.test(
  'it never throws, and gives what JSON can hold: 20,000 messages of random and of damaged octets',
  async () => {
    const update = frame(
      2,
      bodyOf({ attributes: '4001010040020602010000fde9400304c0000201c00804fde80001', nlri: '18c00002' }),
    );
    const good = [update, ...OPENS.map(({ hex }) => fromHex(hex)!)];
    const damaged = fc
      .tuple(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      )
      .map(([message, changes]) => {
        const copy = message.slice();
        for (const [at, octet] of changes) copy[16 + (at % (copy.length - 16))] = octet;
        return copy;
      });
    const random = fc
      .tuple(fc.constantFrom(1, 2, 3, 4, 5), fc.uint8Array({ maxLength: 120 }))
      .map(([type, body]) => frame(type, body));
    fc.assert(
      fc.property(fc.oneof(damaged, random), fc.boolean(), fc.boolean(), (bytes, as2, addPath) => {
        const shown = decodeMessage(bytes, { as2, addPath });
        return JSON.stringify(JSON.parse(JSON.stringify(shown))) === JSON.stringify(shown);
      }),
      { numRuns: 20_000, seed: 20 },
    );
  },
);
