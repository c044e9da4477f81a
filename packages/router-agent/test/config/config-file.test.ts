import t from 'tap';
import { guideExample } from './guide-example.js';
import { good, ofFile, wrong } from './parts.js';

const whole = `
flags:
  cluster-asn: 64600
  advertise-cluster-ip: true
  peer-router-ips: [192.0.2.9]
  peer-router-asns: 64519
mesh:
  keepaliveTime: 5
  exportPolicy: to-nodes
external: { maxPrefixes: { ipv4-unicast: 1000 } }
peerGroups:
  base: { holdTime: 30, port: 1179 }
  tor: { group: base, remoteAs: 64513, holdTime: 12 }
neighbors:
  - address: 192.0.2.1
    group: tor
    nodes: [n1, n2]
  - { address: 192.0.2.2, remoteAs: external, passwordFile: tor.password, importPolicy: accept-all }
sets:
  services: [{ prefix: 10.64.0.0/16, le: 32 }]
policies:
  to-nodes: [{ match: { prefixes: ['@services'] }, action: accept }]
announce:
  - prefixes: [203.0.113.0/24]
    communities: [64512:1, 4227858434, no-export]
    largeCommunities: ['64512:1:2']
    extendedCommunities: [rt:64512:7]
    med: 7
    localPref: 200
    prepend: 2
aggregates:
  - { prefix: 10.64.0.0/16, summaryOnly: true, contributors: to-nodes, mesh: true, med: 9 }
`;
const machine = { files: { '/etc/peerage/tor.password': 'correct horse\n' } };

t.test('a file says what flags cannot', async (t) => {
  const { file, externalPeers, clusterAsn, advertiseClusterIp } = good(ofFile(whole, [], machine));
  t.equal(clusterAsn, 64600);
  t.equal(advertiseClusterIp, true);
  t.same(externalPeers, [{ address: '192.0.2.9', as: 64519 }]);
  t.match(file, {
    mesh: { settings: { keepaliveTime: 5 }, exportPolicy: 'to-nodes' },
    external: { settings: { maxPrefixes: { 'ipv4-unicast': 1000 } } },
    policies: { sets: { services: [{ le: 32 }] } },
    announcements: [{ prefixes: ['203.0.113.0/24'], mesh: false, place: '/etc/peerage/agent.yaml:24' }],
    aggregates: [
      { prefix: '10.64.0.0/16', summaryOnly: true, asSet: false, contributors: 'to-nodes', mesh: true },
    ],
  });
  t.same(file.announcements[0]?.attributes, {
    med: 7,
    localPref: 200,
    communities: ['64512:1', '4227858434', 'no-export'],
    largeCommunities: ['64512:1:2'],
    extendedCommunities: ['rt:64512:7'],
    prepend: 2,
  });
  t.same(file.aggregates[0]?.attributes, { med: 9 });
});

t.test('groups give what the neighbor does not say, the nearest first', async (t) => {
  const [first, second] = good(ofFile(whole, [], machine)).file.neighbors;
  t.same(first, {
    address: '192.0.2.1',
    remoteAs: 64513,
    settings: { holdTime: 12, port: 1179 },
    for: { nodes: ['n1', 'n2'] },
    place: '/etc/peerage/agent.yaml:15',
  });
  t.match(second, {
    remoteAs: 'external',
    importPolicy: 'accept-all',
    settings: { password: 'correct horse' },
  });
  const { leaves } = good(ofFile(whole, [], machine)).file;
  t.notMatch(JSON.stringify(leaves), 'correct horse');
  t.match(leaves, [{ name: 'mesh.keepaliveTime', value: '5', line: 8 }]);
});

t.test('an empty file, and JSON, are files too', async (t) => {
  t.equal(good(ofFile('')).file.neighbors.length, 0);
  t.equal(good(ofFile('{"flags": {"bgp-port": 1179}}')).bgpPort, 1179);
});

