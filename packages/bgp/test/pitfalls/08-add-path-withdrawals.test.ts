import t from 'tap';
import { type FamilyKey, IPV4_UNICAST } from '../../src/net/family.js';
import { policyFunction } from '../../src/policy/compile.js';
import type { PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import { ALL_PATHS } from '../../src/speaker/settings/path-options.js';
import { seeded } from '../rib/seeded.js';
import { FarEnd, path, pipeline, settle } from '../speaker/pipeline-fixture.js';
import { message, RawPeerLab } from './raw-peer.js';

// With add-path a path is known by its identifier: one that a policy begins to reject must be withdrawn under it, and an
// identifier must not come to mean another path while somebody holds the old one.

const sends = (most: number): Partial<PipelinePeer> => ({
  addPathSend: new Map<FamilyKey, number>([[IPV4_UNICAST.key, most]]),
});

const PREFIXES = Array.from({ length: 6 }, (_, i) => `10.0.${i}.0/24`);

/** Rejects paths that carry one of these communities. */
const rejecting = (...communities: readonly number[]) =>
  policyFunction(
    'rejecting',
    (route) => ({
      action: communities.some((community) => route.hasCommunity(community)) ? 'reject' : 'accept',
      statement: 'only',
    }),
    { reads: [] },
  );

for (let seed = 1; seed <= 40; seed++) {
  t.test(
    `churn of routes, sessions and policies, seed ${seed}: every identifier is live or withdrawn`,
    async (t) => {
      const below = seeded(seed);
      const p = pipeline();
      const sources = Array.from({ length: 4 }, (_, i) =>
        new FarEnd(`10.0.0.${i + 1}`, 64_601 + i, {}, i < 2).open(p),
      );
      const all = new FarEnd('10.0.0.8', 64_608, sends(ALL_PATHS)).open(p);
      const two = new FarEnd('10.0.0.9', 64_609, sends(2)).open(p);
      const open = new Set(sources);
      for (let step = 0; step < 200; step++) {
        const source = sources[below(4)]!;
        const id = below(3) + 1;
        const prefix = sources.indexOf(source) < 2 ? `${PREFIXES[below(6)]}#${id}` : PREFIXES[below(6)]!;
        switch (below(7)) {
          case 0:
          case 1:
          case 2:
            if (open.has(source)) {
              source.announce(p, [prefix], {
                ...path(source.as, ...Array(below(4)).fill(7)),
                communities: [below(4)],
              });
            }
            break;
          case 3:
            if (open.has(source)) source.withdraw(p, [prefix]);
            break;
          case 4:
            p.setPolicies([all, two][below(2)]!.index, {
              importPolicy: null,
              exportPolicy: below(3) === 0 ? null : rejecting(below(4), below(4)),
            });
            break;
          case 5:
            if (open.has(source))
              p.setPolicies(source.index, {
                importPolicy: below(2) === 0 ? null : rejecting(below(4)),
                exportPolicy: null,
              });
            break;
          default:
            if (open.delete(source)) p.closePeer(source.index);
            else {
              source.open(p);
              open.add(source);
            }
        }
        if (below(3) === 0) settle(p);
      }
      settle(p);
      for (const end of [all, two]) {
        // A withdrawal of what is not held, or a route that cannot be read, is a problem of the far end.
        t.same(end.problems, [], 'nothing was withdrawn that was not held');
        const told = p.advertised(end.index, { limit: 1000 }).routes;
        const expected = told.flatMap(({ prefix, paths }) =>
          paths.map(({ pathId }) => `${prefix}#${pathId}`),
        );
        t.same([...end.held.keys()].sort(), expected.sort(), 'it holds what we believe it holds');
        t.equal(p.counts(end.index, IPV4_UNICAST).advertised, end.held.size);
      }
      for (const source of open) p.closePeer(source.index);
      settle(p);
      t.equal(all.held.size + two.held.size, 0, 'with the last source the last identifier goes');
      t.equal(all.announced > 0 && two.announced > 0, true);
    },
  );
}

t.test('an identifier keeps its path while a policy hides the others, and comes back the same', async (t) => {
  const p = pipeline();
  const sources = [1, 2, 3].map((n) => new FarEnd(`10.0.0.${n}`, 64_600 + n).open(p));
  const all = new FarEnd('10.0.0.9', 64_609, sends(ALL_PATHS)).open(p);
  for (const [i, source] of sources.entries())
    source.announce(p, [PREFIXES[0]!], { ...path(source.as), communities: [i] });
  settle(p);
  const ids = (): Record<string, number> =>
    Object.fromEntries(
      [...all.held].map(([key, { attributes }]) => [key, attributes.asPath?.[0]?.ases[1] ?? 0]),
    );
  const before = ids();
  t.equal(Object.keys(before).length, 3);
  for (const hidden of [[0], [1, 2], [0, 1, 2], []]) {
    p.setPolicies(all.index, { importPolicy: null, exportPolicy: rejecting(...hidden) });
    settle(p);
    t.equal(all.held.size, 3 - hidden.length);
    for (const [key, as] of Object.entries(ids())) t.equal(as, before[key], `${key} is what it was`);
  }
  t.same(all.problems, []);
});

const UNICAST = { name: 'multiprotocol', family: IPV4_UNICAST } as const;
const GOOD = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 2];
const update = (...nlri: readonly number[]): Uint8Array =>
  message(2, Uint8Array.of(0, 0, 0, GOOD.length, ...GOOD, ...nlri));

t.test('identifiers are read in the direction that negotiated them, and only there', async (t) => {
  const modes = { send: ['send', 'both'], receive: ['receive'] } as const;
  for (const mode of ['send', 'receive', 'both'] as const) {
    for (const receive of [true, false]) {
      const families = [{ family: IPV4_UNICAST, mode }];
      const capabilities = [UNICAST, { name: 'add-path', families } as const];
      const world = await new RawPeerLab(65_001, { addPath: { receive } }, { capabilities }).start();
      await world.up();
      const withIds = receive && (modes.send as readonly string[]).includes(mode);
      await world.say(withIds ? update(0, 0, 0, 9, 8, 10, 0, 0, 0, 5, 8, 10) : update(8, 10));
      t.equal(world.state, 'established', `peer ${mode}, we ${receive ? 'receive' : 'do not'}`);
      const ids = world.at.speaker.rib({ prefix: '10.0.0.0/8' }).routes[0]?.paths.map(({ pathId }) => pathId);
      t.same([...(ids ?? [])].sort(), withIds ? [5, 9] : [undefined]);
    }
  }
});
