import t from 'tap';
import { policyFunction } from '../../../src/policy/compile.js';
import type { PipelinePeer } from '../../../src/speaker/members/pipeline-peer.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';
const client: Partial<PipelinePeer> = { routeReflectorClient: true };

t.test(
  'who is told of a path: clients of everything, others of what clients and externals tell',
  async (t) => {
    const kinds = ['external', 'client', 'other'] as const;
    const rows: readonly [from: (typeof kinds)[number], to: (typeof kinds)[number], told: boolean][] = [
      ['external', 'client', true],
      ['external', 'other', true],
      ['client', 'external', true],
      ['client', 'client', true],
      ['client', 'other', true],
      ['other', 'external', true],
      ['other', 'client', true],
      ['other', 'other', false],
    ];
    for (const [from, to, told] of rows) {
      const p = pipeline();
      const end = (kind: (typeof kinds)[number], last: number): FarEnd =>
        new FarEnd(
          `10.0.0.${last}`,
          kind === 'external' ? 64_600 + last : LOCAL_AS,
          kind === 'client' ? client : {},
        ).open(p);
      const source = end(from, 1);
      const target = end(to, 2);
      source.announce(p, [P], from === 'external' ? path(64_601) : path());
      settle(p);
      t.equal(target.held.has(P), told, `${from} to ${to}`);
      t.equal(source.held.has(P), false, 'nothing is echoed');
      source.withdraw(p, [P]);
      settle(p);
      t.equal(target.held.size, 0);
    }
  },
);

t.test(
  'a reflected path has its originator, our cluster id in front, and is otherwise as it was',
  async (t) => {
    const p = pipeline({ clusterId: 258 });
    const a = new FarEnd('10.0.0.1', LOCAL_AS, client).open(p);
    const b = new FarEnd('10.0.0.2', LOCAL_AS, { nextHopSelf: true }).open(p);
    const sent = { ...path(7), med: 4, localPref: 33 };
    a.announce(p, [P], sent, '10.9.9.9');
    const before = { ...sent, originatorId: '9.9.9.9', clusterList: ['8.8.8.8'] };
    a.announce(p, ['198.51.100.0/24'], before, '10.9.9.9');
    settle(p);
    t.strictSame(b.held.get(P), {
      attributes: { ...sent, originatorId: '0.0.0.1', clusterList: ['0.0.1.2'] },
      nextHop: '10.9.9.9',
    });
    t.strictSame(b.held.get('198.51.100.0/24'), {
      attributes: { ...before, clusterList: ['0.0.1.2', '8.8.8.8'] },
      nextHop: '10.9.9.9',
    });
  },
);

t.test('two clients that tell the same attributes are told apart by their originator', async (t) => {
  const p = pipeline();
  const ends = [1, 2].map((last) => new FarEnd(`10.0.0.${last}`, LOCAL_AS, client).open(p));
  const watcher = new FarEnd('10.0.0.3', LOCAL_AS).open(p);
  ends[0]!.announce(p, [P], path(7), '10.9.9.9');
  ends[1]!.announce(p, ['198.51.100.0/24'], path(7), '10.9.9.9');
  settle(p);
  t.equal(watcher.held.get(P)?.attributes.originatorId, '0.0.0.1');
  t.equal(watcher.held.get('198.51.100.0/24')?.attributes.originatorId, '0.0.0.2');
});

t.test('what comes back by originator or cluster list is refused, and told so', async (t) => {
  const p = pipeline({ clusterId: 258 });
  const a = new FarEnd('10.0.0.1', LOCAL_AS, client).open(p);
  const b = new FarEnd('10.0.0.2', LOCAL_AS, client).open(p);
  const reason = (prefix: string): string | undefined => p.rib({ prefix }).routes[0]?.paths[0]?.reason;
  a.announce(p, [P], { ...path(), clusterList: ['1.1.1.1', '0.0.1.2'] });
  a.announce(p, ['198.51.100.0/24'], { ...path(), originatorId: '10.0.0.254' });
  a.announce(p, ['203.0.113.0/24'], { ...path(), clusterList: ['10.0.0.254'] });
  settle(p);
  t.equal(reason(P), 'cluster list has our cluster id');
  t.equal(reason('198.51.100.0/24'), 'originator id is ours');
  t.strictSame([...b.held.keys()], ['203.0.113.0/24'], 'our router id is no cluster id here');
});

t.test('policies hold for clients as for everyone, and may set the next hop', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', LOCAL_AS, client).open(p);
  const only = policyFunction(
    'only',
    (route) =>
      route.hasCommunity(5)
        ? { action: 'accept', statement: 'five', edits: { nextHop: 'self' } }
        : { action: 'reject', statement: 'rest' },
    { reads: [] },
  );
  const b = new FarEnd('10.0.0.2', LOCAL_AS, { ...client, exportPolicy: only }).open(p);
  a.announce(p, [P], path(7));
  a.announce(p, ['198.51.100.0/24'], { ...path(7), communities: [5] });
  settle(p);
  t.strictSame([...b.held.keys()], ['198.51.100.0/24']);
  t.equal(b.held.get('198.51.100.0/24')?.nextHop, '10.0.0.254');
});

t.test('ORIGINATOR_ID and CLUSTER_LIST stay in the AS', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', LOCAL_AS, client).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  a.announce(p, [P], { ...path(7), originatorId: '9.9.9.9', clusterList: ['8.8.8.8'] });
  settle(p);
  t.strictSame(b.held.get(P)?.attributes, path(LOCAL_AS, 7));
});
