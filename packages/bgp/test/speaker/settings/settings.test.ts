import t from 'tap';
import { canonicalAddress } from '../../../src/net/canonical-address.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import type { PeerConfig, SpeakerConfig } from '../../../src/speaker/settings/config.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { speakerSettings } from '../../../src/speaker/settings/speaker-settings.js';

const speaker: SpeakerConfig = { localAs: 64512, routerId: '192.0.2.1' };
const peer: PeerConfig = { address: '192.0.2.2', remoteAs: 64513 };

t.test('a speaker has the documented defaults', async (t) => {
  t.match(speakerSettings(speaker), {
    routerIdWord: 0xc0000201,
    listen: [],
    ebgpRequiresPolicy: true,
    maximumPaths: 1,
    multipathExactAsPath: true,
    alwaysCompareMed: false,
    medMissingAsWorst: false,
    tableLimits: { paths: 2 ** 24, attributeBytes: 2 ** 30 },
  });
});

t.test('a cluster id is a number or a dotted quad, and the router id when there is none', async (t) => {
  t.equal(speakerSettings(speaker).clusterId, 0xc0000201);
  t.equal(speakerSettings({ ...speaker, clusterId: '0.0.1.2' }).clusterId, 258);
  t.equal(speakerSettings({ ...speaker, clusterId: 258 }).clusterId, 258);
});

t.test('a confederation says who is a member, and whom others take us for', async (t) => {
  const confederation = { identifier: 100, members: [64513] };
  t.equal(speakerSettings(speaker).confederation, null);
  t.strictSame(speakerSettings({ ...speaker, confederation }).confederation, confederation);
  const of = (remoteAs: number) => peerSettings({ ...peer, remoteAs }, 64512, confederation);
  t.match(of(64512), { type: 'internal', isMember: false, ownAs: 64512 });
  t.match(of(64513), { type: 'external', isMember: true, ownAs: 64512 });
  t.match(of(64514), { type: 'external', isMember: false, ownAs: 100 });
  t.throws(() => of(100), { code: 'BGP_ERR_CONFIG', path: /remoteAs/ });
  const rows: readonly [object, string][] = [
    [{ identifier: 64512, members: [] }, 'confederation.identifier'],
    [{ identifier: 0, members: [] }, 'confederation.identifier'],
    [{ identifier: 100 }, 'confederation.members'],
    [{ identifier: 100, members: [64513, 100] }, 'confederation.members[1]'],
    [{ identifier: 100, members: [23456] }, 'confederation.members[0]'],
    [{ identifier: 100, members: [], peers: [] }, 'confederation.peers'],
  ];
  for (const [value, path] of rows) {
    const change = { confederation: value } as Partial<SpeakerConfig>;
    t.throws(() => speakerSettings({ ...speaker, ...change }), { code: 'BGP_ERR_CONFIG', path });
  }
  for (const field of ['localAs', 'role', 'asOverride', 'removePrivateAs', 'nextHopUnchanged'] as const) {
    const value = {
      localAs: 5,
      role: 'peer',
      asOverride: true,
      removePrivateAs: 'all',
      nextHopUnchanged: true,
    }[field];
    const config = { ...peer, [field]: value };
    t.throws(
      () => peerSettings(config, 64512, confederation),
      { code: 'BGP_ERR_CONFIG', path: new RegExp(field) },
      field,
    );
  }
  const client = { ...peer, routeServerClient: true };
  t.throws(() => peerSettings(client, 64512, confederation), {
    code: 'BGP_ERR_CONFIG',
    path: /routeServerClient/,
  });
});

t.test('only an internal peer is a route reflector client', async (t) => {
  const client = { ...peer, routeReflectorClient: true };
  t.equal(peerSettings({ ...client, remoteAs: 64512 }, 64512).routeReflectorClient, true);
  t.throws(() => peerSettings(client, 64512), { code: 'BGP_ERR_CONFIG', message: /routeReflectorClient/ });
});

t.test('only an external peer is a route server client', async (t) => {
  const client = { ...peer, routeServerClient: true };
  t.equal(peerSettings(client, 64512).routeServerClient, true);
  t.throws(() => peerSettings({ ...client, remoteAs: 64512 }, 64512), { message: /routeServerClient/ });
});

