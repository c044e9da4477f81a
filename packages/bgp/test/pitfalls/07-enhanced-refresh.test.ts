// Pitfall 7: enhanced refresh does not sweep, or sweeps what graceful restart keeps.
import t from 'tap';
import type { Capability } from '../../src/capabilities/capability.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import { best, Lab, type LabSpeaker, peerOf, prefixes, statusOf } from '../speaker/lab.js';
import { FarRouter, route } from './far-router.js';

const plain: readonly Capability[] = [{ name: 'route-refresh' }];
const enhanced: readonly Capability[] = [...plain, { name: 'enhanced-route-refresh' }];
const restarting = (restarted: boolean): readonly Capability[] => [
  ...enhanced,
  {
    name: 'graceful-restart',
    restartTime: 60,
    restarted,
    notification: false,
    families: [{ family: IPV4_UNICAST, forwarding: true }],
  },
];

interface World {
  readonly lab: Lab;
  /** The speaker under test, and one behind it. */
  readonly middle: LabSpeaker;
  readonly behind: LabSpeaker;
  readonly far: FarRouter;
}

/** A scripted router, the speaker, and another speaker that is told what the first one sends. */
async function world(capabilities: readonly Capability[], more: Partial<PeerConfig> = {}): Promise<World> {
  const lab = new Lab();
  const [middle, behind] = [lab.speaker(1, 64_512), lab.speaker(3, 64_514)];
  const far = { address: '192.0.2.2', as: 64_513 } as LabSpeaker;
  middle.speaker.addPeer(peerOf(far, { passive: true, idleHoldTime: 1, ...more }));
  lab.join(middle, behind);
  await lab.start(middle, behind);
  await lab.until(() => statusOf(middle, behind).state === 'established');
  return { lab, middle, behind, far: await FarRouter.dial(lab, middle, capabilities) };
}

const at = ({ speaker }: LabSpeaker): readonly string[] => [...prefixes(speaker.rib())].sort();

t.test('what is left out between Begin-of-RR and End-of-RR is withdrawn, also downstream', async (t) => {
  const { lab, middle, behind, far } = await world(enhanced);
  await far.announce(1, 2, 3);
  await far.endOfRib();
  await lab.until(() => at(behind).length === 3);
  await far.refresh(1);
  await far.announce(1, 3, 4);
  t.same(at(behind), [1, 2, 3, 4].map(route), 'nothing goes before the end');
  t.match(middle.speaker.peer('192.0.2.2')?.families[0], { received: 4, stale: 1 });
  await far.refresh(2);
  t.ok(await lab.until(() => at(behind).length === 3));
  t.same(at(behind), [1, 3, 4].map(route));
  t.same(at(middle), [1, 3, 4].map(route));
  t.equal(middle.speaker.peer('192.0.2.2')?.families[0]?.stale, undefined);
  await far.announce(5);
  await far.refresh(2);
  t.same(at(middle), [1, 3, 4, 5].map(route), 'an end without a begin is nothing (RFC 7313 §4.2)');
});

t.test('a new Begin-of-RR within one starts anew: what the first part brought is stale again', async (t) => {
  const { lab, middle, behind, far } = await world(enhanced);
  await far.announce(1, 2, 3);
  await lab.until(() => at(behind).length === 3);
  await far.refresh(1);
  await far.announce(1);
  await far.refresh(1);
  await far.announce(2);
  await far.refresh(2);
  t.ok(await lab.until(() => at(behind).length === 1));
  t.same(at(middle), [route(2)]);
});

t.test('rounds come again: a hundred refreshes, each leaving out another route', async (t) => {
  const { lab, middle, far } = await world(enhanced);
  await far.announce(0, 1, 2, 3);
  for (let n = 0; n < 100; n++) {
    const left = [0, 1, 2, 3].filter((number) => number !== n % 4);
    await far.refresh(1);
    await far.announce(...left);
    await far.refresh(2);
    await lab.clock.settle();
    t.same(at(middle), left.map(route), `refresh ${n}`);
    if (n % 7 === 0) await far.announce(n % 4);
  }
});

t.test('begin after begin without an end: the last one counts', async (t) => {
  const { middle, far } = await world(enhanced);
  await far.announce(1, 2);
  for (let n = 0; n < 40; n++) {
    await far.refresh(1);
    await far.announce(1);
  }
  t.same(at(middle), [1, 2].map(route));
  await far.refresh(2);
  t.same(at(middle), [route(1)]);
});

t.test('an End-of-RR that never comes: the rest goes after the configured time', async (t) => {
  const { lab, middle, far } = await world(enhanced, { refreshStaleTime: 20 });
  await far.announce(1, 2);
  await far.refresh(1);
  await far.announce(2);
  await lab.clock.runFor(18_000);
  t.same(at(middle), [1, 2].map(route));
  await lab.clock.runFor(2_000);
  t.same(at(middle), [route(2)]);
  t.ok(middle.lines.some(({ event }) => event === 'refresh.unfinished'));
  await far.announce(3);
  await far.refresh(2);
  t.same(at(middle), [2, 3].map(route), 'the late end is nothing');
});

