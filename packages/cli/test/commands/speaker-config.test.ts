import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { readSpeakerFile, speakerSetup } from '../../src/commands/speaker-config.js';

t.test('a YAML file with everything becomes what the library takes', (t) => {
  const folder = tempDir(t);
  writeFileSync(join(folder, 'key'), 'secret\n');
  const path = join(folder, 'speaker.yaml');
  writeFileSync(
    path,
    `
localAs: 64512
routerId: 192.0.2.1
listenPort: 1790
listenAddresses: ['127.0.0.1', '::1']
maximumPaths: 4
announce:
  - prefixes: [203.0.113.0/24]
    communities: ['64512:1', no-export]
    med: 5
neighbors:
  - address: 192.0.2.2
    remoteAs: 64513
    passwordFile: ${join(folder, 'key')}
    holdTime: 9
    families: [ipv4-unicast, ipv6-unicast]
    nextHop: { ipv6-unicast: '2001:db8::1' }
`,
  );
  const setup = speakerSetup(readSpeakerFile(path), false);
  t.same(setup.config.listen, [
    { address: '127.0.0.1', port: 1790 },
    { address: '::1', port: 1790 },
  ]);
  t.equal(setup.config.ebgpRequiresPolicy, true);
  t.match(setup.peers, [{ address: '192.0.2.2', password: 'secret', holdTime: 9 }]);
  t.equal(setup.peers[0]?.importPolicy, undefined, 'RFC 8212: nothing without a policy');
  t.match(setup.announcements, [{ prefixes: ['203.0.113.0/24'], attributes: { med: 5 } }]);
  t.equal(setup.announcements[0]?.attributes?.communities?.length, 2);
  t.end();
});

t.test('graceful restart: of neighbours, of ranges, and of the speaker itself', (t) => {
  const path = join(tempDir(t), 'speaker.yaml');
  const head = 'localAs: 64512\nrouterId: 192.0.2.1\n';
  writeFileSync(
    path,
    `${head}
restarting: { forwarded: [ipv4-unicast], deferralTime: 30 }
neighbors:
  - address: 192.0.2.2
    remoteAs: 64512
    refreshStaleTime: 60
    sendLongLivedStale: true
    gracefulRestart:
      restartTime: 90
      notification: true
      longLived: { ipv4-unicast: 3600 }
      stalePathTime: 120
ranges:
  - prefix: 198.51.100.0/24
    remoteAs: 64514
    gracefulRestart: {}
`,
  );
  const setup = speakerSetup(readSpeakerFile(path), false);
  t.same(setup.config.restarting, { forwarded: ['ipv4-unicast'], deferralTime: 30 });
  t.match(setup.peers[0], {
    refreshStaleTime: 60,
    sendLongLivedStale: true,
    gracefulRestart: {
      restartTime: 90,
      notification: true,
      longLived: { 'ipv4-unicast': 3600 },
      stalePathTime: 120,
    },
  });
  t.same(setup.ranges[0]?.gracefulRestart, {});
  for (const [line, place] of [
    ['gracefulRestart: { restartTime: 4096 }', /gracefulRestart\.restartTime/],
    ['gracefulRestart: { longLived: { ipv4-unicast: 0 } }', /gracefulRestart\.longLived\.ipv4-unicast/],
    ['gracefulRestart: { stalePathTime: 0 }', /gracefulRestart\.stalePathTime/],
    ['gracefulRestart: { staleTime: 1 }', /staleTime/],
    ['refreshStaleTime: 0', /refreshStaleTime/],
  ] as const) {
    writeFileSync(path, `${head}neighbors:\n  - { address: 192.0.2.2, remoteAs: 64513, ${line} }\n`);
    t.throws(() => readSpeakerFile(path), { code: 'CLI_ERR_USAGE', message: place });
  }
  writeFileSync(path, `${head}restarting: { forwarded: [ipv4-unicast], deferralTime: 0 }\n`);
  t.throws(() => readSpeakerFile(path), { code: 'CLI_ERR_USAGE', message: /restarting\.deferralTime/ });
  t.end();
});

t.test('JSON that asks for no policies imports and exports everything', (t) => {
  const path = join(tempDir(t), 'speaker.json');
  const file = {
    localAs: 65000,
    routerId: '198.18.0.1',
    listenPort: 179,
    ebgpRequiresPolicy: false,
    neighbors: [{ address: '198.18.1.1', remoteAs: 4_200_000_001, passive: true }],
  };
  writeFileSync(path, JSON.stringify(file));
  const setup = speakerSetup(readSpeakerFile(path), false);
  t.equal(setup.config.ebgpRequiresPolicy, false);
  t.ok(setup.peers[0]?.importPolicy);
  t.ok(setup.peers[0]?.exportPolicy);
  t.same(setup.config.listen, [{ port: 179 }]);
  t.end();
});

t.test('everything that is wrong in a file is told at once, with its place', (t) => {
  const path = join(tempDir(t), 'speaker.yaml');
  writeFileSync(path, 'localAs: 0\nrouterId: 192.0.2.1\nneighbors:\n  - {address: 192.0.2.2, remoteas: 1}\n');
  t.throws(() => readSpeakerFile(path), {
    code: 'CLI_ERR_USAGE',
    message: /speaker\.yaml: localAs: [\s\S]*neighbors\.0\.remoteAs: [\s\S]*remoteas/,
  });
  writeFileSync(path, 'localAs: [1\n');
  t.throws(() => readSpeakerFile(path), { code: 'CLI_ERR_USAGE', message: /line/ });
  t.throws(() => readSpeakerFile('/nonexistent.yaml'), { message: /cannot read the configuration/ });
  t.end();
});