t.test('add-path says what is sent and taken', async (t) => {
  const of = (addPath: object): object => peerSettings({ ...peer, addPath }, 64512);
  t.match(of({}), { addPathReceive: false, addPathSend: 0 });
  t.match(of({ receive: true, send: 'all' }), { addPathReceive: true, addPathSend: 0xffff });
  t.match(of({ send: 64 }), { addPathReceive: false, addPathSend: 64 });
  for (const addPath of [{ send: 0 }, { send: 65 }, { send: 'best' }, { receive: 1 }, { both: true }, 1]) {
    t.throws(() => of(addPath as object), { code: 'BGP_ERR_CONFIG', message: /addPath/ });
  }
});

t.test('a peer has the documented defaults', async (t) => {
  t.match(peerSettings(peer, 64512), {
    type: 'external',
    port: 179,
    passive: false,
    shutdown: false,
    holdTime: 90,
    connectRetryTime: 120,
    idleHoldTime: 1,
    nextHopSelf: false,
    families: [{ name: 'ipv4-unicast' }],
  });
  t.equal(peerSettings({ ...peer, remoteAs: 64512 }, 64512).type, 'internal');
  t.match(peerSettings({ ...peer, address: '2001:db8::2' }, 64512).families, [{ name: 'ipv6-unicast' }]);
});

t.test('families are sorted, and without doubles', async (t) => {
  const families = ['ipv6-unicast', 'ipv4-unicast', 'ipv6-unicast'] as const;
  t.same(
    peerSettings({ ...peer, families }, 64512).families.map((family) => family.name),
    ['ipv4-unicast', 'ipv6-unicast'],
  );
});

t.test('a bad speaker field is named with its value and what is allowed', async (t) => {
  const rows: readonly [object, string][] = [
    [{ localAs: 0 }, 'localAs'],
    [{ localAs: 2 ** 32 }, 'localAs'],
    [{ localAs: 23456 }, 'localAs'],
    [{ localAs: '64512' }, 'localAs'],
    [{ routerId: '0.0.0.0' }, 'routerId'],
    [{ routerId: '::1' }, 'routerId'],
    [{ routerId: 1 }, 'routerId'],
    [{ clusterId: 0 }, 'clusterId'],
    [{ clusterId: '0.0.0.0' }, 'clusterId'],
    [{ clusterId: 2 ** 32 }, 'clusterId'],
    [{ clusterId: 'one' }, 'clusterId'],
    [{ alwaysCompareMed: 1 }, 'alwaysCompareMed'],
    [{ medMissingAsWorst: 'yes' }, 'medMissingAsWorst'],
    [{ maximumPaths: 0 }, 'maximumPaths'],
    [{ maximumPaths: 65 }, 'maximumPaths'],
    [{ ebgpRequiresPolicy: 'no' }, 'ebgpRequiresPolicy'],
    [{ listen: 179 }, 'listen'],
    [{ listen: [{ port: 65536 }] }, 'listen[0].port'],
    [{ listen: [{ port: 0 }, { port: 1, address: 'localhost' }] }, 'listen[1].address'],
    [{ listen: [{ acceptor: {} }] }, 'listen[0].acceptor'],
  ];
  for (const [change, path] of rows) {
    t.throws(
      () => speakerSettings({ ...speaker, ...change }),
      { code: 'BGP_ERR_CONFIG', path, allowed: /./ },
      JSON.stringify(change),
    );
  }
  t.throws(() => speakerSettings({ ...speaker, ...{ localAS: 1 } }), { message: /"localAS"; use localAs/ });
});

