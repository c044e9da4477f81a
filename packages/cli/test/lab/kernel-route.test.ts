import t from 'tap';
import { parseKernelRoutes } from '../../src/lab/kernel-route.js';
import { parsePing } from '../../src/lab/ping.js';

t.test('routes of ip -json are read with one and with many next hops', (t) => {
  const json = JSON.stringify([
    { dst: '10.48.1.0/24', gateway: '192.168.1.11', dev: 'eth0', protocol: '17', flags: [] },
    {
      dst: '10.64.0.10',
      nhid: 30,
      protocol: 'bgp',
      nexthops: [{ gateway: 'a', dev: 'x' }, { gateway: 'b' }],
    },
    { dst: '192.168.1.0/24', dev: 'eth0', protocol: 'kernel' },
    { dst: '10.0.0.0/8', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth0' },
  ]);
  t.same(
    parseKernelRoutes(json).map((route) => [route.destination, route.gateways.join(' ')]),
    [
      ['10.48.1.0/24', '192.168.1.11'],
      ['10.64.0.10', 'a b'],
      ['192.168.1.0/24', ''],
      ['10.0.0.0/8', 'fe80::1'],
    ],
  );
  t.same(parseKernelRoutes(''), []);
  t.end();
});

t.test('the count of ping is read, and nothing is counted as nothing', (t) => {
  t.same(parsePing('3 packets transmitted, 2 received, 33% packet loss'), { sent: 3, received: 2 });
  t.same(parsePing(''), { sent: 0, received: 0 });
  t.end();
});
