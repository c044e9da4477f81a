import t from 'tap';
import { acceptAll, rejectAll } from '../../../src/policy/defaults.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { type PeerChange, peerChange } from '../../../src/speaker/settings/peer-change.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';

const full: PeerConfig = {
  address: '192.0.2.2',
  remoteAs: 64513,
  description: 'router',
  families: ['ipv4-unicast', 'ipv6-unicast'],
  nextHop: { 'ipv6-unicast': '2001:db8::1' },
  password: 'secret',
  importPolicy: acceptAll,
};

const change = (more: Partial<PeerConfig>): PeerChange =>
  peerChange(peerSettings(full, 64512), peerSettings({ ...full, ...more }, 64512));

t.test('the same configuration in other words changes nothing', async (t) => {
  t.equal(change({}), 'unchanged');
  t.equal(change({ families: ['ipv6-unicast', 'ipv4-unicast'] }), 'unchanged');
  t.equal(change({ nextHop: { 'ipv6-unicast': '2001:DB8:0::1' } }), 'unchanged');
  t.equal(change({ port: 179, holdTime: 90 }), 'unchanged');
});

t.test('what a session need not agree on changes live', async (t) => {
  const rows: readonly Partial<PeerConfig>[] = [
    { description: 'other' },
    { importPolicy: rejectAll },
    { exportPolicy: acceptAll },
    { holdTime: 30 },
    { keepaliveTime: 5 },
    { connectRetryTime: 5 },
    { idleHoldTime: 5 },
    { nextHopSelf: true },
    { passive: true },
  ];
  for (const row of rows) t.equal(change(row), 'live', JSON.stringify(row));
});

t.test('what was agreed on, or set on the socket, needs a new session', async (t) => {
  const rows: readonly Partial<PeerConfig>[] = [
    { remoteAs: 64514 },
    { port: 1179 },
    { localAddress: '192.0.2.1' },
    { shutdown: true },
    { families: ['ipv4-unicast'] },
    { nextHop: { 'ipv6-unicast': '2001:db8::2' } },
    { nextHop: {} },
    { password: 'secres' },
    { password: 'secret2' },
    { multihopTtl: 2 },
    { ttlSecurityHops: 1 },
    { device: 'eth0' },
    { routeServerClient: true },
    { addPath: { receive: true } },
    { addPath: { send: 2 } },
  ];
  for (const row of rows) t.equal(change(row), 'reset', JSON.stringify(row));
  t.equal(change({ description: 'other', port: 1179 }), 'reset');
  const internal = { ...full, remoteAs: 64512 };
  const client = { ...internal, routeReflectorClient: true };
  t.equal(peerChange(peerSettings(internal, 64512), peerSettings(client, 64512)), 'reset');
});