const mistakes: readonly (readonly [string, string, ...(readonly (string | RegExp)[])])[] = [
  ['a text that is no YAML', 'mesh: {\n  a', /^2: is neither YAML nor JSON: .*; mend that line$/],
  ['the same name twice', 'mesh: {}\nmesh: {}', /^2: is neither YAML nor JSON: Map keys must be unique/],
  ['a list', '- 1', '1: the file must be fields with values, got [1]'],
  [
    'unknown fields, with what was meant',
    'agregates: []\nmesh: { keepAlive: 3, zzzzzz: 1 }\nexternal: { maxPrefixes: { ipv4: 3 } }',
    '1: agregates is not known; did you mean aggregates?',
    /^2: mesh\.keepAlive is not known; did you mean keepaliveTime\?$/,
    /^2: mesh\.zzzzzz is not known; there can be group, port, /,
    '3: external.maxPrefixes.ipv4 is not known; did you mean ipv4-unicast?',
  ],
  [
    'values of another form',
    'mesh:\n  holdTime: fast\n  passive: 3\n  role: boss\n  localAs: { as: x }\nneighbors:\n  - address: 7\n    addPath: { send: 99 }',
    '2: mesh.holdTime must be a number, got "fast"',
    '3: mesh.passive must be true or false, got 3',
    '4: mesh.role must be one of provider, customer, peer, route-server, route-server-client, got "boss"',
    '5: mesh.localAs.as must be a number, got "x"',
    '7: neighbors[0].address must be a text, got 7',
    '8: neighbors[0].addPath.send must be at most 64, got 99',
  ],
  [
    'what is missing',
    'neighbors:\n  - remoteAs: 64513\n  - address: 192.0.2.1',
    '2: neighbors[0].address is missing; give a text',
  ],
  [
    'a peer without AS',
    'neighbors:\n  - address: 192.0.2.1',
    '2: neighbors[0].remoteAs is missing; give it here or in a group',
  ],
  [
    'groups that are not there, or in a circle',
    'peerGroups:\n  a: { group: b }\n  b: { group: a }\nneighbors:\n  - { address: 192.0.2.1, remoteAs: 1, group: tor }\n  - { address: 192.0.2.2, remoteAs: 1, group: a }',
    '3: peerGroups.b.group "a" is built on itself',
    '5: neighbors[0].group "tor" is not in peerGroups; there are a, b',
  ],
  [
    'a router that is there twice',
    'neighbors:\n  - { address: 192.0.2.1, remoteAs: 1 }\n  - { address: 192.0.2.1, remoteAs: 2, nodes: [n1] }',
    '3: neighbors[1].address 192.0.2.1 is there twice, first at /etc/peerage/agent.yaml:2; a router is one peer, remove one',
  ],
  [
    'a password file that is not there',
    'mesh: { passwordFile: x }',
    /^1: mesh\.passwordFile: \/etc\/peerage\/x cannot be read \(ENOENT/,
  ],
  [
    'what the library refuses',
    'mesh:\n  holdTime: 2\nneighbors:\n  - address: 192.0.2\n    remoteAs: 64513\nannounce:\n  - prefixes:\n      - 203.0.113.0/24\n      - 203.0.113.0/99\n  - prefixes: [203.0.113.0/24]\n    communities: [64512:1, 64512:x]\n    extendedCommunities: [zz]\n  - { prefixes: [203.0.113.0/24], nextHop: 1.2.3 }\naggregates: [{ prefix: 10.0.0.0/x }]',
    '2: mesh.holdTime must be 0 or an integer 3 … 65535 (seconds), got 2',
    '4: neighbors[0].address must be an IPv4 or IPv6 address, got "192.0.2"',
    /^9: announce\[0\]\.prefixes\[1\]: bad prefix "203\.0\.113\.0\/99"/,
    /^11: announce\[1\]\.communities\[1\]: .*got "64512:x"$/,
    /^12: announce\[1\]\.extendedCommunities\[0\] must be an extended community: .*got "zz"$/,
    '13: announce[2].nextHop must be an IPv4 or IPv6 address, got "1.2.3"',
    /^14: aggregates\[0\]\.prefixes\[0\]: bad prefix "10\.0\.0\.0\/x"/,
  ],
  [
    'policies that are wrong',
    'policies:\n  a.b:\n    - match: { med: fast }\n      action: accept',
    /^3: policies\.a\.b\[0\]\.match\.med must be .*got "fast"$/,
  ],
  [
    'sets that are wrong',
    'sets:\n  x:\n    - 1.2.3\npolicies: { a: [{ match: { prefixes: ["@x"] }, action: accept }] }',
    /^3: sets\.x\[0\]: bad prefix "1\.2\.3"/,
  ],
  [
    'policies that are not there',
    'external:\n  exportPolicy: cheep\npolicies: { cheap: [{ action: accept }] }',
    '2: external.exportPolicy "cheep" is no policy of the file; there are accept-all, reject-all, graceful-shutdown, blackhole, cheap',
  ],
  [
    'graceful restart that is off',
    'mesh: { gracefulRestart: { restartTime: 60 } }',
    /gracefulRestart of a session says how, and --bgp-graceful-restart, which is off, says whether/,
  ],
  [
    'flags that are wrong',
    'flags:\n  cluster-asn: 100\n  cluster-ans: 64512\n  plan: true\n  peer-router-passwords: hunter2\n  bgp-port: { a: 1 }\n  --bgp-holdtime: 3',
    '2: flags.cluster-asn must be 0, 64512–65535, 4200000000–4294967294, got 100',
    '3: flags: --cluster-ans is not known; did you mean --cluster-asn?',
    '4: flags: --plan has no effect in a file; give it on the command line',
    /^5: flags\.peer-router-passwords must be .* got a value that is not shown$/,
    '6: flags.bgp-port must be a value; write bgp-port: 1',
    '7: flags.bgp-holdtime must be a duration with its unit, such as 3s, got 3',
  ],
];

for (const [title, text, ...expected] of mistakes) {
  t.test(`a file with ${title} is refused, with each place`, async (t) => {
    const errors = wrong(ofFile(text));
    t.match(errors, expected);
    t.equal(errors.length, expected.length);
    t.notMatch(errors.join('\n'), 'hunter2');
  });
}

t.test('a router that flags and the file name is refused, with both places', async (t) => {
  const file = 'neighbors:\n  - { address: 192.0.2.1, remoteAs: 64513 }\n';
  const flags = ['--peer-router-ips=192.0.2.1', '--peer-router-asns=64513'];
  t.same(wrong(ofFile(file, flags)), [
    '2: 192.0.2.1 is in --peer-router-ips too; a router is one peer, remove one',
  ]);
  const inFile = `${file}flags: { peer-router-ips: 192.0.2.1, peer-router-asns: 64513 }`;
  t.match(wrong(ofFile(inFile)), [
    '2: 192.0.2.1 is in /etc/peerage/agent.yaml:3: --peer-router-ips too; a router is one peer, remove one',
  ]);
});

t.test('a file that is not there is told with its flag', async (t) => {
  t.match(wrong(ofFile('', ['--config=/nowhere'])), [/--config=\/nowhere cannot be read \(ENOENT/]);
});

t.test("the guide's example is a file as it stands", async (t) => {
  t.match(good(ofFile(guideExample())), {
    bgpHoldTime: 30,
    file: {
      neighbors: [
        { address: '192.168.1.254', remoteAs: 64513, settings: { description: 'tor-1' } },
        { for: { nodeLabels: { rack: 'b' } } },
      ],
      aggregates: [{ summaryOnly: true }],
    },
  });
});
