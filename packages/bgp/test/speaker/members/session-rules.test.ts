import t from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { policyFunction } from '../../../src/policy/compile.js';
import { routeEdits } from '../../../src/policy/edits.js';
import { SessionRules } from '../../../src/speaker/members/session-rules.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { FarEnd, type HeldRoute, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
type Options = Partial<PeerConfig>;

/** A far end whose session has these options. */
function end(address: string, as: number, options: Options): FarEnd {
  const settings = peerSettings({ address, remoteAs: as, ...options }, LOCAL_AS);
  const rules = SessionRules.of(settings, LOCAL_AS);
  const localAs = settings.localAs?.as ?? LOCAL_AS;
  return new FarEnd(address, as, { rules, localAs });
}

/** What becomes of a route on its way from one external peer to another; with the reason where it is refused. */
function passed(
  attributes: PathAttributes,
  from: Options = {},
  to: Options = {},
  toAs = 64_602,
): { readonly route: HeldRoute | undefined; readonly reason: string | undefined } {
  const p = pipeline();
  const a = end('10.0.0.1', 64_601, from).open(p);
  const b = end('10.0.0.2', toAs, to).open(p);
  a.announce(p, [P], attributes);
  settle(p);
  t.strictSame(b.problems, []);
  return { route: b.held.get(P), reason: p.received(a.index, {}).routes[0]?.paths[0]?.reason };
}

const asPath = (route: HeldRoute | undefined): readonly number[] | undefined =>
  route && (route.attributes.asPath ?? []).flatMap((segment) => segment.ases);

t.test('without any of it there are no rules', async (t) => {
  const settings = peerSettings({ address: '10.0.0.1', remoteAs: 64_601 }, LOCAL_AS);
  t.equal(SessionRules.of(settings, LOCAL_AS), null);
});

t.test('a local AS stands in front of what comes and what goes, as configured', async (t) => {
  t.same(asPath(passed(path(64_601), {}, { localAs: 64_700 }).route), [64_700, LOCAL_AS, 64_601]);
  t.same(
    asPath(passed(path(64_601), {}, { localAs: { as: 64_700, replaceAs: true } }).route),
    [64_700, 64_601],
  );
  t.same(asPath(passed(path(64_601), { localAs: 64_700 }).route), [LOCAL_AS, 64_700, 64_601]);
  t.same(asPath(passed(path(64_601), { localAs: { as: 64_700, noPrepend: true } }).route), [
    LOCAL_AS,
    64_601,
  ]);
});

t.test('loops are seen by the local AS and by the own one', async (t) => {
  for (const as of [64_700, LOCAL_AS]) {
    const { route, reason } = passed(path(64_601, as), { localAs: 64_700 });
    t.equal(route, undefined);
    t.match(reason, `it has our AS ${as}`);
  }
});

t.test('our own AS is allowed so often, and not once more', async (t) => {
  t.equal(passed(path(64_601, LOCAL_AS)).route, undefined);
  t.ok(passed(path(64_601, LOCAL_AS), { allowOwnAs: 1 }).route);
  t.equal(passed(path(64_601, LOCAL_AS, LOCAL_AS), { allowOwnAs: 1 }).route, undefined);
  t.ok(passed(path(64_601, LOCAL_AS, LOCAL_AS), { allowOwnAs: 2 }).route);
});

t.test('AS override sends ours for each of the peer', async (t) => {
  t.same(asPath(passed(path(64_601, 64_602, 7, 64_602), {}, { asOverride: true }).route), [
    LOCAL_AS,
    64_601,
    LOCAL_AS,
    7,
    LOCAL_AS,
  ]);
});

t.test('private ASes are removed or replaced, but never the one of the peer', async (t) => {
  const long = path(64_601, 7, 4_200_000_000, 64_602, 65_534, 65_535, 8);
  t.same(asPath(passed(long, {}, { removePrivateAs: 'all' }).route), [LOCAL_AS, 7, 64_602, 65_535, 8]);
  t.same(asPath(passed(long, {}, { removePrivateAs: 'replace' }).route), [
    LOCAL_AS,
    LOCAL_AS,
    7,
    LOCAL_AS,
    64_602,
    LOCAL_AS,
    65_535,
    8,
  ]);
  t.same(
    asPath(passed(long, {}, { removePrivateAs: 'replace', asOverride: true }).route),
    [LOCAL_AS, LOCAL_AS, 7, LOCAL_AS, LOCAL_AS, LOCAL_AS, 65_535, 8],
    'together with AS override',
  );
  const { route } = passed(path(64_601), {}, { removePrivateAs: 'all' });
  t.same(route?.attributes.asPath, [{ type: 'sequence', ases: [LOCAL_AS] }], 'no empty segment is left');
});

