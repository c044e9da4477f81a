import t from 'tap';
import { parseAddress, parseFamily, parsePrefix } from '../../src/codec.js';
import { BgpError } from '../../src/errors.js';
import { asPathPattern } from '../../src/policy/as-path-pattern.js';
import { policy } from '../../src/policy/compile.js';
import { compilePolicies } from '../../src/policy/policies.js';
import { prefixList } from '../../src/policy/prefix-list.js';
import type { Announcement } from '../../src/speaker/settings/config.js';
import type { WantedConfiguration } from '../../src/speaker/settings/configuration.js';
import { Lab } from './lab.js';

function thrownBy(act: () => unknown): BgpError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BgpError) return error;
    throw error;
  }
}

/** What a program without types may hand over. */
const itself: unknown[] = [];
itself.push(itself);
const junk: readonly unknown[] = [
  ...[undefined, null, 0, -1, Number.NaN, 1.5, 2 ** 40, '', 'x', '10.0.0.0/8', true, 10n, Symbol('s')],
  ...[[], {}, [null], [undefined], [1], ['x'], [{}], [[]], { x: null }, itself, new Map(), () => 1],
];

const attributes = [
  ...['origin', 'asPath', 'med', 'localPref', 'atomicAggregate', 'aggregator', 'communities', 'originatorId'],
  ...['clusterList', 'extendedCommunities', 'largeCommunities', 'pmsiTunnel', 'tunnelEncapsulation', 'aigp'],
  ...['ipv6ExtendedCommunities', 'linkState', 'onlyToCustomer', 'prefixSid', 'attributeSet', 'unknown'],
];
const lists = ['peers', 'peerGroups', 'ranges', 'announcements', 'aggregates', 'policies', 'sets'];
const prefixes = ['198.51.100.0/24'];

t.test('whatever is handed to the library, it answers or refuses with a code and a message', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512);
  speaker.addPeer({ address: '192.0.2.2', remoteAs: 64513 });
  // biome-ignore lint/suspicious/noExplicitAny: the test is about callers without types
  type Junk = any;
  const peer = '192.0.2.2';
  const calls: Readonly<Record<string, (value: Junk) => unknown>> = {
    addPeer: (value) => speaker.addPeer(value),
    updatePeer: (value) => speaker.updatePeer(value),
    removePeer: (value) => speaker.removePeer(value),
    addPeerRange: (value) => speaker.addPeerRange(value),
    removePeerRange: (value) => speaker.removePeerRange(value),
    peer: (value) => speaker.peer(value),
    resetPeer: (value) => speaker.resetPeer(value),
    'resetPeer options': (value) => speaker.resetPeer(peer, value),
    refreshPeer: (value) => speaker.refreshPeer(peer, value),
    'refreshPeer families': (value) => speaker.refreshPeer(peer, 'in', value),
    announce: (value) => speaker.announce(value),
    'announce nlri': (value) => speaker.announce({ prefixes: [], nlri: value }),
    'announce value': (value) =>
      speaker.announce({ prefixes: [], nlri: [{ family: 'vpnv4-unicast', value }] }),
    'announce attributes': (value) => speaker.announce({ prefixes, attributes: value }),
    withdraw: (value) => speaker.withdraw(value),
    'withdraw owner': (value) => speaker.withdraw(prefixes, value),
    withdrawOwner: (value) => speaker.withdrawOwner(value),
    addRouteSink: (value) => speaker.addRouteSink(value)(),
    'addRouteSink options': (value) => speaker.addRouteSink({ routes() {}, inSync() {} }, value)(),
    changes: (value) => void speaker.changes(value).return?.(),
    plan: (value) => speaker.plan(value),
    rib: (value) => speaker.rib(value),
    received: (value) => speaker.received(value),
    'received query': (value) => speaker.received(peer, value),
    advertised: (value) => speaker.advertised(peer, value),
    explain: (value) => speaker.explain(value),
    'explain to': (value) => speaker.explain('10.0.0.0/8', value),
    'aggregates.add': (value) => speaker.aggregates.add(value),
    'aggregates.remove': (value) => speaker.aggregates.remove(value),
    policy: (value) => policy('p', value),
    'policy statement': (value) => policy('p', [value]),
    'policy match': (value) => policy('p', [{ match: value, action: 'accept' }]),
    'policy edits': (value) => policy('p', [{ action: 'accept', edits: value }]),
    compilePolicies: (value) => compilePolicies(value),
    prefixList: (value) => prefixList(value),
    asPathPattern: (value) => asPathPattern(value),
    parsePrefix: (value) => parsePrefix(value),
    parseAddress: (value) => parseAddress(value),
    parseFamily: (value) => parseFamily(value),
    ...Object.fromEntries(
      lists.map((list) => [`plan ${list}`, (value: Junk) => speaker.plan({ [list]: value })]),
    ),
    ...Object.fromEntries(
      attributes.map((name) => [
        `attribute ${name}`,
        (value: Junk) => speaker.announce({ prefixes, attributes: { [name]: value } }),
      ]),
    ),
  };
  for (const [name, call] of Object.entries(calls)) {
    const raw: string[] = [];
    for (const value of junk) {
      try {
        call(value);
      } catch (error) {
        const isOurs = error instanceof BgpError && error.code.startsWith('BGP_ERR_') && error.message !== '';
        if (!isOurs) raw.push(`${typeof value} ${String(Array.isArray(value) ? 'list' : value)}: ${error}`);
      }
    }
    t.same(raw, [], name);
  }
  await speaker.close();
});