t.test('a mark of another length than 4 ends the session with 7/1 and the message as data', async (t) => {
  for (const subtype of ['01', '02']) {
    const { middle, far } = await world(enhanced);
    far.heard();
    const message = `${'ff'.repeat(16)}001805${`0001${subtype}01`}ee`;
    await far.raw(Uint8Array.from(Buffer.from(message, 'hex')));
    t.same(far.heard(), [`NOTIFICATION 7/1 ${message}`]);
    t.match(middle.speaker.peer('192.0.2.2')?.lastNotification, { direction: 'sent', code: 7, subcode: 1 });
  }
});

t.test('without the capability marks mean nothing, and plain refresh sweeps nothing', async (t) => {
  const { middle, far } = await world(plain);
  await far.announce(1, 2);
  await far.refresh(1);
  await far.announce(1);
  await far.refresh(2);
  t.same(at(middle), [1, 2].map(route));
  t.same(middle.speaker.refreshPeer('192.0.2.2', 'in'), ['ipv4-unicast']);
  await far.announce(1);
  t.same(at(middle), [1, 2].map(route));
});

t.test('before End-of-RIB of a restarted peer marks are ignored, and stale routes stay', async (t) => {
  const { lab, middle, behind, far } = await world(restarting(false), {
    gracefulRestart: { restartTime: 60 },
  });
  await far.announce(1, 2, 3);
  await far.endOfRib();
  await lab.until(() => at(behind).length === 3);
  await far.vanish();
  t.same(at(middle), [1, 2, 3].map(route), 'kept');
  const next = await FarRouter.dial(lab, middle, restarting(true));
  await next.announce(1);
  await next.refresh(1);
  await next.refresh(2);
  t.same(at(middle), [1, 2, 3].map(route), 'RFC 7313 §4.2: no Begin-of-RR counts before End-of-RIB');
  await next.announce(2);
  await next.endOfRib();
  t.ok(await lab.until(() => at(behind).length === 2));
  t.same(at(middle), [1, 2].map(route), 'End-of-RIB sweeps');
  await next.refresh(1);
  await next.announce(2);
  await next.refresh(2);
  t.same(at(middle), [route(2)], 'and from then on marks count');
});

t.test('a session lost within a refresh: all its routes are kept, and End-of-RIB sweeps', async (t) => {
  const { lab, middle, far } = await world(restarting(false), { gracefulRestart: { restartTime: 60 } });
  await far.announce(1, 2, 3);
  await far.endOfRib();
  await far.refresh(1);
  await far.announce(1);
  await far.vanish();
  t.same(at(middle), [1, 2, 3].map(route));
  const next = await FarRouter.dial(lab, middle, restarting(true));
  await next.announce(2);
  await next.endOfRib();
  t.same(at(middle), [route(2)]);
});

t.test('our answer to a request stands between marks, and is everything', async (t) => {
  const { lab, behind, middle, far } = await world(enhanced);
  behind.speaker.announce({ prefixes: [1, 2, 3].map(route) });
  await lab.until(() => at(middle).length === 3);
  await lab.clock.runFor(1_000);
  t.same(far.heard().filter((said) => said.startsWith('+')).length, 3);
  await far.refresh(0);
  t.same(sorted(far.heard()), ['BoRR', ...[1, 2, 3].map((n) => `+${route(n)}`), 'EoRR']);
  behind.speaker.withdraw([route(2)]);
  await lab.until(() => best(middle, route(2)) === undefined);
  await lab.clock.runFor(100);
  t.same(far.heard(), [`-${route(2)}`]);
  t.same(middle.speaker.refreshPeer('192.0.2.2', 'out'), ['ipv4-unicast']);
  await lab.clock.runFor(100);
  t.same(sorted(far.heard()), ['BoRR', `+${route(1)}`, `+${route(3)}`, 'EoRR']);
  t.same(
    middle.speaker.refreshPeer('192.0.2.2', 'in', ['ipv6-unicast']),
    [],
    'a family that is not negotiated',
  );
});

t.test('a request without the capability is answered without marks', async (t) => {
  const { lab, middle, behind, far } = await world(plain);
  behind.speaker.announce({ prefixes: [1, 2].map(route) });
  await lab.until(() => at(middle).length === 2);
  await lab.clock.runFor(1_000);
  far.heard();
  await far.refresh(0);
  t.same(
    sorted(far.heard()),
    [1, 2].map((n) => `+${route(n)}`),
  );
});

t.test('an empty table is refreshed as well: Begin-of-RR, End-of-RR', async (t) => {
  const { far } = await world(enhanced);
  t.same(far.heard(), ['EoR']);
  await far.refresh(0);
  t.same(far.heard(), ['BoRR', 'EoRR']);
});

/** Announcements in order, marks where they are. */
function sorted(said: readonly string[]): readonly string[] {
  const routes = said.filter((one) => one.startsWith('+')).sort();
  return said.map((one) => (one.startsWith('+') ? routes.shift()! : one));
}
