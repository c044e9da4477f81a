import { BgpSpeaker, type RouteView } from '@peerage/bgp';
import { FakeClock, FakeNetwork, seededRandom } from '@peerage/bgp/testing';
import t from 'tap';
import { AdvertisementDriver } from '../../src/drivers/advertisement-driver.js';
import { PolicyCompiler } from '../../src/drivers/bgp-policy.js';
import { OriginatedPrefixes } from '../../src/drivers/originated-prefixes.js';
import { type ChangedPeer, PeerDriver } from '../../src/drivers/peer-driver.js';
import { PeerSelections } from '../../src/drivers/peer-selections.js';
import { SpeakerDriver } from '../../src/drivers/speaker-driver.js';
import type { AdvertisementItem } from '../../src/items/advertisement.js';
import { parseIp } from '../../src/items/ip.js';
import type { PeerItem } from '../../src/items/peer.js';
import type { PolicyItem, PolicyStatementItem } from '../../src/items/policy.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

const { signal } = new AbortController();

function ports() {
  const clock = new FakeClock();
  return { clock, random: seededRandom(1), sockets: new FakeNetwork(clock).host('192.0.2.1') };
}

const speaker = () => new BgpSpeaker({ localAs: 64512, routerId: '192.0.2.1' }, ports());
const open: PolicyItem = { name: 'open', statements: [], otherwise: 'accept' };

function peer(address: string, more: Partial<PeerItem> = {}): PeerItem {
  return {
    address,
    role: 'mesh',
    remoteAs: 64512,
    description: 'n2',
    port: 179,
    holdTime: 90,
    families: ['ipv4'],
    nextHops: { ipv4: '192.0.2.1' },
    importPolicy: open,
    exportPolicy: open,
    ...more,
  };
}

t.test('peers are added, changed and removed; one that is refused does not stop the others', async (t) => {
  const bgp = speaker();
  const driver = new PeerDriver(bgp);
  const outcome = await reconcile(driver, [peer('192.0.2.2', { holdTime: 2 }), peer('192.0.2.3')], signal);
  t.equal(outcome.changed, 1);
  t.match(outcome.failures, [/create peer 192.0.2.2: .*got 2/]);
  t.same(
    bgp.peers().map((each) => each.address),
    ['192.0.2.3'],
  );

  t.match(await reconcile(driver, [peer('192.0.2.2'), peer('192.0.2.3', { description: 'n3' })], signal), {
    changed: 2,
    failures: [],
  });
  t.equal(bgp.peer('192.0.2.3')?.description, 'n3');
  t.match(await reconcile(driver, [peer('192.0.2.3', { description: 'n3' })], signal), {
    changed: 1,
    failures: [],
  });
  t.same(
    bgp.peers().map((each) => each.address),
    ['192.0.2.3'],
  );
});

t.test('the same policy content is the same policy to the speaker', async (t) => {
  const bgp = speaker();
  const seen: unknown[] = [];
  const driver = new PeerDriver(bgp);
  const update = bgp.updatePeer.bind(bgp);
  bgp.updatePeer = (config) => {
    const change = update(config);
    seen.push(change);
    return change;
  };
  await reconcile(driver, [peer('192.0.2.2')], signal);
  const again: PolicyItem = { name: 'open', statements: [], otherwise: 'accept' };
  t.match(await reconcile(driver, [peer('192.0.2.2', { importPolicy: again })], signal), { changed: 0 });
  const other: PolicyItem = {
    ...open,
    statements: [{ name: 'no', prefixes: ['10.0.0.0/8'], action: 'reject' }],
  };
  await reconcile(driver, [peer('192.0.2.2', { importPolicy: other })], signal);
  t.same(seen, ['live']);
});

t.test('announcements follow what is wanted, by owner; a bad prefix fails alone', async (t) => {
  const bgp = speaker();
  bgp.announce({ prefixes: ['203.0.113.0/24'], owner: 'somebody else' });
  const driver = new AdvertisementDriver(bgp);
  const pods: AdvertisementItem = { prefix: '10.48.1.0/24', owner: 'pod-cidr' };
  const vip: AdvertisementItem = { prefix: '10.64.0.1/32', owner: 'vip' };
  const bad: AdvertisementItem = { prefix: '10.64.0.1/33', owner: 'vip' };
  const outcome = await reconcile(driver, [pods, bad, vip], signal);
  t.equal(outcome.changed, 2);
  t.match(outcome.failures, [/10.64.0.1\/33/]);
  t.match(await reconcile(driver, [pods], signal), { changed: 1, failures: [] });
  t.same(
    bgp
      .announced()
      .map(({ prefix }) => prefix)
      .sort(),
    ['10.48.1.0/24', '203.0.113.0/24'],
  );
  t.match(await reconcile(driver, [{ ...pods, owner: 'vip' }], signal), { changed: 1, failures: [] });
  t.match(bgp.announced('vip'), [{ prefix: '10.48.1.0/24' }]);
});

