// Pitfall 6: End-of-RIB too early, never, or speakers that wait for one another.
import t from 'tap';
import { IPV4_UNICAST } from '../../src/net/family.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import { best, Lab, type LabSpeaker, peerOf, prefixes, statusOf } from '../speaker/lab.js';

const gracefulRestart = { restartTime: 60, stalePathTime: 100 } as const;
const both = ['ipv4-unicast', 'ipv6-unicast'] as const;
const restarting = { forwarded: both, deferralTime: 30 } as const;
const quick = { connectRetryTime: 1 } as const;

/** Prefixes for which `at` has a best path. */
function routes(at: LabSpeaker): readonly string[] {
  return prefixes({ routes: at.speaker.rib().routes.filter(({ paths }) => paths.some(({ best }) => best)) });
}

const route = (number: number): string => `198.51.${number}.0/24`;
const route6 = (number: number): string => `2001:db8:${number}::/48`;

interface World {
  readonly lab: Lab;
  readonly nodes: LabSpeaker[];
  /** The next life of a node, with these routes, joined to all others; it is not started. */
  again(number: number, options?: Life): LabSpeaker;
}

interface Life {
  readonly isRestart?: boolean;
  readonly announces?: readonly string[];
  readonly peer?: Partial<PeerConfig>;
}

/** N nodes, each an AS of its own, each a peer of every other, each with a route of each family, all up and in sync. */
async function mesh(count: number, more: Partial<PeerConfig> = {}): Promise<World> {
  const lab = new Lab();
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const peer = { gracefulRestart, families: both, ...quick, ...more };
  const as = (number: number): number => 64_511 + number;
  const life = (number: number, options: Life): LabSpeaker => {
    const node = lab.speaker(number, as(number), {
      isNextLife: true,
      ...(options.isRestart === true && { restarting }),
    });
    for (const other of numbers) {
      if (other === number) continue;
      const end = { address: `192.0.2.${other}`, as: as(other) } as LabSpeaker;
      node.speaker.addPeer(peerOf(end, { ...peer, ...options.peer }));
    }
    node.speaker.announce({ prefixes: options.announces ?? [route(number), route6(number)] });
    return node;
  };
  const nodes = numbers.map((number) => life(number, {}));
  await lab.start(...nodes);
  await lab.until(() => nodes.every((node) => routes(node).length === 2 * count));
  await lab.clock.runFor(1_000);
  return { lab, nodes, again: (number, options = {}) => life(number, options) };
}

/** Each change that a node's sink was told. */
function watch(node: LabSpeaker): { readonly withdrawn: string[] } {
  const withdrawn: string[] = [];
  let isFirst = true;
  node.speaker.addRouteSink({
    routes(changes) {
      const words = { a: 0, b: 0, c: 0, d: 0, length: 0 };
      for (let i = 0; i < changes.length; i++) {
        changes.readPrefix(i, words);
        const kind = changes.family === IPV4_UNICAST ? 4 : 6;
        if (!isFirst && changes.nextHopCount(i) === 0) withdrawn.push(`v${kind} ${(words.a >>> 8) & 0xff}`);
      }
    },
    inSync() {
      isFirst = false;
    },
  });
  return { withdrawn };
}

t.test('a first start withholds nothing, and waits for nobody', async (t) => {
  const { lab, nodes } = await mesh(2);
  t.ok(lab.clock.now() < 20_000);
  t.equal(nodes[0]!.speaker.status().deferred, undefined);
  t.match(statusOf(nodes[0]!, nodes[1]!).families, [{ endOfRib: true }, { endOfRib: true }]);
});

