import { BgpSpeaker } from '@peerage/bgp';
import { systemClock } from '@peerage/bgp/node';
import { FakeNetwork, seededRandom } from '@peerage/bgp/testing';
import { eventually } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { AdvertisementDriver } from '../../src/drivers/advertisement-driver.js';
import { AggregateDriver } from '../../src/drivers/aggregate-driver.js';
import { PeerDriver } from '../../src/drivers/peer-driver.js';
import type { AdvertisementItem } from '../../src/items/advertisement.js';
import type { PolicyItem } from '../../src/items/policy.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

const { signal } = new AbortController();
const open: PolicyItem = { name: 'open', statements: [], otherwise: 'accept' };

/** Our speaker with its drivers, and a neighbour that hears it under the given export policy. */
async function pair(t: Test, exportPolicy: PolicyItem, settings = {}) {
  const clock = systemClock();
  const network = new FakeNetwork(clock);
  const speakerAt = (address: string, localAs: number) =>
    new BgpSpeaker(
      { localAs, routerId: address, listen: [{ address, port: 179 }], ebgpRequiresPolicy: false },
      { clock, random: seededRandom(1), sockets: network.host(address) },
    );
  const [ours, theirs] = [speakerAt('192.0.2.1', 64512), speakerAt('192.0.2.2', 64513)];
  t.teardown(() => Promise.all([ours, theirs].map((each) => each.close({ graceMilliseconds: 0 }))));
  theirs.addPeer({ address: '192.0.2.1', remoteAs: 64512 });
  await Promise.all([ours.start(), theirs.start()]);
  const peers = new PeerDriver(ours);
  const announce = new AdvertisementDriver(ours);
  const item = {
    address: '192.0.2.2',
    role: 'external' as const,
    remoteAs: 64513,
    description: 'tor',
    port: 179,
    holdTime: 90,
    families: ['ipv4' as const],
    nextHops: { ipv4: '192.0.2.1' },
    importPolicy: open,
  };
  const hear = async (policy: PolicyItem) =>
    reconcile(peers, [{ ...item, exportPolicy: policy, settings }], signal);
  t.match(await hear(exportPolicy), { failures: [] });
  const heard = () =>
    theirs.rib().routes.map(({ prefix, paths: [path] }) => ({ prefix, ...path?.attributes }));
  const settled = async (count: number) => {
    await eventually(() => heard().length === count && theirs.peer('192.0.2.1')?.state === 'established', {
      interval: 1,
    });
    return heard();
  };
  return { ours, announce, hear, settled };
}

const ownRoutes: PolicyItem = {
  name: 'export-external',
  statements: [
    { name: 'vips', owners: ['vip'], action: 'accept', nextHopSelf: true },
    { name: 'statics', owners: ['static'], action: 'accept' },
  ],
  otherwise: 'reject',
};

const routes: readonly AdvertisementItem[] = [
  { prefix: '10.48.1.0/24', owner: 'pod-cidr' },
  { prefix: '10.64.0.1/32', owner: 'vip' },
  {
    prefix: '203.0.113.0/24',
    owner: 'static',
    attributes: {
      med: 7,
      communities: ['64512:1', 'no-peer'],
      largeCommunities: ['64512:1:2'],
      extendedCommunities: ['rt:64512:5'],
    },
  },
];

t.test('a prefix goes out with its attributes, and anew when they change', async (t) => {
  const { announce, settled } = await pair(t, ownRoutes);
  t.match(await reconcile(announce, routes, signal), { changed: 3, failures: [] });
  t.match(await reconcile(announce, routes, signal), { changed: 0 });
  const [, fixed] = await settled(2);
  t.match(fixed, {
    prefix: '203.0.113.0/24',
    med: 7,
    communities: [4227858433, 4294967044],
    largeCommunities: ['64512:1:2'],
    extendedCommunities: ['0002fc0000000005'],
  });
  const bare = routes.map(({ prefix, owner }): AdvertisementItem => ({ prefix, owner }));
  t.match(await reconcile(announce, bare, signal), { changed: 1, failures: [] });
});

