import t from 'tap';
import { type ReadinessFacts, readiness } from '../../src/observe/readiness.js';

const good: ReadinessFacts = {
  isStopping: false,
  unread: [],
  loops: [{ name: 'peers', hasSettled: true, unsettledFor: null }],
  peers: { neverUp: [], runningFor: 1_000 },
  routes: { isComplete: true, waitingFor: null },
};

/** What is missing, by check, when `change` is not as in `good`. */
function missing(change: Partial<ReadinessFacts>): Readonly<Record<string, string>> {
  const checks = readiness({ ...good, ...change });
  return Object.fromEntries(
    checks.flatMap(({ name, missing }) => (missing === null ? [] : [[name, missing]])),
  );
}

t.test('a node is ready when nothing is missing', async (t) => {
  t.same(missing({}), {});
});

t.test('a node is not ready before everything was read and made once', async (t) => {
  t.same(missing({ unread: ['Node', 'Service'] }), { cluster: 'not read yet: Node, Service' });
  t.same(missing({ loops: [{ name: 'overlay', hasSettled: false, unsettledFor: 300 }] }), {
    overlay: 'not as it should be for 0.3 s',
  });
  t.same(missing({ peers: null }), { sessions: 'the speaker does not run yet' });
  t.same(missing({ routes: { isComplete: false, waitingFor: null } }), { kernel: 'not begun yet' });
});

t.test('changes on their way do not take readiness away, one that is stuck does', async (t) => {
  const loops = (unsettledFor: number) => [{ name: 'peers', hasSettled: true, unsettledFor }];
  t.same(missing({ loops: loops(10_000) }), {});
  t.same(missing({ loops: loops(10_001) }), { peers: 'not as it should be for 10.0 s' });
  t.same(missing({ routes: { isComplete: true, waitingFor: 9_000 } }), {});
  t.same(missing({ routes: { isComplete: true, waitingFor: 12_000 } }), {
    kernel: 'learned routes wait for 12.0 s',
  });
});

t.test('sessions are waited for a minute, and a peer that stays down is no reason after that', async (t) => {
  const neverUp = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
  t.match(missing({ peers: { neverUp, runningFor: 59_999 } }), {
    sessions: /^not established yet: 192\.0\.2\.1, 192\.0\.2\.2, 192\.0\.2\.3 and 1 more; waited for 60 s/,
  });
  t.same(missing({ peers: { neverUp, runningFor: 60_000 } }), {});
});

t.test('an agent that ends is not ready', async (t) => {
  t.same(missing({ isStopping: true }), { running: 'the agent is ending' });
});
