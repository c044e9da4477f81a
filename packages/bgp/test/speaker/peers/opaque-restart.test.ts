import t from 'tap';
import { parseFamily } from '../../../src/net/family.js';
import type { AnnouncedNlri, FamilyName } from '../../../src/speaker/settings/config.js';
import { Lab, type LabSpeaker, peerOf, statusOf } from '../lab.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const LLGR_STALE = 0xffff0006;
const vpnv4 = parseFamily('vpnv4-unicast');

const vpn = (n: number, label: number): string =>
  nlriHex(vpnv4, { rd: '65000:1', labels: [label], prefix: `10.0.${n}.0/24` });
/** An inclusive multicast route (type 3) of that Ethernet tag. */
const evpn = (n: number): string => `03110000fde800000001${n.toString(16).padStart(8, '0')}20c0000207`;
/** To 192.0.N.0/24, TCP. */
const flow = (n: number): string => `080118c000${n.toString(16).padStart(2, '0')}038106`;

/** Of each family two destinations; `again`: the first as it is sent after a restart. */
const tables: readonly { family: FamilyName; both: readonly [string, string]; again: string; hop: string }[] =
  [
    {
      family: 'vpnv4-unicast',
      both: [vpn(1, 100), vpn(2, 100)],
      again: vpn(1, 200),
      hop: '0000000000000000c0000207',
    },
    { family: 'l2vpn-evpn', both: [evpn(1), evpn(2)], again: evpn(1), hop: 'c0000207' },
    { family: 'ipv4-flowspec', both: [flow(1), flow(2)], again: flow(1), hop: '' },
  ];
const families = tables.map(({ family }) => family);
const longLived = Object.fromEntries(families.map((family) => [family, 100]));
const gracefulRestart = { restartTime: 5, longLived } as const;

const everything = (): AnnouncedNlri[] =>
  tables.flatMap(({ family, both }) => both.map((hex) => ({ family, hex })));

/** How many destinations of each family have a best path. */
const counts = (at: LabSpeaker): number[] =>
  families.map((family) => at.speaker.rib({ family }).routes.filter((one) => one.paths[0]?.best).length);

const communities = (at: LabSpeaker): (readonly number[])[] =>
  families.map((family) => at.speaker.rib({ family }).routes[0]?.paths[0]?.attributes.communities ?? []);

/** `origin` tells `middle`, which tells one that knows long-lived routes and one that does not. */
async function world() {
  const lab = new Lab();
  const [middle, origin] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  const [knows, plain] = [lab.speaker(3, 64_514), lab.speaker(4, 64_515)];
  // There are no unicast routes that flow specifications could be held against.
  const flowspecValidation = 'none';
  lab.join(middle, origin, { families, flowspecValidation, gracefulRestart, connectRetryTime: 1 });
  lab.join(middle, knows, { families, flowspecValidation, gracefulRestart });
  lab.join(middle, plain, { families, flowspecValidation });
  origin.speaker.announce({ prefixes: [], nlri: everything() });
  await lab.start(middle, origin, knows, plain);
  if (!(await lab.until(() => [knows, plain].every((at) => counts(at).join() === '2,2,2'))))
    throw new Error('the routes did not come');
  const lose = () =>
    Promise.all([origin.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(4_000)]);
  return { lab, middle, origin, knows, plain, lose };
}

const stale = (at: LabSpeaker, of: LabSpeaker) => statusOf(at, of).families.map((one) => one.stale ?? 0);

