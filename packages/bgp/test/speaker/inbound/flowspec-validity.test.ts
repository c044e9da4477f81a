import t from 'tap';
import { type Family, parseFamily } from '../../../src/net/family.js';
import { rejectAll } from '../../../src/policy/defaults.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const flow4 = parseFamily('ipv4-flowspec');
const flow6 = parseFamily('ipv6-flowspec');
const vpnFlow4 = parseFamily('vpnv4-flowspec');
const strict = { flowspecValidation: 'strict', vpnFlowspecValidation: 'strict' } as const;

const to = (prefix: string, family: Family = flow4): string =>
  nlriHex(family, { components: [{ type: 'destination-prefix', prefix }] });

/** A customer with a session for unicast and one for flow specifications, and somebody who is told of what is chosen. */
function customers(p: Pipeline, family: Family = flow4, overrides: Partial<PipelinePeer> = {}) {
  const routes = new FarEnd('10.0.0.1', 64_601).open(p);
  const flows = new OpaqueEnd('10.0.0.1', 64_601, family, { ...strict, ...overrides }).open(p);
  const other = new FarEnd('10.0.0.2', 64_602).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, family).open(p);
  settle(p);
  return { routes, flows, other, target };
}

const reasons = (p: Pipeline, { index }: OpaqueEnd, family: Family = flow4): string[] =>
  p.received(index, { family: family.name }).routes.flatMap(({ paths }) => paths.map(({ reason }) => reason));

t.test(
  'a flow specification is chosen while the unicast route to its destination is of its peer',
  async (t) => {
    const p = pipeline();
    const { routes, flows, other, target } = customers(p);
    flows.announce(p, [to('10.5.0.0/24')], path(64_601), '');
    settle(p);
    t.same(target.hexes(), [], 'it is not known where the traffic goes');
    t.match(reasons(p, flows), [/no unicast route covers/]);
    t.match(p.counts(flows.index, flow4), { received: 1, accepted: 0 });

    routes.announce(p, ['10.0.0.0/8'], path(64_601));
    settle(p);
    t.same(target.hexes(), [to('10.5.0.0/24')], 'the covering route came');

    other.announce(p, ['10.5.0.0/16'], path(64_602));
    settle(p);
    t.same(target.hexes(), [], 'a longer covering route is of another');
    t.match(reasons(p, flows), [/another originator/]);
    other.withdraw(p, ['10.5.0.0/16']);
    settle(p);
    t.same(target.hexes(), [to('10.5.0.0/24')], 'and goes');

    other.announce(p, ['10.0.0.0/8'], path(64_602));
    routes.announce(p, ['10.0.0.0/8'], path(64_601, 64_700));
    settle(p);
    t.same(target.hexes(), [], 'a better path of the covering route is of another');
    routes.withdraw(p, ['10.0.0.0/8']);
    other.withdraw(p, ['10.0.0.0/8']);
    settle(p);
    t.match(reasons(p, flows), [/no unicast route covers/]);
    t.same(target.problems, []);
  },
);

t.test('a more specific unicast route of another neighbouring AS makes it infeasible', async (t) => {
  const p = pipeline();
  const { routes, flows, other, target } = customers(p);
  // Those that are there before are looked through, those that come later are noticed.
  other.announce(p, ['10.5.0.128/25'], path(64_602));
  routes.announce(p, ['10.5.0.0/24', '10.5.0.0/26'], path(64_601));
  settle(p);
  flows.announce(p, [to('10.5.0.0/24'), to('10.5.0.0/25')], path(64_601), '');
  settle(p);
  t.same(target.hexes(), [to('10.5.0.0/25')], 'more specific ones of its own do no harm');
  t.ok(reasons(p, flows).some((reason) => /another neighbouring AS/.test(reason)));
  other.withdraw(p, ['10.5.0.128/25']);
  settle(p);
  t.equal(target.held.size, 2);
  other.announce(p, ['10.5.0.1/32'], path(64_602));
  settle(p);
  t.equal(target.held.size, 0);
  routes.announce(p, ['10.5.0.1/32'], path(64_601));
  other.announce(p, ['10.5.0.1/32'], path(64_602, 64_700));
  settle(p);
  t.equal(target.held.size, 2, 'the one of its own is chosen now');
  p.closePeer(routes.index);
  settle(p);
  t.equal(target.held.size, 0, 'its unicast session is lost');
  flows.withdraw(p, [to('10.5.0.0/24'), to('10.5.0.0/25')]);
  settle(p);
  t.match(
    p.totals().families.find((one) => one.family === flow4.name),
    { prefixes: 0, paths: 0 },
  );
});

