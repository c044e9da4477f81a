import t from 'tap';
import { cidrContains, formatCidr, formatIp, parseCidr, parseIp, sameIp } from '../../src/items/ip.js';

const addresses: readonly (readonly [string, string | null])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', null],
  ['192.0.2', null],
  ['192.0.2.01', null],
  ['192.0.2.1 ', null],
  ['', null],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['fe80::1%eth0', null],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7', null],
  ['1:2:3:4:5:6:7:8:9', null],
  ['1::2::3', null],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::12345', null],
];

t.test('addresses are read as Kubernetes writes them, and shown in canonical form', async (t) => {
  for (const [text, shown] of addresses) {
    const bytes = parseIp(text);
    t.equal(bytes === null ? null : formatIp(bytes), shown, JSON.stringify(text));
  }
});

t.test('ranges lose their host bits', async (t) => {
  const shown = (text: string) => {
    const cidr = parseCidr(text);
    return cidr === null ? null : formatCidr(cidr);
  };
  t.equal(shown('10.48.1.77/24'), '10.48.1.0/24');
  t.equal(shown('10.48.1.77/0'), '0.0.0.0/0');
  t.equal(shown('2001:db8:ffff::1/33'), '2001:db8:8000::/33');
  t.equal(shown('10.48.1.0/33'), null);
  t.equal(shown('10.48.1.0'), null);
  t.equal(shown('10.48.1.0/24/1'), null);
  t.equal(shown('10.48.1.0/-1'), null);
});

t.test('a range contains addresses of its own family only', async (t) => {
  const range = parseCidr('10.48.0.0/12');
  const all = parseCidr('::/0');
  const inside = parseIp('10.63.255.255');
  const outside = parseIp('10.64.0.0');
  if (range === null || all === null || inside === null || outside === null) throw new Error('bad samples');
  t.ok(cidrContains(range, inside));
  t.notOk(cidrContains(range, outside));
  t.notOk(cidrContains(all, inside));
});

t.test('addresses are the same whatever their spelling', async (t) => {
  t.ok(sameIp('2001:DB8::1', '2001:db8:0::1'));
  t.ok(sameIp('::ffff:192.0.2.1', '192.0.2.1'));
  t.notOk(sameIp('nonsense', 'nonsense'));
});
