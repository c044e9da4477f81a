import { BgpSpeaker, type RouteView } from '@peerage/bgp';
import { FakeClock, FakeNetwork, seededRandom } from '@peerage/bgp/testing';
import t from 'tap';
import { AdvertisementDriver } from '../../src/drivers/advertisement-driver.js';
import { PolicyCompiler } from '../../src/drivers/bgp-policy.js';
import { OriginatedPrefixes } from '../../src/drivers/originated-prefixes.js';
import { PeerDriver } from '../../src/drivers/peer-driver.js';
import { SpeakerDriver } from '../../src/drivers/speaker-driver.js';
import type { AdvertisementItem } from '../../src/items/advertisement.js';
import { parseIp } from '../../src/items/ip.js';
import type { PeerItem } from '../../src/items/peer.js';
import type { PolicyItem } from '../../src/items/policy.js';
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

t.test('the speaker starts once; another identity asks for a restart', async (t) => {
  const started: BgpSpeaker[] = [];
  const driver = new SpeakerDriver(
    ports(),
    async () => undefined,
    (each) => started.push(each),
  );
  t.teardown(() => driver.close({ communication: 'the test is over', graceMilliseconds: 10 }));
  const item = { localAs: 64512, routerId: '192.0.2.1', listen: [{ address: '192.0.2.1', port: 179 }] };
  t.match(await reconcile(driver, [{ ...item, listen: [{ address: '192.0.2.99', port: 179 }] }], signal), {
    failures: [/192.0.2.99/],
  });
  t.equal(driver.speaker, null);
  t.match(await reconcile(driver, [item], signal), { changed: 1, failures: [] });
  t.match(await reconcile(driver, [item], signal), { changed: 0, failures: [] });
  t.match(await reconcile(driver, [{ ...item, routerId: '192.0.2.2' }], signal), {
    failures: [/the router id changed from 192.0.2.1 to 192.0.2.2: restart the agent/],
  });
  t.equal(started.length, 1);
  t.equal(driver.speaker, started[0]);
});