t.test('a route server leaves the next hop as it is', async (t) => {
  t.equal(passed(path(64_601)).route?.nextHop, '10.0.0.254');
  t.equal(passed(path(64_601), {}, { nextHopUnchanged: true }).route?.nextHop, '10.0.0.1');
});

t.test('OTC is added on the way in from a provider, a peer and a route server', async (t) => {
  for (const role of ['customer', 'peer', 'route-server-client'] as const) {
    t.equal(passed(path(64_601), { role }).route?.attributes.onlyToCustomer, 64_601, role);
  }
  for (const role of ['provider', 'route-server'] as const) {
    t.equal(passed(path(64_601), { role }).route?.attributes.onlyToCustomer, undefined, role);
  }
});

t.test('OTC from a customer or client is a leak, from a peer when it is not its own', async (t) => {
  const sent = (as: number): PathAttributes => ({ ...path(64_601), onlyToCustomer: as });
  for (const role of ['provider', 'route-server'] as const) {
    const { route, reason } = passed(sent(64_601), { role });
    t.equal(route, undefined);
    t.match(reason, /route leak.*RFC 9234/);
  }
  t.equal(passed(sent(64_999), { role: 'peer' }).route, undefined);
  t.equal(passed(sent(64_601), { role: 'peer' }).route?.attributes.onlyToCustomer, 64_601);
  t.equal(
    passed(sent(64_999), { role: 'customer' }).route?.attributes.onlyToCustomer,
    64_999,
    'kept as it came',
  );
  t.equal(passed(sent(64_999)).route?.attributes.onlyToCustomer, 64_999, 'without roles it passes');
});

t.test(
  'OTC is added on the way to a customer, a peer and a client, and keeps a route from all others',
  async (t) => {
    for (const role of ['provider', 'peer', 'route-server'] as const) {
      t.equal(passed(path(64_601), {}, { role }).route?.attributes.onlyToCustomer, LOCAL_AS, role);
    }
    for (const role of ['customer', 'route-server-client'] as const) {
      t.equal(passed(path(64_601), {}, { role }).route?.attributes.onlyToCustomer, undefined, role);
    }
    const marked = { ...path(64_601), onlyToCustomer: 9 };
    for (const role of ['customer', 'peer', 'route-server-client'] as const) {
      t.equal(passed(marked, {}, { role }).route, undefined, role);
    }
    for (const role of ['provider', 'route-server'] as const) {
      t.equal(passed(marked, {}, { role }).route?.attributes.onlyToCustomer, 9, role);
    }
    const ofLocalAs = passed(path(64_601), {}, { role: 'provider', localAs: 64_700 }).route;
    t.equal(ofLocalAs?.attributes.onlyToCustomer, 64_700, 'the AS that the peer knows');
  },
);

t.test('a customer of two providers passes nothing from one to the other', async (t) => {
  t.equal(passed(path(64_601), { role: 'customer' }, { role: 'customer' }).route, undefined);
  t.ok(passed(path(64_601), { role: 'customer' }, { role: 'provider' }).route);
  t.ok(passed(path(64_601), { role: 'provider' }, { role: 'customer' }).route);
});

t.test('sessions with equal rules share a group, others do not', async (t) => {
  const p = pipeline();
  const a = end('10.0.0.1', 64_601, {}).open(p);
  const sharing = [2, 3].map((n) => end(`10.0.0.${n}`, 64_600 + n, { role: 'provider' }).open(p));
  const plain = end('10.0.0.4', 64_604, {}).open(p);
  settle(p);
  a.announce(p, [P], path(64_601));
  settle(p);
  t.equal(sharing[0]!.blocks.at(-1), sharing[1]!.blocks.at(-1), 'one block for both');
  t.equal(plain.held.get(P)?.attributes.onlyToCustomer, undefined);
});

