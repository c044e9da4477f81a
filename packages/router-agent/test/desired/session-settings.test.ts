import t from 'tap';
import { emptyFileConfig, type SessionConfig } from '../../src/config/file-config.js';
import { OperatorPolicies } from '../../src/desired/operator-policies.js';
import { over, withSettings } from '../../src/desired/session-settings.js';
import type { PeerItem } from '../../src/items/peer.js';
import type { PolicyItem } from '../../src/items/policy.js';

const policy = (name: string): PolicyItem => ({ name, statements: [], otherwise: 'accept' });
const peer: PeerItem = {
  address: '192.168.1.254',
  role: 'external',
  remoteAs: 64513,
  description: 'external',
  port: 179,
  holdTime: 90,
  families: ['ipv4', 'ipv6'],
  nextHops: { ipv4: '192.168.1.11', ipv6: '2001:db8::11' },
  multihopTtl: 2,
  importPolicy: policy('in'),
  exportPolicy: policy('out'),
};
const declared = { policies: { edge: [{ action: 'accept' }] }, sets: {} };
const operators = new OperatorPolicies(declared);
const settled = (settings: SessionConfig['settings']) => withSettings(peer, { settings }, operators);

t.test('the narrower place holds, setting by setting', async (t) => {
  t.same(
    over(
      { settings: { holdTime: 9 }, exportPolicy: 'edge' },
      { settings: { holdTime: 30, port: 1790 }, importPolicy: 'edge', exportPolicy: 'wide' },
    ),
    { settings: { holdTime: 9, port: 1790 }, importPolicy: 'edge', exportPolicy: 'edge' },
  );
});

t.test('of what excludes one another the narrower place decides which holds', async (t) => {
  const wide: SessionConfig = { settings: { multihopTtl: 4, password: 'wide' } };
  const keys = [{ sendId: 1, receiveId: 1, secret: 'narrow' }];
  t.same(over({ settings: { ttlSecurityHops: 1 } }, wide).settings, {
    ttlSecurityHops: 1,
    password: 'wide',
  });
  t.same(over({ settings: { authentication: { tcpAo: { keys } } } }, wide).settings, {
    multihopTtl: 4,
    authentication: { tcpAo: { keys } },
  });
  t.same(over({ settings: {} }, wide).settings, wide.settings);
});

t.test('a session has what the file says of it, and the rest as it was', async (t) => {
  t.same(settled({}), peer);
  t.same(settled({ holdTime: 9, port: 1790, description: 'tor' }), {
    ...peer,
    ...{ holdTime: 9, port: 1790, description: 'tor' },
  });
});

t.test('families that the session does not carry are not added', async (t) => {
  const { families, nextHops } = settled({ families: ['ipv4-unicast'] });
  t.same([families, nextHops], [['ipv4'], { ipv4: '192.168.1.11' }]);
  const only4 = { ...peer, families: ['ipv4' as const], nextHops: { ipv4: '192.168.1.11' } };
  const both = { settings: { families: ['ipv4-unicast' as const, 'ipv6-unicast' as const] } };
  t.same(withSettings(only4, both, operators).families, ['ipv4']);
  t.same(settled({ nextHop: { 'ipv4-unicast': '192.168.1.99' } }).nextHops, {
    ipv4: '192.168.1.99',
    ipv6: '2001:db8::11',
  });
});

t.test('TTL security takes the place of multihop, keys that of a password', async (t) => {
  const secured = settled({ ttlSecurityHops: 1 });
  t.equal(secured.multihopTtl, undefined);
  t.match(secured.settings, { ttlSecurityHops: 1 });
  const keys = [{ sendId: 1, receiveId: 1, secret: 's' }];
  const withPassword = { ...peer, password: 'p' };
  const keyed = withSettings(withPassword, { settings: { authentication: { tcpAo: { keys } } } }, operators);
  t.equal(keyed.password, undefined);
});

t.test('policies of the file come behind those of the agent, each pair the same object', async (t) => {
  const session: SessionConfig = { settings: {}, exportPolicy: 'edge' };
  const made = withSettings(peer, session, operators);
  t.equal(made.importPolicy, peer.importPolicy);
  t.same(made.exportPolicy, {
    ...peer.exportPolicy,
    name: 'out, edge',
    andThen: { name: 'edge', ...declared },
  });
  t.equal(withSettings(peer, session, operators).exportPolicy, made.exportPolicy);
  const other = new OperatorPolicies(emptyFileConfig.policies);
  t.not(withSettings(peer, session, other).exportPolicy, made.exportPolicy);
});