t.test(
  'graceful restart keeps VPN, EVPN and flowspec routes, and sweeps what is not sent again',
  async (t) => {
    const { lab, middle, origin, knows, plain, lose } = await world();
    await lose();
    t.same(stale(middle, origin), [2, 2, 2]);
    for (const at of [middle, knows, plain]) t.same(counts(at), [2, 2, 2]);
    const next = lab.speaker(2, 64_513, { isNextLife: true, restarting: { forwarded: families } });
    next.speaker.addPeer(
      peerOf(middle, { families, flowspecValidation: 'none', gracefulRestart, connectRetryTime: 1 }),
    );
    next.speaker.announce({
      prefixes: [],
      nlri: tables.map(({ family, again }) => ({ family, hex: again })),
    });
    await lab.start(next);
    t.ok(await lab.until(() => statusOf(middle, origin).establishedCount === 2));
    t.ok(await lab.until(() => statusOf(middle, origin).gracefulRestart === undefined, 60_000));
    t.ok(await lab.until(() => [middle, knows, plain].every((at) => counts(at).join() === '1,1,1')));
    t.same(stale(middle, origin), [0, 0, 0]);
    t.match(
      knows.speaker.rib({ family: 'vpnv4-unicast' }).routes[0]?.prefix,
      /10\.0\.1\.0\/24/,
      'by its key',
    );
    t.match(
      JSON.stringify(knows.speaker.rib({ family: 'vpnv4-unicast' }).routes),
      /200/,
      'with its new label',
    );
  },
);

t.test('long-lived VPN, EVPN and flowspec routes are marked, kept from others, and go in time', async (t) => {
  const { lab, middle, origin, knows, plain, lose } = await world();
  await lose();
  await lab.clock.runFor(5_000);
  for (const at of [middle, knows]) {
    t.same(counts(at), [2, 2, 2]);
    t.same(communities(at), [[LLGR_STALE], [LLGR_STALE], [LLGR_STALE]]);
  }
  t.same(counts(plain), [0, 0, 0], 'RFC 9494 §4.3');
  const left = statusOf(middle, origin).gracefulRestart?.longLivedSecondsLeft;
  t.same(Object.keys(left ?? {}).sort(), [...families].sort());
  await lab.clock.runFor(100_000);
  for (const at of [middle, knows]) t.same(counts(at), [0, 0, 0]);
});

t.test('NO_LLGR holds for such routes too', async (t) => {
  const { lab, middle, origin, lose } = await world();
  origin.speaker.announce({
    prefixes: [],
    nlri: tables.map(({ family, both }) => ({ family, hex: both[0] })),
    attributes: { communities: [0xffff0007] },
  });
  await lab.clock.runFor(1_000);
  await lose();
  t.same(counts(middle), [2, 2, 2]);
  await lab.clock.runFor(5_000);
  t.same(counts(middle), [1, 1, 1]);
});

t.test('an enhanced refresh of such families sends all of it again, and loses nothing', async (t) => {
  const { lab, middle, origin, knows } = await world();
  for (const [at, direction, to] of [
    [middle, 'in', origin],
    [origin, 'out', middle],
  ] as const) {
    const before = statusOf(middle, origin).received;
    t.same([...at.speaker.refreshPeer(to.address, direction)].sort(), [...families].sort());
    const came = () => statusOf(middle, origin).received;
    // Begin and end of each family.
    t.ok(await lab.until(() => came().routeRefresh >= before.routeRefresh + 6), direction);
    await lab.clock.runFor(1_000);
    t.ok(came().update >= before.update + 3, 'a message of each family at least');
    t.same(stale(middle, origin), [0, 0, 0]);
    for (const one of [middle, knows]) t.same(counts(one), [2, 2, 2]);
  }
  t.equal(statusOf(middle, origin).flaps, 0);
});

for (const { family: name, both, again, hop } of tables) {
  t.test(`${name}: what is not sent again in a refresh is swept at its end`, async (t) => {
    const family = parseFamily(name);
    const p = pipeline();
    const source = new OpaqueEnd('10.0.0.1', 64_601, family).open(p);
    const target = new OpaqueEnd('10.0.0.2', LOCAL_AS, family).open(p);
    source.announce(p, both, path(64_601), hop);
    settle(p);
    t.equal(target.held.size, 2);
    t.ok(p.age(source.index, family, 'begin refresh'));
    t.equal(p.counts(source.index, family).stale, 2);
    source.announce(p, [again], path(64_601), hop);
    settle(p);
    t.equal(p.counts(source.index, family).stale, 1);
    t.equal(target.held.size, 2, 'not before the end');
    t.ok(p.age(source.index, family, 'end refresh'));
    settle(p);
    t.same(target.hexes(), [again]);
    t.same(target.problems, []);
  });
}
