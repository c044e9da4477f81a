import t from 'tap';
import { formatCommunity, parseCommunity } from '../../src/policy/community.js';

t.test('parseCommunity takes ASN:VALUE, well-known names, decimal text and numbers', async (t) => {
  t.equal(parseCommunity('64512:1'), 64512 * 65536 + 1);
  t.equal(parseCommunity('no-export'), 0xffffff01);
  t.equal(parseCommunity(' No-Advertise '), 0xffffff02);
  t.equal(parseCommunity('blackhole'), (65535 * 65536 + 666) >>> 0);
  t.equal(parseCommunity('4294967295'), 0xffffffff);
  t.equal(parseCommunity(0), 0);
  t.equal(parseCommunity('65535:65535'), 0xffffffff);
});

t.test('formatCommunity is the inverse', async (t) => {
  for (const text of ['64512:1', 'no-export', 'graceful-shutdown', '0:0', '65535:65535']) {
    t.equal(formatCommunity(parseCommunity(text)), text);
  }
});

t.test('what is no community is refused with the value and the forms there are', async (t) => {
  for (const value of ['65536:1', '1:65536', '1:2:3', 'no-exprot', '', '-1', '4294967296', '1.5']) {
    t.throws(() => parseCommunity(value), { code: 'BGP_ERR_COMMUNITY', value, message: /ASN:VALUE/ }, value);
  }
  for (const value of [-1, 1.5, 2 ** 32, Number.NaN]) {
    t.throws(() => parseCommunity(value), { code: 'BGP_ERR_COMMUNITY' });
  }
});
