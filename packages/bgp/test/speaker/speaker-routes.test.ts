import t from 'tap';
import { parseCommunity } from '../../src/policy/community.js';
import { policy, policyFunction } from '../../src/policy/compile.js';
import { acceptAll } from '../../src/policy/defaults.js';
import { best, Lab, peerOf, prefixes, statusOf, TextSink } from './lab.js';

const both = ['ipv4-unicast', 'ipv6-unicast'] as const;

t.test('routes of both families reach the other side, change and go', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right, { families: both });
  left.speaker.announce({
    prefixes: ['203.0.113.0/24', '2001:db8:203::/48'],
    attributes: { med: 5, communities: [parseCommunity('64512:1')], largeCommunities: ['64512:1:2'] },
  });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, '2001:db8:203::/48') !== undefined));
  t.match(best(right, '203.0.113.0/24'), {
    peer: '192.0.2.1',
    nextHop: '192.0.2.1',
    accepted: true,
    attributes: {
      origin: 'igp',
      asPath: [{ type: 'sequence', ases: [64512] }],
      med: 5,
      communities: [parseCommunity('64512:1')],
      largeCommunities: ['64512:1:2'],
    },
  });
  t.equal(best(right, '2001:db8:203::/48')?.nextHop, '2001:db8::1');
  t.same(prefixes(right.speaker.received('192.0.2.1')), ['203.0.113.0/24', '2001:db8:203::/48']);
  t.same(prefixes(left.speaker.advertised('192.0.2.2')), ['203.0.113.0/24', '2001:db8:203::/48']);
  t.same(prefixes(left.speaker.received('192.0.2.2')), [], 'nothing is echoed');
  t.match(statusOf(right, left).families, [
    { received: 1, accepted: 1 },
    { received: 1, accepted: 1 },
  ]);

  left.speaker.announce({ prefixes: ['203.0.113.0/24'], attributes: { med: 6 } });
  t.ok(await lab.until(() => best(right, '203.0.113.0/24')?.attributes.med === 6));
  t.equal(best(right, '203.0.113.0/24')?.attributes.communities, undefined);

  left.speaker.withdraw(['203.0.113.0/24', '198.51.100.0/24']);
  t.ok(await lab.until(() => best(right, '203.0.113.0/24') === undefined));
  t.ok(best(right, '2001:db8:203::/48'));
});