t.test(
  'one of three restarts: nobody loses a route, and what it no longer has is swept at End-of-RIB',
  async (t) => {
    const { lab, nodes, again } = await mesh(3);
    const [a, b, c] = nodes as [LabSpeaker, LabSpeaker, LabSpeaker];
    c.speaker.announce({ prefixes: [route(33)] });
    await lab.until(() => routes(a).includes(route(33)) && routes(b).includes(route(33)));
    const seen = [watch(a), watch(b)];
    await lab.clock.runFor(100);

    await Promise.all([c.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
    t.match(statusOf(a, c), { gracefulRestart: { phase: 'away', secondsLeft: Number } });
    t.ok(a.events.includes('down 192.0.2.3 tcp-closed'), 'without a word');
    t.match(statusOf(a, c).families, [
      { stale: 3, received: 3 },
      { stale: 2, received: 2 },
    ]);
    t.same(prefixes(a.speaker.received(c.address)).length, 5, 'shown while it is away');
    t.equal(routes(a).length, 7);

    const next = again(3, { isRestart: true });
    await lab.start(next);
    t.ok(await lab.until(() => routes(next).length === 6));
    t.ok(await lab.until(() => statusOf(a, c).gracefulRestart === undefined));
    await lab.clock.runFor(1_000);
    for (const { withdrawn } of seen) t.same(withdrawn, ['v4 33'], 'only what is really gone');
    t.notOk(routes(b).includes(route(33)));
    t.match(statusOf(b, c).families[0], { received: 2, endOfRib: true });
    t.equal(statusOf(b, c).families[0]!.stale, undefined);
    t.ok(next.lines.some(({ event }) => event === 'selection.begins'));
  },
);

t.test('the restarting one chooses and tells nothing before the End-of-RIB of all', async (t) => {
  const { lab, nodes, again } = await mesh(3);
  const c = nodes[2]!;
  await Promise.all([c.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
  // One of the two others is away: its End-of-RIB cannot come.
  await Promise.all([nodes[1]!.speaker.close(), lab.clock.runFor(5_000)]);
  const next = again(3, { isRestart: true });
  const { withdrawn } = watch(next);
  await lab.start(next);
  await lab.until(() => next.speaker.peer('192.0.2.1')?.families[0]?.endOfRib === true);
  await lab.clock.runFor(10_000);
  t.match(next.speaker.status().deferred, [
    { family: 'ipv4-unicast', waitingFor: ['192.0.2.2'] },
    { family: 'ipv6-unicast', waitingFor: ['192.0.2.2'] },
  ]);
  t.match(statusOf(nodes[0]!, c), { gracefulRestart: { phase: 'resyncing' } }, 'no End-of-RIB of ours yet');
  t.equal(next.speaker.peer('192.0.2.1')?.families[0]?.advertised, 0);
  t.ok(
    await lab.until(() => statusOf(nodes[0]!, c).gracefulRestart === undefined, 40_000),
    'the time is over',
  );
  t.equal(next.speaker.status().deferred, undefined);
  t.same(withdrawn, []);
});

t.test('all of three restart at once: nobody waits for another', async (t) => {
  const { lab, nodes, again } = await mesh(3);
  await Promise.all([
    ...nodes.map(({ speaker }) => speaker.close({ mode: 'graceful-restart' })),
    lab.clock.runFor(5_000),
  ]);
  const next = nodes.map((_, i) => again(i + 1, { isRestart: true }));
  const since = lab.clock.now();
  await lab.start(...next);
  t.ok(await lab.until(() => next.every((node) => routes(node).length === 6)));
  t.ok(lab.clock.now() - since < 15_000, `not the deferral time of 30 s, but ${lab.clock.now() - since} ms`);
  t.ok(next.every(({ speaker }) => speaker.status().deferred === undefined));
});

t.test('a peer without graceful restart is neither waited for nor kept', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512, { restarting }), lab.speaker(2, 64_513)];
  a.speaker.addPeer(peerOf(b, { gracefulRestart, ...quick }));
  b.speaker.addPeer(peerOf(a, quick));
  b.speaker.announce({ prefixes: [route(2)] });
  await lab.start(a, b);
  t.ok(await lab.until(() => routes(a).includes(route(2)), 5_000), 'before the deferral time');
  lab.network.connections.at(-1)!.dialled.destroy();
  t.ok(await lab.until(() => statusOf(a, b).state !== 'established'));
  t.equal(best(a, route(2)), undefined);
});

t.test('a peer that never comes back loses its routes after its restart time', async (t) => {
  const { lab, nodes } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  await Promise.all([b.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(55_000)]);
  t.ok(best(a, route(2)), 'after 55 s of 60');
  await lab.clock.runFor(6_000);
  t.equal(best(a, route(2)), undefined);
  t.equal(statusOf(a, b).gracefulRestart, undefined);
  t.same(a.speaker.received(b.address).routes, []);
});

t.test('a second restart during the first: what was stale twice goes, the time starts anew', async (t) => {
  const { lab, nodes, again } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  b.speaker.announce({ prefixes: [route(22)] });
  await lab.until(() => routes(a).includes(route(22)));
  await Promise.all([b.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
  // It waits for the End-of-RIB of a third one that never comes, and so sends none.
  const third = again(2, { isRestart: true });
  third.speaker.addPeer({ ...peerOf(a, { gracefulRestart, ...quick }), address: '192.0.2.99' });
  await lab.start(third);
  await lab.until(() => statusOf(a, b).state === 'established');
  t.match(statusOf(a, b), { gracefulRestart: { phase: 'resyncing' } });
  t.match(statusOf(a, b).families[0], { stale: 2 });
  await Promise.all([third.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(2_000)]);
  t.match(statusOf(a, b), { gracefulRestart: { phase: 'away' } });
  t.equal(best(a, route(22)), undefined, 'stale before the second loss: it must go (RFC 4724 §4.2)');
});

t.test('F bit 0: the stale routes of the family go when the peer is back', async (t) => {
  const { lab, nodes, again } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  const { withdrawn } = watch(a);
  await lab.clock.runFor(100);
  await Promise.all([b.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
  t.ok(best(a, route(2)));
  // Not told that it is a restart: nothing was forwarded meanwhile.
  const next = again(2);
  await lab.start(next);
  t.ok(await lab.until(() => statusOf(a, b).state === 'established' && best(a, route(2)) !== undefined));
  t.ok(withdrawn.includes('v4 2'), 'there was a moment without it');
});

t.test('a peer that comes back without a family loses that family, and keeps the other', async (t) => {
  const { lab, nodes, again } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  await Promise.all([b.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
  const next = again(2, { isRestart: true, peer: { families: ['ipv4-unicast'] }, announces: [route(2)] });
  await lab.start(next);
  t.ok(
    await lab.until(
      () => statusOf(a, b).gracefulRestart === undefined && statusOf(a, b).state === 'established',
    ),
  );
  await lab.clock.runFor(1_000);
  t.same(routes(a), [route(1), route(2), route6(1)]);
});

t.test('a peer that restarts while its old session is still up replaces it', async (t) => {
  const { lab, nodes, again } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  const { withdrawn } = watch(a);
  await lab.clock.runFor(100);
  // The power fails: nothing of it reaches the other one.
  for (const { dialled } of lab.network.connections) dialled.blackhole();
  await Promise.all([b.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(5_000)]);
  t.equal(statusOf(a, b).state, 'established', 'not noticed yet');
  const next = again(2, { isRestart: true });
  await lab.start(next);
  t.ok(await lab.until(() => a.events.some((event) => event.endsWith('peer-restarted'))));
  t.ok(
    await lab.until(
      () => statusOf(a, b).state === 'established' && statusOf(a, b).gracefulRestart === undefined,
    ),
  );
  t.same(withdrawn, []);
  t.equal(statusOf(a, b).flaps, 1);
});

t.test('an administrative stop keeps nothing', async (t) => {
  const { lab, nodes } = await mesh(2);
  const [a, b] = nodes as [LabSpeaker, LabSpeaker];
  await Promise.all([b.speaker.close(), lab.clock.runFor(5_000)]);
  t.equal(best(a, route(2)), undefined);
  t.equal(statusOf(a, b).gracefulRestart, undefined);
});