t.test('limits are allowed, one past them is not', async (t) => {
  t.equal(peerSettings({ ...peer, holdTime: 0 }, 1).holdTime, 0);
  t.equal(peerSettings({ ...peer, holdTime: 3 }, 1).holdTime, 3);
  t.equal(peerSettings({ ...peer, holdTime: 65535 }, 1).holdTime, 65535);
  t.equal(peerSettings({ ...peer, password: 'é'.repeat(40) }, 1).md5Key?.length, 80);
  t.equal(peerSettings({ ...peer, ttlSecurityHops: 254 }, 1).ttlSecurityHops, 254);
  const rows: readonly [Partial<Record<keyof PeerConfig, unknown>>, RegExp][] = [
    [{ address: 'router1' }, /^address$/],
    [{ address: '192.0.2.2%eth0' }, /^address$/],
    [{ remoteAs: 0 }, /192\.0\.2\.2: remoteAs/],
    [{ holdTime: 2 }, /holdTime/],
    [{ holdTime: 65536 }, /holdTime/],
    [{ holdTime: 9.5 }, /holdTime/],
    [{ port: 0 }, /port/],
    [{ localAddress: '2001:db8::1' }, /localAddress/],
    [{ families: [] }, /families/],
    [{ families: ['l2vpn-vpls'] }, /families/],
    [{ nextHop: { 'ipv4-unicast': '2001:db8::1' } }, /nextHop\.ipv4-unicast/],
    [{ nextHop: { 'ipv4-unicast': 'self' } }, /nextHop\.ipv4-unicast/],
    [{ password: '' }, /password/],
    [{ password: 'é'.repeat(41) }, /password/],
    [{ ttlSecurityHops: 0 }, /ttlSecurityHops/],
    [{ ttlSecurityHops: 255 }, /ttlSecurityHops/],
    [{ multihopTtl: 256 }, /multihopTtl/],
    [{ multihopTtl: 2, ttlSecurityHops: 2 }, /multihopTtl/],
    [{ importPolicy: () => true }, /importPolicy/],
    [{ exportPolicy: 'all' }, /exportPolicy/],
    [{ passive: 1 }, /passive/],
    [{ connectRetryTime: 0 }, /connectRetryTime/],
    [{ idleHoldTime: 3601 }, /idleHoldTime/],
    [{ keepaliveTime: 0 }, /keepaliveTime/],
    [{ device: '' }, /device/],
  ];
  for (const [change, path] of rows) {
    const config = { ...peer, ...change } as PeerConfig;
    t.throws(() => peerSettings(config, 64512), { code: 'BGP_ERR_CONFIG', path }, JSON.stringify(change));
  }
  t.ok(peerSettings({ ...peer, importPolicy: acceptAll }, 1).importPolicy);
});

t.test('a refused password is not in the error', async (t) => {
  const password = 'hunter2'.repeat(20);
  try {
    peerSettings({ ...peer, password }, 64512);
    t.fail('must throw');
  } catch (error) {
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error));
    t.notMatch(shown, /hunter2/);
    t.match(shown, /140 octets/);
  }
});

t.test('canonicalAddress has one text for each address', async (t) => {
  t.equal(canonicalAddress('2001:DB8:0::1'), '2001:db8::1');
  t.equal(canonicalAddress('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(canonicalAddress('fe80::1%eth0'), 'fe80::1%eth0');
  t.equal(canonicalAddress('2001:db8::1%eth0'), '2001:db8::1');
  t.equal(canonicalAddress('no address'), 'no address');
});

t.test('names and limits are checked', async (t) => {
  t.match(speakerSettings({ ...speaker, hostName: 'h'.repeat(64), softwareVersion: 'v' }), {
    hostName: 'h'.repeat(64),
    domainName: undefined,
    softwareVersion: 'v',
  });
  const bad: readonly [object, string][] = [
    [{ hostName: '' }, 'hostName'],
    [{ hostName: 'h'.repeat(65) }, 'hostName'],
    [{ domainName: 'example.net' }, 'domainName'],
    [{ softwareVersion: 'é'.repeat(33) }, 'softwareVersion'],
  ];
  for (const [change, path] of bad) {
    t.throws(() => speakerSettings({ ...speaker, ...change }), { code: 'BGP_ERR_CONFIG', path });
  }
  t.same(peerSettings({ ...peer, limits: { inputBytes: 4096 } }, 1).limits, { inputBytes: 4096 });
  t.throws(() => peerSettings({ ...peer, limits: { outboxBytes: 4095 } }, 1), {
    code: 'BGP_ERR_CONFIG',
    path: /limits\.outboxBytes/,
  });
  t.throws(() => peerSettings({ ...peer, delayOpenTime: 241 }, 1), {
    code: 'BGP_ERR_CONFIG',
    path: /delayOpenTime/,
  });
});
