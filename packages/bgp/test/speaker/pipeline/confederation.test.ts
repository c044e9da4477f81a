import t from 'tap';
import type { AsPathSegment, PathAttributes } from '../../../src/attributes/path-attributes.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import { FarEnd, type HeldRoute, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

/** We are member 65000 of AS 100, beside the members 65001 and 65002. */
const IDENTIFIER = 100;
const P = '192.0.2.0/24';

const within: Partial<PipelinePeer> = { confederationId: IDENTIFIER };
const member = (address: string, as: number, more: Partial<PipelinePeer> = {}): FarEnd =>
  new FarEnd(address, as, { ...within, isMember: true, ...more });
const internal = (address: string): FarEnd => new FarEnd(address, LOCAL_AS, within);
const outside = (address: string, as: number): FarEnd => new FarEnd(address, as, { localAs: IDENTIFIER });

const sequence = (...ases: number[]): AsPathSegment => ({ type: 'sequence', ases });
const confed = (...ases: number[]): AsPathSegment => ({ type: 'confed-sequence', ases });
const segments = (...asPath: AsPathSegment[]): PathAttributes => ({ origin: 'igp', asPath });

function passed(from: FarEnd, to: FarEnd, attributes: PathAttributes): HeldRoute | undefined {
  const p = pipeline();
  from.open(p);
  to.open(p);
  from.announce(p, [P], attributes);
  settle(p);
  t.strictSame(to.problems, []);
  return to.held.get(P);
}

function refused(from: FarEnd, attributes: PathAttributes): string | undefined {
  const p = pipeline();
  from.open(p);
  from.announce(p, [P], attributes);
  settle(p);
  return p.received(from.index, {}).routes[0]?.paths[0]?.reason;
}

t.test('on the way to another member our AS goes into AS_CONFED_SEQUENCE, and the rest stays', async (t) => {
  const attributes = { ...path(7, 8), localPref: 150, med: 20 };
  const route = passed(internal('10.0.0.1'), member('10.0.0.2', 65_002), attributes);
  t.strictSame(route, {
    nextHop: '10.0.0.1',
    attributes: { ...segments(confed(LOCAL_AS), sequence(7, 8)), localPref: 150, med: 20 },
  });
  t.equal(passed(outside('10.0.0.1', 7), member('10.0.0.2', 65_002), path(7))?.attributes.localPref, 100);
  const self = member('10.0.0.2', 65_002, { nextHopSelf: true });
  t.equal(passed(internal('10.0.0.1'), self, attributes)?.nextHop, '10.0.0.254');
});

t.test('the sequence grows from member to member, up to 255 ASes in a segment', async (t) => {
  const from = member('10.0.0.1', 65_001);
  const to = (): FarEnd => member('10.0.0.2', 65_002);
  t.strictSame(passed(from, to(), segments(confed(65_001), sequence(7)))?.attributes.asPath, [
    confed(LOCAL_AS, 65_001),
    sequence(7),
  ]);
  const many = Array.from({ length: 255 }, (_, i) => 64_512 + i);
  t.strictSame(passed(from, to(), segments(confed(...many)))?.attributes.asPath, [
    confed(LOCAL_AS),
    confed(...many),
  ]);
});

t.test(
  'to a peer outside we are the confederation: its segments, LOCAL_PREF and MED stay behind',
  async (t) => {
    const attributes = {
      ...segments(confed(65_001), { type: 'confed-set', ases: [65_003] }, sequence(7)),
      localPref: 150,
      med: 20,
    };
    t.strictSame(passed(member('10.0.0.1', 65_001), outside('10.0.0.2', 9), attributes), {
      nextHop: '10.0.0.254',
      attributes: segments(sequence(IDENTIFIER, 7)),
    });
  },
);

t.test('what another member told goes to internal peers as it came', async (t) => {
  const attributes = { ...segments(confed(65_001), sequence(7)), localPref: 150, med: 20 };
  t.strictSame(passed(member('10.0.0.1', 65_001), internal('10.0.0.2'), attributes), {
    nextHop: '10.0.0.1',
    attributes,
  });
});