t.test('the AS path of an external peer begins as that of the unicast route', async (t) => {
  const p = pipeline();
  const { routes, flows, target } = customers(p);
  routes.announce(p, ['10.5.0.0/24'], path(64_601, 64_700));
  flows.announce(p, [to('10.5.0.0/24')], path(64_602, 64_700), '');
  settle(p);
  t.match(reasons(p, flows), [/does not begin as/]);
  flows.announce(p, [to('10.5.0.0/24')], path(), '');
  settle(p);
  t.match(reasons(p, flows), [/does not begin as/], 'an empty path proves nothing of an external peer');
  p.announce({ prefixes: ['10.5.0.0/24'] });
  settle(p);
  t.match(reasons(p, flows), [/does not begin as/], 'not even where the route is ours');
  p.withdraw(['10.5.0.0/24']);
  flows.announce(p, [to('10.5.0.0/24')], path(64_601, 64_800), '');
  settle(p);
  t.equal(target.held.size, 1);
});

t.test('without a destination it is feasible where that is configured', async (t) => {
  const web = nlriHex(flow4, {
    components: [{ type: 'destination-port', tests: [{ and: false, op: '==', value: 80 }] }],
  });
  for (const [mode, count] of [
    ['strict', 0],
    ['destination-optional', 1],
    ['none', 1],
  ] as const) {
    const p = pipeline();
    const { flows, target } = customers(p, flow4, { flowspecValidation: mode });
    flows.announce(p, [web], path(64_601), '');
    settle(p);
    t.equal(target.held.size, count, mode);
    if (count === 0) t.match(reasons(p, flows), [/without a destination prefix/]);
  }
});

t.test('an internal peer may speak for its own domain, and a reflector for the originator', async (t) => {
  const p = pipeline();
  const routes = new FarEnd('10.0.0.1', LOCAL_AS).open(p);
  const flows = new OpaqueEnd('10.0.0.9', LOCAL_AS, flow4, strict).open(p);
  const edge = new FarEnd('10.0.0.2', 64_602).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, flow4).open(p);
  flows.announce(p, [to('10.5.0.0/24')], { ...path(), localPref: 100 }, '');
  settle(p);
  t.equal(target.held.size, 1, 'an empty AS path');
  edge.announce(p, ['10.5.0.0/16'], path(64_602));
  settle(p);
  t.equal(target.held.size, 1, 'whoever the traffic goes to');
  edge.announce(p, ['10.5.0.1/32'], path(64_602));
  settle(p);
  t.equal(target.held.size, 1, 'the more specific one is of the same AS');
  edge.withdraw(p, ['10.5.0.0/16']);
  settle(p);
  t.equal(target.held.size, 0, 'only a more specific one is there');
  edge.withdraw(p, ['10.5.0.1/32']);

  const from = { ...path(64_700), localPref: 100, originatorId: '192.0.2.1', clusterList: ['192.0.2.9'] };
  routes.announce(p, ['10.6.0.0/24'], from);
  flows.announce(p, [to('10.6.0.0/24')], from, '');
  flows.announce(p, [to('10.6.0.0/25')], { ...from, originatorId: '192.0.2.2' }, '');
  settle(p);
  t.same(target.hexes(), [to('10.5.0.0/24'), to('10.6.0.0/24')].sort());
  routes.announce(p, ['10.6.0.0/24'], { ...path(64_700), localPref: 100 });
  flows.announce(p, [to('10.6.0.0/25')], { ...from, originatorId: '0.0.0.1' }, '');
  settle(p);
  t.same(
    target.hexes(),
    [to('10.5.0.0/24'), to('10.6.0.0/25')].sort(),
    'the originator itself told the route',
  );
  t.same(target.problems, []);
});