t.test('policies and sets of the file are compiled, and neighbours name them', async (t) => {
  const path = join(tempDir(t), 'speaker.yaml');
  const file = (more: string): string => `
localAs: 64512
routerId: 192.0.2.1
sets:
  customers: [192.0.2.0/24, { prefix: 198.51.100.0/22, le: 24 }]
policies:
  from-customer:
    - match: { prefixes: ['@customers'], asPath: ^64513+$ }
      action: accept
      edits: { localPref: 200, removeCommunities: ['64512:*'] }
neighbors:
  - { address: 192.0.2.2, remoteAs: 64513, importPolicy: from-customer, exportPolicy: reject-all }
${more}`;
  writeFileSync(path, file(''));
  const [peer] = speakerSetup(readSpeakerFile(path), false).peers;
  t.equal(peer?.importPolicy?.name, 'from-customer');
  t.same(peer?.importPolicy?.reads, ['prefix']);
  t.equal(peer?.exportPolicy?.name, 'reject-all');
  writeFileSync(path, file('  - { address: 192.0.2.3, remoteAs: 64514, importPolicy: nothing }'));
  t.throws(() => speakerSetup(readSpeakerFile(path), false), {
    message:
      'neighbors.1.importPolicy: no policy "nothing"; there are accept-all, reject-all, graceful-shutdown, blackhole, from-customer',
  });
  writeFileSync(path, file('').replace('localPref: 200', 'localPref: high'));
  t.throws(() => speakerSetup(readSpeakerFile(path), false), {
    message: /from-customer.statements\[0\].edits.localPref must be 0 … 4294967295.*got "high"/,
  });
});

t.test('the file of the policy guide is one', async (t) => {
  const guide = readFileSync(new URL('../../../../docs/guide/policy.md', import.meta.url), 'utf8');
  const text = /^```yaml run\n([\s\S]*?)^```$/m.exec(guide)?.[1];
  const path = join(tempDir(t), 'speaker.yaml');
  writeFileSync(path, text ?? '');
  t.match(speakerSetup(readSpeakerFile(path), false).peers, [
    { importPolicy: { name: 'in', reads: ['prefix', 'rpki'] }, exportPolicy: { name: 'out' } },
  ]);
});

t.test('secrets of TCP-AO are read from files', (t) => {
  const folder = tempDir(t);
  writeFileSync(join(folder, 'key'), 'secret\n');
  const path = join(folder, 'speaker.json');
  const keys = [{ sendId: 1, receiveId: 2, algorithm: 'aes-128-cmac-96', secretFile: join(folder, 'key') }];
  const neighbor = { address: '192.0.2.2', remoteAs: 64513, authentication: { tcpAo: { keys } } };
  writeFileSync(path, JSON.stringify({ localAs: 64512, routerId: '192.0.2.1', neighbors: [neighbor] }));
  t.same(speakerSetup(readSpeakerFile(path), true).peers[0]?.authentication, {
    tcpAo: { keys: [{ sendId: 1, receiveId: 2, algorithm: 'aes-128-cmac-96', secret: 'secret' }] },
  });
  t.end();
});

t.test('neighbours and ranges take what they leave out from groups', (t) => {
  const folder = tempDir(t);
  writeFileSync(join(folder, 'key'), 'secret\n');
  const path = join(folder, 'speaker.yaml');
  writeFileSync(
    path,
    `
localAs: 64512
routerId: 192.0.2.1
policies: { in: [{ action: accept }] }
peerGroups:
  base: { passwordFile: ${join(folder, 'key')}, holdTime: 9 }
  edge: { group: base, remoteAs: 64513, importPolicy: in }
neighbors:
  - { address: 192.0.2.2, group: edge }
ranges:
  - { prefix: 198.51.100.0/24, group: [edge] }
`,
  );
  const setup = speakerSetup(readSpeakerFile(path), true);
  t.match(setup.config.peerGroups, {
    base: { password: 'secret', holdTime: 9 },
    edge: { group: 'base', remoteAs: 64513, importPolicy: { evaluate: Function } },
  });
  t.same(setup.peers, [{ address: '192.0.2.2', group: 'edge' }]);
  t.same(setup.ranges, [{ prefix: '198.51.100.0/24', group: ['edge'] }]);
  t.end();
});

t.test('aggregates and default routes of a file name its policies', async (t) => {
  const path = join(tempDir(t), 'speaker.yaml');
  const file = (policy: string): string => `
localAs: 64512
routerId: 192.0.2.1
policies: { tagged: [{ match: { anyCommunity: ['1:1'] }, action: accept }] }
aggregates:
  - { prefix: 198.51.100.0/22, summaryOnly: true, contributors: ${policy}, med: 5, communities: ['64512:1'] }
neighbors:
  - { address: 192.0.2.2, remoteAs: 64513, unsuppress: true, defaultOriginate: { policy: tagged, ifPresent: [203.0.113.0/24] } }
`;
  writeFileSync(path, file('tagged'));
  const { aggregates, peers } = speakerSetup(readSpeakerFile(path), false);
  t.match(aggregates, [
    {
      prefix: '198.51.100.0/22',
      summaryOnly: true,
      contributors: { name: 'tagged' },
      attributes: { med: 5, communities: [0xfc000001] },
    },
  ]);
  t.match(peers[0], {
    unsuppress: true,
    defaultOriginate: { policy: { name: 'tagged' }, ifPresent: ['203.0.113.0/24'] },
  });
  writeFileSync(path, file('other'));
  t.throws(() => speakerSetup(readSpeakerFile(path), false), {
    message: /aggregates\.0\.contributors: no policy "other"/,
  });
});