t.test('a community that is none fails its prefix alone', async (t) => {
  const { announce } = await pair(t, ownRoutes);
  const bad: AdvertisementItem = {
    prefix: '203.0.113.0/24',
    owner: 'static',
    attributes: { communities: ['x:y'] },
  };
  const outcome = await reconcile(announce, [bad, ...routes.slice(0, 2)], signal);
  t.match(outcome, { changed: 2, failures: [/create advertisement 203\.0\.113\.0\/24: .*x:y/] });
});

t.test('a policy of the operator judges what ours accepts, and nothing else', async (t) => {
  const cheap = {
    name: 'cheap',
    sets: { few: ['203.0.113.0/24'] },
    policies: {
      cheap: [
        { match: { prefixes: ['@few'] }, action: 'reject' },
        { action: 'accept', edits: { med: 5, prepend: { as: 'self', count: 2 } } },
      ],
    },
  };
  const { announce, hear, settled } = await pair(t, { ...ownRoutes, name: 'a', andThen: cheap });
  await reconcile(announce, routes, signal);
  const all = await settled(1);
  t.match(all, [{ prefix: '10.64.0.1/32', med: 5, asPath: [{ ases: [64512, 64512, 64512] }] }]);
  await hear({ ...ownRoutes, name: 'b', statements: [], andThen: cheap });
  t.same(await settled(0), [], 'what no statement of ours accepts stays, whatever the operator accepts');
});

t.test('where ours lets in by default, the operator decides about the rest', async (t) => {
  const { ours, hear, announce, settled } = await pair(t, ownRoutes);
  await reconcile(announce, routes, signal);
  const andThen = {
    name: 'out',
    sets: {},
    policies: { out: [{ match: { owner: ['vip'] }, action: 'accept' }] },
  };
  const guards = [{ name: 'fixed', owners: ['static' as const], action: 'reject' as const }];
  await hear({ name: 'c', statements: guards, otherwise: 'accept', andThen });
  await settled(1);
  const said = (prefix: string) => ours.explain(prefix, '192.0.2.2')?.export?.paths[0];
  t.match(said('203.0.113.0/24'), { action: 'reject', statement: 'fixed' });
  t.match(said('10.64.0.1/32'), { action: 'accept' });
  t.match(said('10.48.1.0/24'), { action: 'reject', statement: /otherwise/ });
});

t.test('settings of the file reach the session', async (t) => {
  const { ours } = await pair(t, ownRoutes, { keepaliveTime: 7, passive: true });
  t.match(ours.peer('192.0.2.2'), { passive: true });
});

t.test('an aggregate comes, takes the place of its parts, changes and goes', async (t) => {
  const everything: PolicyItem = { name: 'all', statements: [], otherwise: 'accept' };
  const { ours, announce, settled } = await pair(t, everything);
  const driver = new AggregateDriver(ours.aggregates);
  await reconcile(announce, routes, signal);
  await settled(3);
  const whole = { prefix: '10.64.0.0/16', asSet: false, summaryOnly: true, discard: false };
  t.match(await reconcile(driver, [whole], signal), { changed: 1, failures: [] });
  await eventually(async () => (await settled(3)).some(({ prefix }) => prefix === '10.64.0.0/16'));
  t.match(await reconcile(driver, [whole], signal), { changed: 0 });
  const tagged = { ...whole, attributes: { med: 3 } };
  t.match(await reconcile(driver, [tagged], signal), { changed: 1, failures: [] });
  t.match(ours.aggregates.list(), [{ prefix: '10.64.0.0/16', contributors: 1, summaryOnly: true }]);
  const unknown = { ...whole, contributors: { name: 'nobody', policies: {}, sets: {} } };
  t.match(await reconcile(driver, [unknown], signal), { failures: [/no policy "nobody" in the file/] });
  t.match(await reconcile(driver, [], signal), { changed: 1, failures: [] });
  t.same(ours.aggregates.list(), []);
});