t.test('IPv6 destinations are held against IPv6 routes, and a pattern with an offset is none', async (t) => {
  const p = pipeline();
  const { routes, flows, other, target } = customers(p, flow6);
  const offset = nlriHex(flow6, {
    components: [{ type: 'destination-prefix', prefix: '::1234:0:0/96', offset: 64 }],
  });
  const wanted = to('2001:db8:5::/61', flow6);
  flows.announce(p, [wanted, offset], path(64_601), '');
  routes.announce(p, ['2001:db8::/32', '::/0'], path(64_601), '2001:db8::1');
  settle(p);
  t.same(target.hexes(), [wanted]);
  t.ok(reasons(p, flows, flow6).includes('flow specification without a destination prefix (RFC 8955 §6)'));
  other.announce(p, ['2001:db8:5:7::/64'], path(64_602), '2001:db8::2');
  settle(p);
  t.same(target.hexes(), []);
  other.withdraw(p, ['2001:db8:5:7::/64']);
  other.announce(p, ['2001:db8:5:8::/64'], path(64_602), '2001:db8::2');
  settle(p);
  t.same(target.hexes(), [wanted], 'one beside it');
  other.announce(p, ['2001:db8:5::/48'], path(64_602), '2001:db8::2');
  settle(p);
  t.same(target.hexes(), [], 'a longer covering one');
});

t.test('what import policy rejects, and peers that are not asked, stay as they were', async (t) => {
  const p = pipeline();
  const { routes, flows, target } = customers(p);
  routes.announce(p, ['10.5.0.0/24'], path(64_601));
  flows.announce(p, [to('10.5.0.0/24')], path(64_601), '');
  settle(p);
  t.equal(target.held.size, 1);
  p.setPolicies(flows.index, { importPolicy: rejectAll, exportPolicy: null });
  settle(p);
  t.equal(target.held.size, 0);
  p.setPolicies(flows.index, { importPolicy: null, exportPolicy: null });
  settle(p);
  t.equal(target.held.size, 1);
});

t.test('a route that comes while the table is looked through is counted once', async (t) => {
  const p = pipeline({ stepSize: 1 });
  const { routes, flows, other, target } = customers(p);
  routes.announce(p, ['10.5.0.0/24', '10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24'], path(64_601));
  settle(p);
  flows.announce(p, [to('10.5.0.0/24')], path(64_601), '');
  p.work(() => true);
  t.match(reasons(p, flows), [/being looked through/]);
  other.announce(p, ['10.5.0.128/25'], path(64_602));
  settle(p);
  t.same(target.hexes(), []);
  t.match(reasons(p, flows), [/another neighbouring AS/]);
  other.withdraw(p, ['10.5.0.128/25']);
  settle(p);
  t.same(target.hexes(), [to('10.5.0.0/24')]);
});

t.test('the local domain may be a confederation, and a set is no leftmost AS', async (t) => {
  const p = pipeline();
  const flows = new OpaqueEnd('10.0.0.1', LOCAL_AS, flow4, strict).open(p);
  const outside = new OpaqueEnd('10.0.0.2', 64_602, flow4, strict).open(p);
  const routes = new FarEnd('10.0.0.2', 64_602).open(p);
  const confed = {
    ...path(),
    asPath: [{ type: 'confed-sequence', ases: [65_001, 65_002] }],
    localPref: 100,
  } as const;
  flows.announce(p, [to('10.5.0.0/24')], confed, '');
  flows.announce(
    p,
    [to('10.6.0.0/24')],
    { ...confed, asPath: [...confed.asPath, { type: 'sequence', ases: [64_700] }] },
    '',
  );
  settle(p);
  t.equal(p.counts(flows.index, flow4).accepted, 1, 'RFC 9117 §4.1 b.2: without an AS outside of it');
  t.ok(reasons(p, flows).includes('no unicast route covers its destination (RFC 9117 §4.1)'));

  const set = { ...path(), asPath: [{ type: 'set', ases: [64_602] }] } as const;
  routes.announce(p, ['10.7.0.0/24'], set);
  outside.announce(p, [to('10.7.0.0/24')], set, '');
  settle(p);
  t.match(reasons(p, outside), [/does not begin as/], 'RFC 9117 §4.2');
});

