import t from 'tap';
import { decodeRouteRefresh, encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { IPV6_UNICAST } from '../../src/net/family.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

const whole = (body: string): Uint8Array =>
  fromHex(`${'ff'.repeat(16)}00${(19 + body.length / 2).toString(16)}05${body}`)!;

t.test('requests and the marks around an answer are decoded and encoded', async (t) => {
  for (const subtype of [0, 1, 2, 77]) {
    const bytes = whole(`0002${subtype.toString(16).padStart(2, '0')}01`);
    const value = { family: IPV6_UNICAST, subtype, rest: new Uint8Array(0) };
    t.same(decodeRouteRefresh(bytes), { ok: true, value });
    t.equal(toHex(encodeRouteRefresh(value)), toHex(bytes));
  }
  t.match(
    decodeRouteRefresh(whole('000100010102')),
    { ok: true, value: { rest: Uint8Array.of(1, 2) } },
    'ORF entries',
  );
});

t.test(
  'marks with a body of another length than 4 are errors of RFC 7313 §5, with the message as data',
  async (t) => {
    for (const body of ['000201', '00020101ff', '00020201ff']) {
      const decoded = decodeRouteRefresh(whole(body));
      t.match(decoded, { ok: false, fault: { code: 7, subcode: 1 } });
      t.equal(!decoded.ok && toHex(decoded.fault.data), toHex(whole(body)));
    }
    t.match(
      decodeRouteRefresh(whole('0002')),
      { ok: false, fault: { code: 1, subcode: 2 } },
      'a short request',
    );
  },
);
