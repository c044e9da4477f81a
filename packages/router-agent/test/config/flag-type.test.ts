import t from 'tap';
import {
  base64Password,
  bool,
  cidr,
  duration,
  type FlagType,
  formatDuration,
  ip,
  listOf,
  parseDuration,
  unsigned,
} from '../../src/config/flag-type.js';

function good<T>(type: FlagType<T>, text: string): T {
  const parsed = type.parse(text);
  if (!parsed.ok) throw new Error(`${text}: must be ${parsed.must}`);
  return parsed.value;
}

function must<T>(type: FlagType<T>, text: string): string {
  const parsed = type.parse(text);
  return parsed.ok ? `accepted ${JSON.stringify(parsed.value)}` : parsed.must;
}

t.test("bool takes Go's words and no others", async (t) => {
  for (const word of ['1', 't', 'T', 'true', 'TRUE', 'True']) t.equal(good(bool, word), true);
  for (const word of ['0', 'f', 'F', 'false', 'FALSE', 'False']) t.equal(good(bool, word), false);
  for (const word of ['yes', 'on', '', 'tRUE', '=true']) t.equal(must(bool, word), 'true or false');
});

t.test('unsigned takes decimal and hexadecimal numbers inside its ranges', async (t) => {
  const asn = unsigned('uint32', [64512, 65535], [4_200_000_000, 4_294_967_294]);
  for (const [text, value] of [
    ['64512', 64512],
    ['65535', 65535],
    ['0xfc00', 64512],
    ['4294967294', 4294967294],
  ] as const) {
    t.equal(good(asn, text), value);
  }
  for (const text of ['64511', '65536', '4294967295'])
    t.equal(must(asn, text), '64512–65535, 4200000000–4294967294');
  for (const text of ['-1', '1.5', '', '064512', '6e4', '64512 ', '٣'])
    t.match(must(asn, text), /^a whole number/);
});

t.test("durations are read and shown as Go's", async (t) => {
  const values: readonly (readonly [string, number, string])[] = [
    ['300ms', 300, '300ms'],
    ['1m30s', 90_000, '1m30s'],
    ['5m', 300_000, '5m0s'],
    ['1.5h', 5_400_000, '1h30m0s'],
    ['0', 0, '0s'],
    ['.5s', 500, '500ms'],
    ['1h1m1s', 3_661_000, '1h1m1s'],
    ['1000us', 1, '1ms'],
  ];
  for (const [text, value, shown] of values) {
    t.equal(parseDuration(text), value, text);
    t.equal(formatDuration(value), shown);
  }
  for (const text of ['', '5', 's', '5 s', '1m30', '1d', '--5s', '5S'])
    t.equal(parseDuration(text), null, text);
  t.equal(parseDuration('-5s'), -5000);
});

t.test('duration holds at its limits, and asks for a unit', async (t) => {
  const hold = duration('3s', '65535s');
  t.equal(good(hold, '3s'), 3000);
  t.equal(good(hold, '65535s'), 65_535_000);
  t.equal(must(hold, '2.999s'), 'a duration of 3s … 65535s');
  t.equal(must(hold, '65535001ms'), 'a duration of 3s … 65535s');
  t.equal(must(hold, '90'), 'a duration with its unit, such as 90s');
  t.equal(must(hold, 'soon'), 'a duration such as 300ms, 1m30s or 5m');
});

t.test('lists name the item that is wrong', async (t) => {
  t.same(good(listOf('ips', ip), '192.0.2.1, 2001:db8::1'), ['192.0.2.1', '2001:db8::1']);
  t.same(good(listOf('ips', ip), ''), []);
  t.match(must(listOf('ips', ip), '192.0.2.1,192.0.2.300'), 'item 2 (192.0.2.300) is not');
  t.match(must(listOf('ips', ip), '192.0.2.1,'), 'item 2 () is not');
});

t.test('addresses and ranges are strict', async (t) => {
  for (const text of ['fe80::1%eth0', '010.0.0.1', '1.2.3', 'localhost'])
    t.equal(must(ip, text), 'an IP address');
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', 'fd00::/128']) t.equal(good(cidr, text), text);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', 'fd00::/129', '/8', 'x/8'])
    t.match(must(cidr, text), /^an address range/);
});

t.test('passwords are Base64 of 1 to 80 octets of text, and are not shown', async (t) => {
  t.equal(good(base64Password, 'czNjcmV0'), 's3cret');
  t.equal(good(base64Password, Buffer.from('pässword').toString('base64')), 'pässword');
  t.equal(good(base64Password, Buffer.alloc(80, 'x').toString('base64')).length, 80);
  t.match(must(base64Password, Buffer.alloc(81, 'x').toString('base64')), /at most 80 octets/);
  for (const text of ['s3cret', 'czNjcmV0=', 'czNjcm V0', 'czNjcmU'])
    t.match(must(base64Password, text), /^standard Base64/);
  t.equal(must(base64Password, '/w=='), 'Base64 of UTF-8 text');
  t.equal(base64Password.format('s3cret'), '');
});