const TARGET = '0002fde900000064';
const OTHER_TARGET = '0002fde9000000c8';

const withTargets = (as: number, ...extendedCommunities: string[]) => ({ ...path(as), extendedCommunities });

const inVpn = (rd: string, prefix: string, labels = [100]): string =>
  nlriHex(parseFamily('vpnv4-unicast'), { rd, prefix, labels });

const ruleIn = (rd: string, prefix: string): string =>
  nlriHex(vpnFlow4, { rd, components: [{ type: 'destination-prefix', prefix }] });

const HOP = '00000000000000000a000001';

t.test('one of a VPN is held against the routes of its route distinguisher', async (t) => {
  const p = pipeline();
  const vpn4 = parseFamily('vpnv4-unicast');
  const routes = new OpaqueEnd('10.0.0.1', 64_601, vpn4).open(p);
  const other = new OpaqueEnd('10.0.0.2', 64_602, vpn4).open(p);
  const { flows, target } = customers(p, vpnFlow4);
  const rule = ruleIn('65001:1', '10.5.0.0/24');
  flows.announce(p, [rule], withTargets(64_601, TARGET), '');
  new FarEnd('10.0.0.1', 64_601).open(p).announce(p, ['10.5.0.0/16'], path(64_601));
  routes.announce(p, [inVpn('65001:2', '10.5.0.0/16')], withTargets(64_601, TARGET), HOP);
  settle(p);
  t.same(target.hexes(), [], 'plain routes and those of other VPNs say nothing of it');

  routes.announce(p, [inVpn('65001:1', '10.0.0.0/8')], withTargets(64_601, TARGET, OTHER_TARGET), HOP);
  settle(p);
  t.same(target.hexes(), [rule], 'whatever the label');
  other.announce(p, [inVpn('65001:1', '10.5.0.0/23', [7])], withTargets(64_602, TARGET), HOP);
  settle(p);
  t.match(reasons(p, flows, vpnFlow4), [/another originator/]);
  other.withdraw(p, [inVpn('65001:1', '10.5.0.0/23')]);
  other.announce(p, [inVpn('65001:1', '10.5.0.64/26')], withTargets(64_602, TARGET), HOP);
  settle(p);
  t.match(reasons(p, flows, vpnFlow4), [/another neighbouring AS/]);
  other.withdraw(p, [inVpn('65001:1', '10.5.0.64/26')]);
  settle(p);
  t.same(target.hexes(), [rule]);
  p.closePeer(routes.index);
  settle(p);
  t.match(reasons(p, flows, vpnFlow4), [/no unicast route covers/]);
  t.same(target.problems, []);
});

t.test('a route covers one of a VPN only with all of its route targets', async (t) => {
  const p = pipeline();
  const vpn4 = parseFamily('vpnv4-unicast');
  const victim = new OpaqueEnd('10.0.0.2', 64_602, vpn4).open(p);
  const routes = new OpaqueEnd('10.0.0.1', 64_601, vpn4).open(p);
  const { flows, target } = customers(p, vpnFlow4);
  victim.announce(p, [inVpn('65001:1', '10.0.0.0/8')], withTargets(64_602, TARGET), HOP);
  routes.announce(p, [inVpn('65001:1', '10.5.0.0/24')], withTargets(64_601, OTHER_TARGET), HOP);
  const rule = ruleIn('65001:1', '10.5.0.0/24');
  flows.announce(p, [rule], withTargets(64_601, TARGET), '');
  settle(p);
  t.match(reasons(p, flows, vpnFlow4), [/another originator/], 'who imports the rule has not its own route');
  routes.announce(p, [inVpn('65001:1', '10.5.0.0/24')], withTargets(64_601, OTHER_TARGET, TARGET), HOP);
  settle(p);
  t.same(target.hexes(), [rule]);
  flows.announce(p, [rule], withTargets(64_601), '');
  victim.withdraw(p, [inVpn('65001:1', '10.0.0.0/8')]);
  routes.announce(p, [inVpn('65001:1', '10.5.0.0/24')], withTargets(64_601), HOP);
  settle(p);
  t.same(target.hexes(), [rule], 'without any target nobody imports either');
});