t.test('what does not fit together is refused with its place', async (t) => {
  const rows: readonly [Options, RegExp][] = [
    [{ role: 'upstream' as 'peer' }, /role/],
    [{ strictRole: true }, /strictRole/],
    [{ remoteAs: LOCAL_AS, role: 'peer' }, /role/],
    [{ remoteAs: LOCAL_AS, asOverride: true }, /asOverride/],
    [{ remoteAs: LOCAL_AS, nextHopUnchanged: true }, /nextHopUnchanged/],
    [{ localAs: LOCAL_AS }, /localAs/],
    [{ localAs: 64_601 }, /localAs/],
    [{ localAs: { as: 0 } }, /localAs/],
    [{ allowOwnAs: 11 }, /allowOwnAs/],
    [{ removePrivateAs: 'some' as 'all' }, /removePrivateAs/],
  ];
  for (const [options, at] of rows) {
    const config = { address: '10.0.0.1', remoteAs: 64_601, ...options };
    t.throws(
      () => peerSettings(config, LOCAL_AS),
      { code: 'BGP_ERR_CONFIG', path: at },
      JSON.stringify(options),
    );
  }
});

t.test(
  'paths with an AS_SET or AS_CONFED_SET are refused where it is asked for, and passed on where not',
  async (t) => {
    const sets = (...types: ('set' | 'confed-set')[]): PathAttributes => ({
      origin: 'igp',
      asPath: [{ type: 'sequence', ases: [64_601] }, ...types.map((type) => ({ type, ases: [7, 8] }))],
    });
    const { route, reason } = passed(sets('set'), { refuseAsSets: true });
    t.equal(route, undefined);
    t.equal(reason, 'AS path has a set (RFC 9774)');
    t.ok(passed(sets('set')).route);
    t.ok(passed(sets(), { refuseAsSets: true }).route);

    const p = pipeline();
    const { rules } = end('10.0.0.1', LOCAL_AS, { refuseAsSets: true }).peer;
    const inside = new FarEnd('10.0.0.1', LOCAL_AS, { rules: rules ?? null }).open(p);
    const other = new FarEnd('10.0.0.2', 64_602).open(p);
    inside.announce(p, [P], path(7));
    settle(p);
    t.ok(other.held.get(P));
    inside.announce(p, [P], sets('confed-set'));
    settle(p);
    t.equal(other.held.get(P), undefined, 'as if it were withdrawn (RFC 9774)');
  },
);

t.test('`self` in edits is our AS as the peer of that session sees it', async (t) => {
  const p = pipeline();
  const edits = routeEdits({ replaceAses: { ases: ['1-9'], with: 'self' } });
  const policy = policyFunction('own', () => ({ action: 'accept', statement: 's', edits }), { reads: [] });
  const [a, c] = [64_700, 4_200_000_700].map((localAs, i) => {
    const settings = peerSettings(
      { address: `10.0.0.${i + 3}`, remoteAs: 64_601, localAs: { as: localAs, noPrepend: true } },
      LOCAL_AS,
    );
    const rules = SessionRules.of(settings, LOCAL_AS);
    return new FarEnd(`10.0.0.${i + 3}`, 64_601, { rules, localAs, importPolicy: policy }).open(p);
  });
  const b = end('10.0.0.2', 64_602, {}).open(p);
  const prefixes = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '192.0.3.0/24'];
  for (const [i, prefix] of prefixes.entries()) (i % 2 === 0 ? a : c)?.announce(p, [prefix], path(64_601, 7));
  settle(p);
  t.same(
    prefixes.map((prefix) => asPath(b.held.get(prefix))),
    [64_700, 4_200_000_700, 64_700, 4_200_000_700].map((own) => [LOCAL_AS, 64_601, own]),
    'the same policy and attributes, and an answer of each session',
  );
});

t.test('OTC of a policy marks routes for peers without a role only (RFC 9234 §5)', async (t) => {
  const edits = routeEdits({ onlyToCustomer: 7 });
  const exportPolicy = policyFunction('mark', () => ({ action: 'accept', statement: 's', edits }));
  const otc = (role: Options, attributes: PathAttributes = path(64_601)) => {
    const p = pipeline();
    const a = end('10.0.0.1', 64_601, {}).open(p);
    const settings = peerSettings({ address: '10.0.0.2', remoteAs: 64_602, ...role }, LOCAL_AS);
    const rules = SessionRules.of(settings, LOCAL_AS);
    const b = new FarEnd('10.0.0.2', 64_602, { rules, exportPolicy }).open(p);
    a.announce(p, [P], attributes);
    settle(p);
    const held = b.held.get(P);
    return held && (held.attributes.onlyToCustomer ?? null);
  };
  t.equal(otc({}), 7);
  t.equal(otc({}, { ...path(64_601), onlyToCustomer: 3 }), 3, 'what is there is preserved');
  t.equal(otc({ role: 'customer' }), null, 'to our provider it would be a leak');
  t.equal(otc({ role: 'provider' }), LOCAL_AS, 'to a customer the role sets ours');
});