t.test('a session that is lost takes its routes along, and brings them back', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  left.speaker.announce({ prefixes: ['203.0.113.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, '203.0.113.0/24') !== undefined));
  for (const { dialled } of lab.network.connections) dialled.cut();
  t.ok(await lab.until(() => best(right, '203.0.113.0/24') === undefined));
  t.same(right.speaker.received('192.0.2.1').routes, []);
  t.ok(await lab.until(() => best(right, '203.0.113.0/24') !== undefined));
  t.equal(statusOf(right, left).flaps, 1);
});

t.test('an internal mesh and an external peer: who tells whom what', async (t) => {
  const lab = new Lab();
  const [a, b, c] = [lab.speaker(1, 64512), lab.speaker(2, 64512), lab.speaker(3, 64512)];
  const router = lab.speaker(9, 64513);
  lab.join(a, b);
  lab.join(a, c);
  lab.join(b, c);
  lab.join(a, router);
  a.speaker.announce({ prefixes: ['10.48.1.0/24'], attributes: { localPref: 200, med: 7 } });
  b.speaker.announce({ prefixes: ['10.48.2.0/24'] });
  router.speaker.announce({ prefixes: ['198.51.100.0/24'], attributes: { med: 9 } });
  await lab.start(a, b, c, router);
  t.ok(
    await lab.until(
      () => best(c, '198.51.100.0/24') !== undefined && best(router, '10.48.2.0/24') !== undefined,
    ),
  );
  await lab.clock.runFor(1_000);

  const own = best(b, '10.48.1.0/24');
  t.match(own, { nextHop: '192.0.2.1', attributes: { asPath: [], localPref: 200, med: 7 } });
  t.match(best(b, '198.51.100.0/24'), {
    peer: '192.0.2.1',
    nextHop: '192.0.2.9',
    attributes: { asPath: [{ type: 'sequence', ases: [64513] }], localPref: 100, med: 9 },
  });
  const told = best(router, '10.48.2.0/24');
  t.match(told, { nextHop: '192.0.2.1', attributes: { asPath: [{ type: 'sequence', ases: [64512] }] } });
  t.equal(told?.attributes.localPref, undefined, 'LOCAL_PREF stays inside');
  t.same(
    prefixes(c.speaker.received('192.0.2.2')),
    ['10.48.2.0/24'],
    'what b learned from a inside the AS, it does not pass on inside',
  );
});

t.test('an external path that holds our own AS is not accepted', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  left.speaker.announce({
    prefixes: ['203.0.113.0/24'],
    attributes: { asPath: [{ type: 'sequence', ases: [64513] }] },
  });
  left.speaker.announce({ prefixes: ['203.0.114.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, '203.0.114.0/24') !== undefined));
  t.equal(best(right, '203.0.113.0/24'), undefined);
});

t.test('nextHopSelf puts our own address into what goes inside', async (t) => {
  const lab = new Lab();
  const [a, b, router] = [lab.speaker(1, 64512), lab.speaker(2, 64512), lab.speaker(9, 64513)];
  a.speaker.addPeer(peerOf(b, { nextHopSelf: true }));
  b.speaker.addPeer(peerOf(a));
  lab.join(a, router);
  router.speaker.announce({ prefixes: ['198.51.100.0/24'] });
  await lab.start(a, b, router);
  t.ok(await lab.until(() => best(b, '198.51.100.0/24') !== undefined));
  t.equal(best(b, '198.51.100.0/24')?.nextHop, '192.0.2.1');
  t.equal(a.speaker.updatePeer(peerOf(b)), 'live');
  t.ok(await lab.until(() => best(b, '198.51.100.0/24')?.nextHop === '192.0.2.9'));
  t.equal(statusOf(b, a).flaps, 0);
});

t.test(
  'an external peer without a policy exchanges nothing (RFC 8212), unless that is switched off',
  async (t) => {
    const lab = new Lab();
    const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
    left.speaker.addPeer({ address: right.address, remoteAs: right.as });
    right.speaker.addPeer(peerOf(left));
    left.speaker.announce({ prefixes: ['203.0.113.0/24'] });
    right.speaker.announce({ prefixes: ['198.51.100.0/24'] });
    await lab.start(left, right);
    t.ok(await lab.up(left, right));
    t.ok(await lab.until(() => prefixes(left.speaker.received(right.address)).length === 1));
    await lab.clock.runFor(5_000);
    t.equal(best(right, '203.0.113.0/24'), undefined);
    t.equal(best(left, '198.51.100.0/24'), undefined, 'it is kept to be shown, but not accepted');
    t.match(left.speaker.received(right.address).routes[0]?.paths[0], { accepted: false });

    const open = new Lab();
    const [one, other] = [
      open.speaker(1, 64512, { ebgpRequiresPolicy: false }),
      open.speaker(2, 64513, { ebgpRequiresPolicy: false }),
    ];
    one.speaker.addPeer({ address: other.address, remoteAs: other.as });
    other.speaker.addPeer({ address: one.address, remoteAs: one.as });
    one.speaker.announce({ prefixes: ['203.0.113.0/24'] });
    await open.start(one, other);
    t.ok(await open.until(() => best(other, '203.0.113.0/24') !== undefined));
  },
);

t.test('export policy: VIPs to external peers only, prepended, with communities', async (t) => {
  const lab = new Lab();
  const [a, b, router] = [lab.speaker(1, 64512), lab.speaker(2, 64512), lab.speaker(9, 64513)];
  const inside = policy('inside', [{ name: 'pods', match: { owner: ['pod-cidr'] }, action: 'accept' }]);
  const outside = policy('outside', [
    {
      name: 'vips',
      match: { source: 'local', owner: ['vip'] },
      action: 'accept',
      edits: { prepend: { as: 64512, count: 2 }, addCommunities: ['64512:7', 'no-export'], med: 30 },
    },
  ]);
  a.speaker.addPeer(peerOf(b, { exportPolicy: inside }));
  b.speaker.addPeer(peerOf(a));
  a.speaker.addPeer(peerOf(router, { exportPolicy: outside }));
  router.speaker.addPeer(peerOf(a));
  a.speaker.announce([
    { prefixes: ['10.48.1.0/24'], owner: 'pod-cidr' },
    { prefixes: ['10.64.0.10/32', '10.64.0.11/32'], owner: 'vip' },
  ]);
  await lab.start(a, b, router);
  t.ok(
    await lab.until(
      () => best(router, '10.64.0.10/32') !== undefined && best(b, '10.48.1.0/24') !== undefined,
    ),
  );
  await lab.clock.runFor(1_000);
  t.match(best(router, '10.64.0.10/32')?.attributes, {
    asPath: [{ type: 'sequence', ases: [64512, 64512, 64512] }],
    communities: [parseCommunity('64512:7'), parseCommunity('no-export')],
    med: 30,
  });
  t.equal(best(router, '10.48.1.0/24'), undefined);
  t.equal(best(b, '10.64.0.10/32'), undefined);
  t.same(prefixes(a.speaker.advertised(b.address)), ['10.48.1.0/24']);
  t.same(prefixes(a.speaker.advertised(router.address)), ['10.64.0.10/32', '10.64.0.11/32']);

  t.equal(a.speaker.announced().length, 3);
  t.same(
    a.speaker
      .announced('vip')
      .map((route) => route.prefix)
      .sort(),
    ['10.64.0.10/32', '10.64.0.11/32'],
  );
  a.speaker.withdraw(['10.64.0.10/32'], 'somebody else');
  a.speaker.withdrawOwner('vip');
  t.ok(await lab.until(() => best(router, '10.64.0.10/32') === undefined));
  t.ok(best(b, '10.48.1.0/24'));
});

t.test(
  'import policy: default routes and own VIPs are refused, and changing it needs no reset',
  async (t) => {
    const lab = new Lab();
    const [node, router] = [lab.speaker(1, 64512), lab.speaker(9, 64513)];
    const strict = policy('strict', [
      { name: 'no-default', match: { prefixes: ['0.0.0.0/0', '::/0'] }, action: 'reject' },
      { name: 'own-vips', match: { prefixes: [{ prefix: '10.64.0.0/16', le: 32 }] }, action: 'reject' },
      { name: 'rest', action: 'accept', edits: { localPref: 150 } },
    ]);
    node.speaker.addPeer(peerOf(router, { importPolicy: strict }));
    router.speaker.addPeer(peerOf(node));
    router.speaker.announce({ prefixes: ['0.0.0.0/0', '10.64.0.10/32', '198.51.100.0/24'] });
    await lab.start(node, router);
    t.ok(await lab.until(() => best(node, '198.51.100.0/24') !== undefined));
    await lab.clock.runFor(1_000);
    t.equal(best(node, '198.51.100.0/24')?.attributes.localPref, 150);
    t.equal(best(node, '0.0.0.0/0'), undefined);
    t.equal(best(node, '10.64.0.10/32'), undefined);
    t.match(statusOf(node, router).families, [{ received: 3, accepted: 1 }]);

    t.equal(node.speaker.updatePeer(peerOf(router, { importPolicy: acceptAll })), 'live');
    t.ok(await lab.until(() => best(node, '0.0.0.0/0') !== undefined));
    t.equal(statusOf(node, router).flaps, 0);
    node.speaker.updatePeer(peerOf(router, { importPolicy: strict }));
    t.ok(await lab.until(() => best(node, '0.0.0.0/0') === undefined), 'and back');
  },
);

t.test('an export policy that changes is applied to what was sent already', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right);
  left.speaker.announce({ prefixes: ['203.0.113.0/24', '203.0.114.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, '203.0.114.0/24') !== undefined));
  const half = policyFunction(
    'half',
    (route) => ({ action: route.prefix === '203.0.113.0/24' ? 'accept' : 'reject', statement: 'half' }),
    { reads: ['prefix'] },
  );
  t.equal(left.speaker.updatePeer(peerOf(right, { exportPolicy: half })), 'live');
  t.ok(await lab.until(() => best(right, '203.0.114.0/24') === undefined));
  t.ok(best(right, '203.0.113.0/24'));
});

t.test('a sink gets the table that is there, then changes, with equal-cost next hops', async (t) => {
  const lab = new Lab();
  const node = lab.speaker(1, 64512, { maximumPaths: 4 });
  const routers = [lab.speaker(8, 64513), lab.speaker(9, 64513)] as const;
  for (const router of routers) {
    lab.join(node, router, { families: both });
    router.speaker.announce({ prefixes: ['198.51.100.0/24', '2001:db8:51::/48'] });
  }
  node.speaker.announce({ prefixes: ['10.48.1.0/24'] });
  await lab.start(node, ...routers);
  t.ok(await lab.until(() => best(node, '2001:db8:51::/48') !== undefined));
  await lab.clock.runFor(1_000);

  const sink = new TextSink();
  const remove = node.speaker.addRouteSink(sink);
  t.ok(await lab.until(() => sink.synced.length === 2));
  t.same([...sink.table].sort(), [
    ['10.48.1.0/24', 'local'],
    ['198.51.100.0/24', '192.0.2.8 192.0.2.9'],
    ['2001:db8:51::/48', '2001:db8::8 2001:db8::9'],
  ]);
  routers[0].speaker.withdraw(['198.51.100.0/24']);
  t.ok(await lab.until(() => sink.table.get('198.51.100.0/24') === '192.0.2.9'));
  routers[1].speaker.withdraw(['198.51.100.0/24']);
  t.ok(await lab.until(() => !sink.table.has('198.51.100.0/24')));

  const onlyIpv6 = new TextSink();
  node.speaker.addRouteSink(onlyIpv6, { families: ['ipv6-unicast'] });
  t.ok(await lab.until(() => onlyIpv6.synced.length === 1));
  t.same([...onlyIpv6.table.keys()], ['2001:db8:51::/48']);

  remove();
  const before = sink.batches;
  routers[0].speaker.announce({ prefixes: ['198.51.100.0/24'] });
  t.ok(await lab.until(() => best(node, '198.51.100.0/24') !== undefined));
  t.equal(sink.batches, before, 'nothing comes after it was removed');
});

t.test('End-of-RIB is told once for each family', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  lab.join(left, right, { families: both });
  await lab.start(left, right);
  t.ok(await lab.until(() => left.events.length === 3));
  t.same(left.events, [
    'established 192.0.2.2',
    'end-of-rib 192.0.2.2 ipv4-unicast',
    'end-of-rib 192.0.2.2 ipv6-unicast',
  ]);
  t.match(statusOf(left, right).families, [{ endOfRib: true }, { endOfRib: true }]);
});

t.test('bad prefixes and attributes are told with their place, and nothing is announced', async (t) => {
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  t.throws(() => speaker.announce({ prefixes: ['203.0.113.0/24', '203.0.113.1/24'] }), {
    code: 'BGP_ERR_PREFIX',
    message: /203\.0\.113\.0\/24/,
  });
  t.throws(() => speaker.announce({ prefixes: ['203.0.113.0/24'], attributes: { med: -1 } }), {
    code: /^BGP_ERR_/,
    message: /-1/,
  });
  t.throws(() => speaker.announce({ prefixes: ['203.0.113.0/24'], nextHop: 'router' }), {
    code: /^BGP_ERR_/,
  });
  t.throws(() => speaker.announce([{ prefixes: ['203.0.113.0/24'] }, { prefixes: ['203.0.114.0'] }]), {
    code: 'BGP_ERR_PREFIX',
  });
  t.same(speaker.announced(), []);
});

t.test('a table is paged', async (t) => {
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  const many = Array.from({ length: 250 }, (_, i) => `10.0.${i}.0/24`);
  speaker.announce({ prefixes: many });
  await lab.clock.settle();
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = speaker.rib({ limit: 100, ...(after !== undefined && { after }) });
    t.ok(page.routes.length <= 100);
    seen.push(...prefixes(page));
    after = page.next;
  } while (after !== undefined);
  t.same(new Set(seen), new Set(many));
  t.equal(seen.length, 250);
  t.same(prefixes(speaker.rib({ prefix: '10.0.7.9' })), ['10.0.7.0/24'], 'an address finds what covers it');
});