t.test('those of VPNs over IPv6 are held against VPN routes of IPv6', async (t) => {
  const p = pipeline();
  const family = parseFamily('vpnv6-flowspec');
  const vpn6 = parseFamily('vpnv6-unicast');
  const route = (prefix: string): string => nlriHex(vpn6, { rd: '65001:1', prefix, labels: [9] });
  const rule = nlriHex(family, {
    rd: '65001:1',
    components: [{ type: 'destination-prefix', prefix: '2001:db8:5::/61' }],
  });
  const routes = new OpaqueEnd('10.0.0.1', 64_601, vpn6).open(p);
  const other = new OpaqueEnd('10.0.0.2', 64_602, vpn6).open(p);
  const { flows, target } = customers(p, family);
  const hop = '0000000000000000'.padEnd(48, '1');
  flows.announce(p, [rule], withTargets(64_601, TARGET), '');
  routes.announce(p, [route('::/0'), route('2001:db8::/33')], withTargets(64_601, TARGET), hop);
  settle(p);
  t.same(target.hexes(), [rule]);
  other.announce(p, [route('2001:db8:5:7::/64')], withTargets(64_602, TARGET), hop);
  settle(p);
  t.same(target.hexes(), []);
  other.announce(p, [route('2001:db8:5:7::/64')], withTargets(64_601, TARGET), hop);
  settle(p);
  t.same(target.hexes(), [rule]);
});

t.test('by default those of VPNs are accepted, as remote PEs tell them', async (t) => {
  const p = pipeline();
  const { flows, target } = customers(p, vpnFlow4, { ...strict, vpnFlowspecValidation: 'none' });
  flows.announce(p, [ruleIn('65001:1', '10.5.0.0/24')], withTargets(64_601, TARGET), '');
  settle(p);
  t.equal(target.held.size, 1);
});

/** How many rules more, or fewer, were accepted after each turn until nothing was left to do. */
function acceptedPerTurn(p: Pipeline, { index }: OpaqueEnd): number[] {
  const changes: number[] = [];
  for (let isMore = true, before = p.counts(index, flow4).accepted; isMore; ) {
    isMore = p.work(() => true);
    const { accepted } = p.counts(index, flow4);
    changes.push(Math.abs(accepted - before));
    before = accepted;
  }
  return changes;
}

t.test('a turn judges a bounded number of rules, of one destination and of many', async (t) => {
  const [most, count] = [16, 200];
  const web = (i: number): string =>
    nlriHex(flow4, {
      components: [
        { type: 'destination-prefix', prefix: '10.5.0.0/24' },
        { type: 'destination-port', tests: [{ and: false, op: '==', value: i }] },
      ],
    });
  const host = (i: number): string => to(`10.5.${i}.0/24`);
  for (const [name, nlri] of [
    ['of one', web],
    ['of many', host],
  ] as const) {
    const p = pipeline({ stepSize: most });
    const { routes, flows } = customers(p);
    flows.announce(
      p,
      Array.from({ length: count }, (_, i) => nlri(i + 1)),
      path(64_601),
      '',
    );
    settle(p);
    t.equal(p.counts(flows.index, flow4).accepted, 0);
    for (const change of ['announce', 'withdraw'] as const) {
      if (change === 'announce') routes.announce(p, ['10.0.0.0/8'], path(64_601));
      else routes.withdraw(p, ['10.0.0.0/8']);
      const turns = acceptedPerTurn(p, flows);
      const sum = turns.reduce((x, y) => x + y);
      t.equal(sum, count, `${name}: all after ${change}`);
      t.ok(Math.max(...turns) <= most, `${name}: at most ${Math.max(...turns)} a turn`);
    }
  }
});
