import t from 'tap';
import { formatAddress } from '../../../src/net/address.js';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { ownNextHops } from '../../../src/speaker/sessions/own-next-hops.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';

const both = ['ipv4-unicast', 'ipv6-unicast'] as const;
function nextHops(
  more: Partial<PeerConfig>,
  local: string,
  others?: readonly string[],
): readonly (string | undefined)[] {
  const settings = peerSettings({ address: '192.0.2.2', remoteAs: 64513, families: both, ...more }, 64512);
  const end = { address: local, port: 179 };
  const localAddresses = others && (() => others);
  const found = ownNextHops(settings, { local: end, link: null, extended: false, localAddresses });
  return [IPV4_UNICAST, IPV6_UNICAST].map((family) => {
    const bytes = found.get(family.key);
    return bytes && formatAddress(bytes);
  });
}

t.test('the session address serves its own family, another address of the interface the other', async (t) => {
  t.same(nextHops({}, '192.0.2.1', ['192.0.2.1', 'fe80::1', '2001:db8::1']), ['192.0.2.1', '2001:db8::1']);
  t.same(nextHops({}, '2001:db8::1', ['192.0.2.7', '2001:db8::1']), ['192.0.2.7', '2001:db8::1']);
});

t.test('a family without an own address is left out', async (t) => {
  t.same(nextHops({}, '192.0.2.1'), ['192.0.2.1', undefined]);
  t.same(nextHops({}, '192.0.2.1', ['fe80::1', '::1']), ['192.0.2.1', undefined]);
});

t.test('a configured next hop wins', async (t) => {
  t.same(nextHops({ nextHop: { 'ipv6-unicast': '2001:db8::9', 'ipv4-unicast': '192.0.2.9' } }, '192.0.2.1'), [
    '192.0.2.9',
    '2001:db8::9',
  ]);
});

t.test('mapped and link-local session addresses are seen through', async (t) => {
  t.same(nextHops({}, '::ffff:192.0.2.1'), ['192.0.2.1', undefined]);
  t.same(nextHops({}, 'fe80::1%eth0', ['2001:db8::1']), [undefined, '2001:db8::1']);
  t.same(nextHops({}, '127.0.0.1'), ['127.0.0.1', undefined]);
});
