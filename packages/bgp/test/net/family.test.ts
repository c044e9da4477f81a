import t from 'tap';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST, parseFamily } from '../../src/net/family.js';

t.test('named families are the same object each time', async (t) => {
  t.equal(familyOf(1, 1), IPV4_UNICAST);
  t.equal(familyOf(2, 1), IPV6_UNICAST);
  t.equal(parseFamily('l2vpn-evpn'), familyOf(25, 70));
});

t.test('any pair has a name that reads back', async (t) => {
  const odd = familyOf(300, 7);
  t.equal(odd.name, 'afi-300/safi-7');
  t.same(parseFamily(odd.name), odd);
  t.throws(() => parseFamily('ipv5'), { code: 'BGP_ERR_FAMILY', message: /ipv5/ });
  t.throws(() => parseFamily('afi-1/safi-256'), { code: 'BGP_ERR_FAMILY' });
});