t.test('what is announced is refused from peers, without a new policy at each change', async (t) => {
  const originated = new OriginatedPrefixes();
  const bgp = speaker();
  let updates = 0;
  const update = bgp.updatePeer.bind(bgp);
  bgp.updatePeer = (config) => {
    updates++;
    return update(config);
  };
  const compiler = new PolicyCompiler(originated);
  const refusing: PolicyItem = {
    name: 'import',
    statements: [
      { name: 'own-prefixes', originated: true, action: 'reject' },
      { name: 'default-routes', prefixes: ['0.0.0.0/0', '::/0'], action: 'reject' },
    ],
    otherwise: 'accept',
  };
  const peers = new PeerDriver(bgp, originated);
  await reconcile(peers, [peer('192.0.2.2', { importPolicy: refusing })], signal);
  const driver = new AdvertisementDriver(bgp, originated);
  const vip: AdvertisementItem = { prefix: '10.64.0.1/32', owner: 'vip' };
  const six: AdvertisementItem = { prefix: 'fd00:48::1/128', owner: 'vip' };
  const { evaluate } = compiler.compile(refusing);
  const statementFor = (prefix: string): string => {
    const [address = '', length = ''] = prefix.split('/');
    const bytes = parseIp(address) ?? new Uint8Array(4);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const word = (at: number) => (at < bytes.length ? view.getUint32(at) : 0);
    const family = { afi: bytes.length === 4 ? 1 : 2, key: bytes.length === 4 ? 257 : 513 };
    const words = { a: word(0), b: word(4), c: word(8), d: word(12) };
    return evaluate({ family, words, prefix, prefixLength: Number(length) } as unknown as RouteView)
      .statement;
  };
  await reconcile(driver, [vip, six], signal);
  t.equal(statementFor('10.64.0.1/32'), 'own-prefixes');
  t.equal(statementFor('fd00:48::1/128'), 'own-prefixes');
  t.equal(statementFor('10.64.0.2/32'), 'import#otherwise');
  t.equal(statementFor('0.0.0.0/0'), 'default-routes');
  await reconcile(driver, [six], signal);
  t.equal(statementFor('10.64.0.1/32'), 'import#otherwise');
  t.equal(updates, 0, 'nobody had sent these prefixes');
});

function speakerDriver() {
  const started: BgpSpeaker[] = [];
  const endings: string[] = [];
  const driver = new SpeakerDriver(ports(), {
    past: async () => undefined,
    started: (each) => started.push(each),
    ending: async (reason) => void endings.push(reason),
  });
  return { driver, started, endings };
}

const identity = { localAs: 64512, routerId: '192.0.2.1', listen: [{ address: '192.0.2.1', port: 179 }] };

t.test(
  'a speaker lives on when it listens elsewhere; an address that cannot be had is tried again',
  async (t) => {
    const { driver, started, endings } = speakerDriver();
    t.teardown(() => driver.close({ communication: 'the test is over', graceMilliseconds: 10 }));
    const two = { ...identity, listen: [...identity.listen, { address: '192.0.2.99', port: 179 }] };
    for (const attempt of [1, 2]) {
      const { failures } = await reconcile(driver, [two], signal);
      t.match(failures, [/192.0.2.99/], `attempt ${attempt}`);
      t.match(driver.speaker?.listening, [{ address: '192.0.2.1', port: 179 }]);
    }
    t.match(await reconcile(driver, [identity], signal), { changed: 0, failures: [] });
    const moved = { ...identity, listen: [{ address: '192.0.2.1', port: 1179 }] };
    t.match(await reconcile(driver, [moved], signal), { changed: 1, failures: [] });
    t.match(driver.speaker?.listening, [{ address: '192.0.2.1', port: 1179 }]);
    t.equal(started.length, 1);
    t.same(endings, []);
  },
);

t.test('another AS, router id or cluster id is another speaker, told before the old one ends', async (t) => {
  const { driver, started, endings } = speakerDriver();
  t.teardown(() => driver.close({ communication: 'the test is over', graceMilliseconds: 10 }));
  const lives = [
    identity,
    { ...identity, routerId: '192.0.2.2' },
    { ...identity, routerId: '192.0.2.2', clusterId: '0.0.0.42' },
    { ...identity, localAs: 64513, routerId: '192.0.2.2', clusterId: '0.0.0.42' },
  ];
  for (const life of lives) t.match(await reconcile(driver, [life], signal), { changed: 1, failures: [] });
  t.match(await reconcile(driver, [lives.at(-1) ?? identity], signal), { changed: 0 });
  t.same(endings, [
    'the router id changed from 192.0.2.1 to 192.0.2.2',
    'the cluster id changed from none to 0.0.0.42',
    'the AS changed from 64512 to 64513',
  ]);
  t.equal(new Set(started).size, 4);
  t.match(driver.speaker?.status(), { localAs: 64513, routerId: '192.0.2.2' });
});

