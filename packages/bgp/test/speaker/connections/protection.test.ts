import t from 'tap';
import type { SocketFeature } from '../../../src/ports/transport.js';
import { planProtection } from '../../../src/speaker/connections/protection.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';

const all: readonly SocketFeature[] = ['localAddress', 'localPort', 'ttl', 'minTtl', 'md5', 'device'];
const plan = (more: Partial<PeerConfig>, features: readonly SocketFeature[] = all) =>
  planProtection(peerSettings({ address: '192.0.2.2', remoteAs: 64513, ...more }, 64512), new Set(features));

t.test('external peers get TTL 1, internal ones 255, where a TTL can be set', async (t) => {
  t.same(plan({}), { ok: true, protection: { ttl: 1 } });
  t.same(plan({ remoteAs: 64512 }), { ok: true, protection: { ttl: 255 } });
  t.same(plan({}, []), { ok: true, protection: {} });
  t.same(plan({ multihopTtl: 4 }), { ok: true, protection: { ttl: 4 } });
});

t.test('GTSM sends 255 and accepts what made at most that many hops', async (t) => {
  t.same(plan({ ttlSecurityHops: 1 }), { ok: true, protection: { ttl: 255, minTtl: 255 } });
  t.same(plan({ ttlSecurityHops: 254 }), { ok: true, protection: { ttl: 255, minTtl: 2 } });
});

t.test('MD5 and device go to the socket', async (t) => {
  t.same(plan({ password: 'abc', device: 'eth0' }), {
    ok: true,
    protection: { ttl: 1, md5Key: Uint8Array.of(97, 98, 99), device: 'eth0' },
  });
});

t.test('what the factory cannot give is a refusal that names it, without the key', async (t) => {
  const rows: readonly [Partial<PeerConfig>, SocketFeature][] = [
    [{ password: 'abcdef' }, 'md5'],
    [{ ttlSecurityHops: 1 }, 'minTtl'],
    [{ multihopTtl: 2 }, 'ttl'],
    [{ device: 'eth0' }, 'device'],
    [{ localAddress: '192.0.2.1' }, 'localAddress'],
    [{ localPort: 1790 }, 'localPort'],
  ];
  for (const [more, feature] of rows) {
    const refused = plan(
      more,
      all.filter((has) => has !== feature),
    );
    t.match(refused, { ok: false, missing: [feature] }, feature);
    t.notMatch(JSON.stringify(refused), /abcdef/);
  }
});

t.test('a passive peer needs no local address or port for dialling', async (t) => {
  t.match(plan({ localAddress: '192.0.2.1', localPort: 1790, passive: true }, []), { ok: true });
});
