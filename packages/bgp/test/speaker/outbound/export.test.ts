import t from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { policyFunction } from '../../../src/policy/compile.js';
import type { RouteEdits } from '../../../src/policy/policy.js';
import { FarEnd, type HeldRoute, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';

function passed(
  attributes: PathAttributes,
  to: { as?: number; edits?: RouteEdits; from?: number; takesLongLived?: boolean },
): HeldRoute | undefined {
  const p = pipeline();
  const { edits } = to;
  const editing = policyFunction(
    'editing',
    () => ({ action: 'accept', statement: 's', ...(edits && { edits }) }),
    { reads: [] },
  );
  const a = new FarEnd('10.0.0.1', to.from ?? 64_601).open(p);
  const b = new FarEnd('10.0.0.2', to.as ?? 64_602, {
    exportPolicy: edits === undefined ? null : editing,
    takesLongLived: to.takesLongLived ?? false,
  }).open(p);
  a.announce(p, [P], attributes);
  settle(p);
  t.strictSame(b.problems, []);
  return b.held.get(P);
}

t.test('NO_EXPORT stays within the AS, NO_ADVERTISE here', async (t) => {
  const noExport = { ...path(64_601), communities: [0xffffff01] };
  t.equal(passed(noExport, {}), undefined);
  t.ok(passed(noExport, { as: LOCAL_AS }));
  t.equal(passed({ ...path(64_601), communities: [0xffffff03] }, {}), undefined);
  t.equal(passed({ ...path(64_601), communities: [0xffffff02] }, { as: LOCAL_AS }), undefined);
});

t.test('LLGR_STALE goes to nobody who does not know what it means (RFC 9494 §4.3)', async (t) => {
  const stale = { ...path(64_601), communities: [0xffff0006] };
  t.equal(passed(stale, {}), undefined);
  t.equal(passed(stale, { as: LOCAL_AS }), undefined, 'nor to an internal peer');
  t.strictSame(passed(stale, { takesLongLived: true })?.attributes.communities, [0xffff0006]);
  t.ok(
    passed({ ...path(64_601), communities: [0xffff0007] }, {}),
    'NO_LLGR says nothing about who may have it',
  );
});

t.test('unknown attributes: transitive ones are passed with Partial, others are dropped', async (t) => {
  const unknown = [
    { code: 99, flags: 0xc0, value: Uint8Array.of(1, 2) },
    { code: 100, flags: 0x80, value: Uint8Array.of(3) },
  ];
  const route = passed({ ...path(64_601), unknown }, {});
  t.strictSame(route?.attributes.unknown, [{ code: 99, flags: 0xe0, value: Uint8Array.of(1, 2) }]);
});

t.test('edits of a policy are applied, but LOCAL_PREF never leaves the AS', async (t) => {
  const edits: RouteEdits = {
    localPref: 7,
    med: 3,
    prepend: { as: LOCAL_AS, count: 2 },
    addCommunities: [5],
  };
  const external = passed({ ...path(64_601), communities: [9] }, { edits });
  t.strictSame(external?.attributes, {
    ...path(LOCAL_AS, LOCAL_AS, LOCAL_AS, 64_601),
    med: 3,
    communities: [5, 9],
  });
  t.equal(passed(path(64_601), { as: LOCAL_AS, edits })?.attributes.localPref, 7);
});

t.test(
  'a policy that takes LOCAL_PREF away leaves internal peers the default (RFC 4271 §5.1.5)',
  async (t) => {
    const edits: RouteEdits = { localPref: null, addCommunities: [5] };
    const expected = { ...path(64_601), communities: [5] };
    t.strictSame(passed(path(64_601), { as: LOCAL_AS, edits })?.attributes, { ...expected, localPref: 100 });
    const external = passed(path(64_601), { edits })?.attributes;
    t.strictSame(external, { ...expected, ...path(LOCAL_AS, 64_601) }, 'external peers get none');
  },
);

t.test(
  'a peer of two-octet AS numbers and one of four are sent their own form, in groups of their own',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const blocks: Uint8Array[] = [];
    const outbox = { send: (block: Uint8Array) => blocks.push(block) > 0 };
    new FarEnd('10.0.0.2', 64_602, { as4: false, outbox }).open(p);
    settle(p);
    blocks.length = 0;
    a.announce(p, [P], path(64_601, 4_200_000_001));
    settle(p);
    t.equal(blocks.length, 1);
    const text = Buffer.from(blocks[0]!).toString('hex');
    t.match(text, /4002080203fde8fc595ba0/, 'AS_TRANS stands in AS_PATH');
    t.match(text, /c0110e02030000fde80000fc59fa56ea01/, 'AS4_PATH has the number');
  },
);

t.test(
  'a route whose attributes fill a message by themselves is withdrawn, not lost in silence',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const b = new FarEnd('10.0.0.2', 64_602).open(p);
    a.announce(p, [P], path(64_601));
    settle(p);
    t.equal(b.held.size, 1);
    const communities = Array.from({ length: 1011 }, (_, i) => i);
    a.announce(p, [P], { ...path(64_601), communities });
    settle(p);
    t.equal(b.held.size, 0);
  },
);