t.test('a peer that is set up in another way says what changed, and whether its session ends', async (t) => {
  const told: ChangedPeer[] = [];
  const [originated, selections] = [new OriginatedPrefixes(), new PeerSelections()];
  const driver = new PeerDriver(speaker(), originated, selections, (change) => told.push(change));
  await reconcile(driver, [peer('192.0.2.2')], signal);
  t.same(told, [], 'a new one is none that changed');
  await reconcile(driver, [peer('192.0.2.2', { holdTime: 30 })], signal);
  await reconcile(driver, [peer('192.0.2.2', { holdTime: 30, password: 'secret' })], signal);
  t.same(told, [
    { address: '192.0.2.2', description: 'n2', fields: ['holdTime'], isReset: false },
    { address: '192.0.2.2', description: 'n2', fields: ['password'], isReset: true },
  ]);
});

/** What a policy says of a route of ours to a peer, and with which edits. */
function answerOf(compiler: PolicyCompiler, item: PolicyItem, route: Partial<RouteView>) {
  const plain = { source: null, target: null, owner: null, prefix: '10.64.0.1/32', prefixLength: 32 };
  const words = { a: 0x0a400001, b: 0, c: 0, d: 0 };
  const family = { afi: 1, key: 257 };
  return compiler.compile(item).evaluate({ ...plain, words, family, ...route } as unknown as RouteView);
}

t.test('a prefix for some peers is kept from the others, and goes to all again', async (t) => {
  const [originated, selections] = [new OriginatedPrefixes(), new PeerSelections()];
  const driver = new AdvertisementDriver(speaker(), originated, selections);
  const compiler = new PolicyCompiler(originated, selections);
  const item: PolicyItem = {
    name: 'export-external',
    statements: [{ name: 'service-vips', owners: ['vip'], action: 'accept' }],
    otherwise: 'reject',
    selective: true,
  };
  const to = (address: string) =>
    answerOf(compiler, item, { owner: 'vip', target: { address, as: 64513, type: 'external' } }).statement;
  const plain: AdvertisementItem = { prefix: '10.64.0.1/32', owner: 'vip' };
  const selected = { ...plain, peers: ['192.0.2.254'] };
  await reconcile(driver, [selected], signal);
  t.same([to('192.0.2.254'), to('192.0.2.253')], ['service-vips', 'other-peers-only']);
  t.match(await reconcile(driver, [selected], signal), { changed: 0 });
  t.match(await reconcile(driver, [plain], signal), { changed: 1 });
  t.same([to('192.0.2.254'), to('192.0.2.253')], ['service-vips', 'service-vips']);
});

t.test('statements prepend, add communities, refuse what is inside a range, and reflect', async (t) => {
  const compiler = new PolicyCompiler(new OriginatedPrefixes());
  const out = (statement: Partial<PolicyStatementItem>): PolicyItem => ({
    name: JSON.stringify(statement),
    statements: [{ name: 'first', action: 'accept', ...statement }],
    otherwise: 'reject',
  });
  const edited = out({ owners: ['vip'], prepend: { as: 65000, count: 2 }, addCommunities: ['64512:1'] });
  t.match(answerOf(compiler, edited, { owner: 'vip' }), {
    action: 'accept',
    edits: { prepend: { as: 65000, count: 2 }, addCommunities: [64512 * 65536 + 1] },
  });
  const inside = out({ inside: ['10.64.0.0/16'], action: 'reject' });
  t.equal(answerOf(compiler, inside, {}).statement, 'first');
  t.not(answerOf(compiler, inside, { words: { a: 0x0a410001, b: 0, c: 0, d: 0 } }).statement, 'first');
  const reflect = out({ reflected: { exceptFrom: ['192.0.2.254'] } });
  const from = (address: string, type: 'internal' | 'external') =>
    answerOf(compiler, reflect, { source: { address, as: 64512, type } }).action;
  t.same(
    [from('192.0.2.2', 'internal'), from('192.0.2.2', 'external'), from('192.0.2.254', 'internal')],
    ['accept', 'reject', 'reject'],
  );
  t.notOk(compiler.compile(reflect).reads.includes('peer'), 'one answer for all nodes');
});