t.test('what is reflected within a member has no trace of it in another', async (t) => {
  const attributes = { ...path(7), originatorId: '10.0.0.9', clusterList: ['10.0.0.8'] };
  const route = passed(internal('10.0.0.1'), member('10.0.0.2', 65_002), attributes);
  t.match(route?.attributes, { originatorId: undefined, clusterList: undefined });
});

t.test('a path with our member AS or that of the confederation is a loop', async (t) => {
  const from = (): FarEnd => member('10.0.0.1', 65_001);
  t.match(refused(from(), segments(confed(65_001, LOCAL_AS), sequence(7))), `it has our AS ${LOCAL_AS}`);
  t.match(
    refused(from(), segments(confed(65_001), sequence(7, IDENTIFIER))),
    `the AS of our confederation, ${IDENTIFIER}`,
  );
  t.match(refused(outside('10.0.0.1', 7), path(7, IDENTIFIER)), `it has our AS ${IDENTIFIER}`);
  t.equal(
    refused(from(), segments(confed(65_001), sequence(7, LOCAL_AS))),
    'only path',
    'the number of our member AS outside confederation segments is that of somebody else',
  );
});

t.test(
  'confederation segments do not count for length, and members are no better than internal peers',
  async (t) => {
    const p = pipeline();
    const far = member('10.0.0.1', 65_001).open(p);
    const near = internal('10.0.0.2').open(p);
    const out = outside('10.0.0.3', 7).open(p);
    far.announce(p, [P], segments(confed(65_001, 65_002, 65_003), sequence(7)));
    near.announce(p, [P], path(7, 8));
    settle(p);
    const paths = () => Object.fromEntries(p.rib({}).routes[0]!.paths.map((one) => [one.peer, one.reason]));
    t.strictSame(paths(), { '10.0.0.1': 'shorter AS path', '10.0.0.2': 'longer AS path' });
    near.announce(p, [P], path(7));
    settle(p);
    t.strictSame(paths(), { '10.0.0.1': 'lower router id', '10.0.0.2': 'higher router id' });
    out.announce(p, [P], path(7));
    settle(p);
    t.equal(paths()['10.0.0.3'], 'external over internal');
    t.equal(paths()['10.0.0.1'], 'internal, external is preferred');
  },
);

t.test(
  'no-export holds at the border of the confederation, no-export-subconfed at that of a member',
  async (t) => {
    const tagged = (community: number): PathAttributes => ({ ...path(7), communities: [community] });
    const to = (community: number) => ({
      internal: passed(outside('10.0.0.1', 7), internal('10.0.0.2'), tagged(community)) !== undefined,
      member: passed(outside('10.0.0.1', 7), member('10.0.0.2', 65_002), tagged(community)) !== undefined,
      outside: passed(outside('10.0.0.1', 7), outside('10.0.0.2', 9), tagged(community)) !== undefined,
    });
    t.strictSame(to(0xffffff01), { internal: true, member: true, outside: false });
    t.strictSame(to(0xffffff03), { internal: true, member: false, outside: false });
    t.strictSame(to(0xffffff02), { internal: false, member: false, outside: false });
  },
);

t.test('a path from another member that does not begin with AS_CONFED_SEQUENCE is withdrawn', async (t) => {
  for (const asPath of [[sequence(65_001)], [], [{ type: 'confed-set', ases: [65_001] } as const]]) {
    const p = pipeline();
    const from = member('10.0.0.1', 65_001).open(p);
    from.announce(p, [P], segments(confed(65_001)));
    t.throws(() => from.announce(p, [P], segments(...asPath)), /AS_PATH is malformed/);
    settle(p);
    t.equal(p.totals().families[0]?.paths, 0);
  }
});

t.test('confederation segments from a peer outside are withdrawn', async (t) => {
  const p = pipeline();
  const from = outside('10.0.0.1', 7).open(p);
  from.announce(p, [P], path(7));
  t.throws(() => from.announce(p, [P], segments(confed(65_009), sequence(7))), /AS_PATH is malformed/);
  settle(p);
  t.equal(p.totals().families[0]?.paths, 0);
});