t.test('what is wrong in a list is named with its place in it', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512, { features: [] });
  const peer = { address: '192.0.2.2', remoteAs: 1 };
  const range = { prefix: '192.0.2.0/28', remoteAs: 1 };
  const route = { prefixes };
  const wrong: readonly (readonly [object, string, string])[] = [
    [{ peers: [peer, { ...peer, address: 'router1' }] }, 'BGP_ERR_CONFIG', 'peers[1].address'],
    [{ peers: [{ ...peer, holdTime: 2 }] }, 'BGP_ERR_CONFIG', 'peers[0].holdTime'],
    [{ peers: [{ ...peer, address: '2001:db8::2', port: 0 }] }, 'BGP_ERR_CONFIG', 'peers[0].port'],
    [{ peers: [{ ...peer, holdtime: 9 }] }, 'BGP_ERR_CONFIG', 'peers[0].holdtime'],
    [{ peers: [peer, null] }, 'BGP_ERR_CONFIG', 'peers[1]'],
    [{ peers: { address: '192.0.2.2' } }, 'BGP_ERR_CONFIG', 'peers'],
    [{ ranges: [range, { ...range, prefix: '10.0.0.1/8' }] }, 'BGP_ERR_PREFIX', 'ranges[1].prefix'],
    [{ ranges: [{ ...range, limit: 0 }] }, 'BGP_ERR_CONFIG', 'ranges[0].limit'],
    [{ ranges: [{ ...range, password: 'x' }] }, 'BGP_ERR_SOCKET_FEATURE', 'ranges[0].prefix'],
    [
      { announcements: [route, { prefixes: ['10.0.0.0/8', '10.0.0.1/8'] }] },
      'BGP_ERR_PREFIX',
      'announcements[1].prefixes[1]',
    ],
    [
      { announcements: [{ ...route, attributes: { med: -1 } }] },
      'BGP_ERR_ATTRIBUTE',
      'announcements[0].attributes.med',
    ],
    [{ announcements: [{ prefix: 1 }] }, 'BGP_ERR_CONFIG', 'announcements[0].prefix'],
    [{ aggregates: [{ prefix: '10.0.0.1/8' }] }, 'BGP_ERR_PREFIX', 'aggregates[0].prefix'],
    [
      { aggregates: [{ prefix: '10.0.0.0/8', attributes: { med: -1 } }] },
      'BGP_ERR_ATTRIBUTE',
      'aggregates[0].attributes.med',
    ],
    [{ aggregates: ['10.0.0.0/8'] }, 'BGP_ERR_CONFIG', 'aggregates[0]'],
  ];
  for (const [wanted, code, path] of wrong) {
    const error = thrownBy(() => speaker.plan(wanted as WantedConfiguration));
    t.same([error?.code, error?.path], [code, path], error?.message ?? path);
  }
  const several = [route, { prefixes: ['10.0.0.1/8'] }];
  t.throws(() => speaker.announce(several), { code: 'BGP_ERR_PREFIX', path: '[1].prefixes[0]' });
  t.same(speaker.announced(), [], 'none of several is announced when one is wrong');
});

t.test('an attribute that there is not is refused, and the right one named', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512);
  const announce = (attributes: object) => () => speaker.announce({ prefixes, attributes } as Announcement);
  const code = 'BGP_ERR_ATTRIBUTE';
  t.throws(announce({ local_pref: 200 }), { code, path: 'attributes.local_pref', allowed: /localPref/ });
  t.throws(announce({ nextHop: '192.0.2.1' }), { code, path: 'attributes.nextHop', allowed: /announcement/ });
  t.throws(announce({ community: [1] }), { code, path: 'attributes.community', allowed: /communities/ });
  t.throws(announce({ communities: ['64512:1'] }), { code, path: 'attributes.communities[0]' });
  t.throws(announce({ asPath: '64512 64513' }), { code, path: 'attributes.asPath', allowed: 'a list' });
  t.throws(announce({ asPath: [64512] }), { code, path: 'attributes.asPath[0]', allowed: /type, ases/ });
  t.throws(announce({ aigp: 10n }), {
    code,
    path: 'attributes.aigp',
    allowed: /decimal text/,
    message: /10n/,
  });
  t.throws(announce({ unknown: [{ code: 99, flags: 0xc0, value: 'ab' }] }), {
    code,
    path: 'attributes.unknown[0].value',
    allowed: 'a Uint8Array',
  });
  t.doesNotThrow(announce({ med: undefined, localPref: 5 }), 'what is undefined is absent');
});

t.test('a query with a field that there is not is refused, and does not give the whole table', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512);
  t.throws(() => speaker.rib({ prefixes: ['10.0.0.0/8'] } as object), {
    code: 'BGP_ERR_QUERY',
    path: 'prefixes',
    allowed: /family, prefix, limit, after/,
  });
});
