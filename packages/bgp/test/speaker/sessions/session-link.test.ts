import t from 'tap';
import { formatAddress } from '../../../src/net/address.js';
import { type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { ownNextHops } from '../../../src/speaker/sessions/own-next-hops.js';
import { sessionLink } from '../../../src/speaker/sessions/session-link.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';

const eth0 = { name: 'eth0', addresses: ['192.0.2.1/24', '2001:db8::1/64', 'fe80::1/64'] };
const ports = { localInterface: () => eth0 };
const end = (address: string) => ({ address, port: 179 });

t.test('both ends are on one link by the scope of their addresses, or by a common subnet', async (t) => {
  t.match(sessionLink(end('fe80::1%eth1'), end('fe80::2%eth1'), {}), { interface: 'eth1', isOnLink: true });
  t.match(sessionLink(end('2001:db8::1'), end('2001:db8::2'), ports), { interface: 'eth0', isOnLink: false });
  t.match(sessionLink(end('192.0.2.1'), end('::ffff:192.0.2.9'), ports), { interface: 'eth0' });
  t.equal(sessionLink(end('2001:db8::1'), end('2001:db8:1::2'), ports), null, 'another subnet');
  t.equal(sessionLink(end('2001:db8::1'), end('2001:db8::2'), {}), null, 'nobody tells of interfaces');
  t.equal(sessionLink(end('2001:db8::1'), end('2001:db8::2'), { localInterface: () => null }), null);
});

function own(
  local: string,
  remote: string,
  more: Partial<PeerConfig>,
  extended = false,
): Record<string, string> {
  const families = ['ipv4-unicast', 'ipv6-unicast'] as const;
  const settings = peerSettings({ address: remote, remoteAs: 64513, families, ...more }, 64512);
  const link = sessionLink(end(local), end(remote), ports);
  const localAddresses = () => eth0.addresses.map((text) => text.replace(/\/.*/, ''));
  const found = ownNextHops(settings, { local: end(local), link, extended, localAddresses } as Parameters<
    typeof ownNextHops
  >[1]);
  const text = (key: FamilyKey): string => {
    const octets = found.get(key) ?? new Uint8Array(0);
    if (octets.length === 0) return '';
    return octets.length === 32
      ? `${formatAddress(octets.subarray(0, 16))} ${formatAddress(octets.subarray(16))}`
      : formatAddress(octets);
  };
  return { ipv4: text(IPV4_UNICAST.key), ipv6: text(IPV6_UNICAST.key) };
}

t.test(
  'our link-local address goes along over link-local addresses, and elsewhere when asked for',
  async (t) => {
    t.same(own('fe80::1%eth0', 'fe80::2%eth0', {}), { ipv4: '192.0.2.1', ipv6: '2001:db8::1 fe80::1' });
    t.same(own('2001:db8::1', '2001:db8::2', {}), { ipv4: '192.0.2.1', ipv6: '2001:db8::1' });
    const asked = { linkLocalNextHop: true };
    t.same(own('2001:db8::1', '2001:db8::2', asked), { ipv4: '192.0.2.1', ipv6: '2001:db8::1 fe80::1' });
    t.same(
      own('2001:db8::1', '2001:db8:9::2', asked),
      { ipv4: '192.0.2.1', ipv6: '2001:db8::1' },
      'beyond the link',
    );
  },
);

t.test('with RFC 8950 an IPv6 next hop serves IPv4, as does a configured one', async (t) => {
  t.same(own('2001:db8::1', '2001:db8::2', { extendedNextHop: true }, true).ipv4, '2001:db8::1');
  t.same(
    own('2001:db8::1', '2001:db8::2', { extendedNextHop: true }, false).ipv4,
    '192.0.2.1',
    'the peer does not',
  );
  const nextHop = { 'ipv4-unicast': '2001:db8::9' };
  t.same(own('2001:db8::1', '2001:db8::2', { extendedNextHop: true, nextHop }, true).ipv4, '2001:db8::9');
  t.same(own('2001:db8::1', '2001:db8::2', { extendedNextHop: true, nextHop }, false).ipv4, '192.0.2.1');
});
