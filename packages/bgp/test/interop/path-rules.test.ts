import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import {
  birdAt,
  birdPath,
  daemonPeer,
  frrAt,
  frrPath,
  ourEnd,
  pathAt,
  place,
  statusAt,
  upAt,
} from './daemon-pair.js';

const ours = '203.0.113.0/24';
const theirs = '198.51.100.0/24';
const withFrr = needs('root', 'command:bgpd', 'command:vtysh');
const withBird = needs('command:bird', 'command:birdc');
const asPath = (ases: readonly number[]) => [{ type: 'sequence' as const, ases }];

for (const replaceAs of [false, true]) {
  t.test(
    `FRR takes us for a local AS, ${replaceAs ? 'alone' : 'with our own behind'}`,
    withFrr,
    async (t) => {
      proves(t, 'path-rules', 'FRR', ['ours']);
      const at = await place('127.0.0.81', 64_513);
      const end = await ourEnd(t, '127.0.0.82', 64_601, at);
      const frr = await frrAt(t, at, [{ ...end, as: 64_700 }], [`network ${theirs}`]);
      end.speaker.addPeer(daemonPeer(end, { localAs: { as: 64_700, replaceAs, noPrepend: replaceAs } }));
      end.speaker.announce({ prefixes: [ours] });
      await end.speaker.start();
      await upAt(end);
      t.equal(statusAt(end).localAs, 64_700);
      const path = await eventually(() => frrPath(frr, ours));
      t.same(path, replaceAs ? [64_700] : [64_700, 64_601]);
      const learned = await eventually(() => pathAt(end, theirs));
      // What is shown is as received; what others would get is in the tests of the rules.
      t.same(learned.attributes.asPath?.at(-1)?.ases.at(-1), 64_513);
    },
  );
}

t.test('private ASes are gone on the way to FRR', withFrr, async (t) => {
  const attributes = { asPath: asPath([4_200_000_001, 3333, 65_000]) };
  const at = await place('127.0.0.83', 3_000);
  const end = await ourEnd(t, '127.0.0.84', 1_000, at);
  const frr = await frrAt(t, at, [end]);
  end.speaker.addPeer(daemonPeer(end, { removePrivateAs: 'all' }));
  end.speaker.announce({ prefixes: [ours], attributes });
  await end.speaker.start();
  t.same(await eventually(() => frrPath(frr, ours), { timeout: 30_000 }), [1_000, 3333]);
});

t.test('BIRD gets our AS for private ones, and for its own with AS override', withBird, async (t) => {
  proves(t, 'path-rules', 'BIRD', ['ours']);
  const at = await place('127.0.0.85', 3_000);
  const end = await ourEnd(t, '127.0.0.86', 1_000, at);
  const bird = await birdAt(t, at, [end]);
  end.speaker.addPeer(daemonPeer(end, { removePrivateAs: 'replace', asOverride: true }));
  end.speaker.announce({ prefixes: [ours], attributes: { asPath: asPath([65_000, 3_000, 3333]) } });
  await end.speaker.start();
  t.same(await eventually(() => birdPath(bird, ours), { timeout: 30_000 }), [1_000, 1_000, 1_000, 3333]);
});

t.test('our own AS in a path of BIRD is a loop, unless it is allowed', withBird, async (t) => {
  proves(t, 'path-rules', 'BIRD', ['theirs']);
  const at = await place('127.0.0.87', 64_513);
  const end = await ourEnd(t, '127.0.0.88', 1_000, at);
  const behind = 'ipv4 { import all; export filter { bgp_path.prepend(1000); accept; }; };';
  await birdAt(t, at, [end], behind, `protocol static mine { ipv4; route ${theirs} blackhole; }`);
  end.speaker.addPeer(daemonPeer(end));
  await end.speaker.start();
  await upAt(end);
  await eventually(() => statusAt(end).families[0]?.received === 1);
  t.equal(statusAt(end).families[0]?.accepted, 0);
  t.equal(end.speaker.updatePeer(daemonPeer(end, { allowOwnAs: 1 })), 'reset');
  const path = await eventually(() => statusAt(end).families[0]?.accepted === 1 && pathAt(end, theirs), {
    timeout: 30_000,
  });
  t.same(path.attributes.asPath, asPath([64_513, 1_000]));
});

t.test('as a route server we leave next hops, and FRR uses them', withFrr, async (t) => {
  proves(t, 'first-hop', 'FRR', ['ours']);
  const at = await place('127.0.0.91', 64_513);
  const left = await ourEnd(t, '127.0.0.92', 64_601, at);
  const frr = await frrAt(t, at, [left]);
  // A speaker with two peers: FRR, and a source of ours that announces with a next hop of its own.
  const source = await ourEnd(t, '127.0.0.93', 64_602, {
    address: left.address,
    port: left.port,
    as: left.as,
  });
  left.speaker.addPeer(daemonPeer(left, { nextHopUnchanged: true }));
  left.speaker.addPeer({
    ...daemonPeer(left),
    address: source.address,
    remoteAs: source.as,
    port: source.port,
    passive: true,
  });
  source.speaker.addPeer(daemonPeer(source));
  source.speaker.announce({ prefixes: [ours] });
  await Promise.all([left.speaker.start(), source.speaker.start()]);
  await upAt(left);
  const shown = await eventually(
    async () => {
      const text = await frr.query(`show bgp ipv4 unicast ${ours} json`);
      return text.includes('64602') && text;
    },
    { timeout: 20_000 },
  );
  t.match(shown, '192.0.2.93', 'the next hop of the source, not 192.0.2.92');
});

proofsOf(t, import.meta.url);
