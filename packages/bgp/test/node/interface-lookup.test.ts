import type { NetworkInterfaceInfo } from 'node:os';
import t from 'tap';
import { interfaceLookup } from '../../src/node/interface-lookup.js';

function address(cidr: string): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/');
  const family = address.includes(':')
    ? { family: 'IPv6' as const, scopeid: 0 }
    : { family: 'IPv4' as const };
  return { address, netmask: '', mac: '00:00:00:00:00:00', internal: false, cidr, ...family };
}

function host() {
  const interfaces: Record<string, NetworkInterfaceInfo[]> = {
    eth0: [address('192.0.2.1/24'), address('fe80::1/64')],
    eth1: [address('198.51.100.1/24'), address('fe80::1/64')],
  };
  let now = 1_000;
  let lists = 0;
  const find = interfaceLookup({ now: () => now }, () => {
    lists++;
    return structuredClone(interfaces);
  });
  return {
    interfaces,
    at: (text: string) => find({ address: text, port: 179 }),
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    lists: () => lists,
  };
}

t.test('an address is found on its interface, a scoped one on the interface of its scope', async (t) => {
  const { at } = host();
  t.same(at('192.0.2.1'), { name: 'eth0', addresses: ['192.0.2.1/24', 'fe80::1/64'] });
  t.equal(at('fe80::1')?.name, 'eth0');
  t.equal(at('fe80::1%eth1')?.name, 'eth1');
  t.equal(at('203.0.113.1'), null);
});

t.test('many sessions that come up at once have the interfaces listed once', async (t) => {
  const { at, pass, lists } = host();
  const first = at('192.0.2.1');
  for (let session = 0; session < 1_000; session++) at('192.0.2.1');
  t.equal(at('192.0.2.1'), first, 'the same object');
  t.equal(lists(), 1);
  pass(100);
  at('192.0.2.1');
  t.equal(lists(), 2);
});

t.test('an address that came a moment ago is found', async (t) => {
  const { at, interfaces, pass } = host();
  at('192.0.2.1');
  interfaces.eth2 = [address('203.0.113.1/24')];
  t.equal(at('203.0.113.1')?.name, 'eth2');
  delete interfaces.eth2;
  pass(100);
  t.equal(at('203.0.113.1'), null);
});
