import t from 'tap';
import { plainTcpSockets, tcpSocketFactory } from '../../src/node/index.js';

const md5Key = new TextEncoder().encode('secret');

t.test('two routers of one link-local address cannot both have keys, and both may go without', async (t) => {
  const set: string[] = [];
  const factory = tcpSocketFactory({
    ...plainTcpSockets(),
    features: new Set(['md5', 'ttl'] as const),
    setMd5Key: (_server, { address }, key) => void set.push(`${address} ${key === null ? 'none' : 'key'}`),
  });
  const listener = await factory.listen({ address: '127.0.0.1', port: 0 }, () => {});
  t.teardown(() => listener.close());
  listener.protect('fe80::1%eth1', { md5Key });
  t.throws(() => listener.protect('fe80::1%eth2', { md5Key }), { code: 'BGP_ERR_SOCKET_FEATURE' });
  listener.protect('fe80::1%eth2', { ttl: 1 });
  listener.protect('fe80::2%eth2', { md5Key });
  listener.protect('fe80::1%eth1', { md5Key });
  listener.protect('fe80::1%eth1', null);
  listener.protect('fe80::1%eth2', { md5Key });
  t.same(set, [
    'fe80::1%eth1 key',
    'fe80::2%eth2 key',
    'fe80::1%eth1 key',
    'fe80::1%eth1 none',
    'fe80::1%eth2 key',
  ]);
});
