import t from 'tap';
import type { Tamper } from '../../peers/rewrite-update.js';
import { prefixOctets, SmallWorld } from './small-world.js';

const distinct = { peers: 2, perPeer: 300 };

t.test('a monitor is right when it holds everything, and knows since when', async (t) => {
  const world = new SmallWorld(distinct);
  const monitor = world.receiver('monitor');
  for (const feeder of [0, 1]) {
    t.equal(monitor.isRight, false);
    t.equal(monitor.rightSince, null);
    world.pass(world.script(feeder).announce(world.dataset.groups(feeder)).take(), monitor, 100 + feeder);
  }
  t.equal(monitor.isRight, true);
  t.equal(monitor.rightSince, 101);
  t.same([...monitor.faults], []);
  t.same([...monitor.verdicts()], []);
  t.equal(monitor.routes, 600);
  world.pass(world.script(0).withdraw(5, 7).take(), monitor, 200);
  t.equal(monitor.rightSince, null, 'it is not right any more');
  t.same([...monitor.verdicts()], [['missing', 2]]);
  t.match(monitor.examples[0], /^monitor 0, \d+\.\d+\.\d+\.\d+\/\d+: missing$/);
});

/** Each mistake is made once, in the first UPDATE. */
function once(mistake: Tamper): Tamper {
  let isMade = false;
  return (attributes, nlri) => {
    if (isMade) return [attributes, nlri];
    isMade = true;
    return mistake(attributes, nlri);
  };
}

const mistakes: readonly (readonly [string, Tamper, string])[] = [
  ['leaves an UPDATE out', () => null, 'missing'],
  [
    'changes ORIGIN',
    (attributes, nlri) => [attributes.with(3, 1 - (attributes[3]! & 1)), nlri],
    'wrongAttributes',
  ],
  [
    'adds a prefix that nobody announced',
    (attributes, nlri) => [attributes, Buffer.concat([nlri, prefixOctets('198.18.0.0', 15)])],
    'unknownPrefix',
  ],
  [
    'sends LOCAL_PREF to an external peer',
    (attributes, nlri) => [Buffer.concat([attributes, Uint8Array.of(0x40, 5, 4, 0, 0, 0, 100)]), nlri],
    'localPrefLeaked',
  ],
  ['cuts a prefix off', (attributes, nlri) => [attributes, nlri.subarray(0, -1)], 'malformed'],
];
for (const [what, mistake, found] of mistakes) {
  t.test(`a daemon that ${what} is caught: ${found}`, async (t) => {
    const world = new SmallWorld(distinct);
    const monitor = world.receiver('monitor');
    for (const feeder of [0, 1]) {
      const sent = world.script(feeder).announce(world.dataset.groups(feeder)).take();
      world.pass(sent, monitor, 1, feeder === 0 ? { tamper: once(mistake) } : {});
    }
    t.ok([...monitor.faults.keys(), ...monitor.verdicts().keys()].includes(found as never));
  });
}

t.test('a daemon that keeps its AS or its next hop to itself is caught', async (t) => {
  const world = new SmallWorld(distinct);
  const monitor = world.receiver('monitor');
  world.pass(world.script(0).announce(world.dataset.groups(0)).take(), monitor, 1, { as: 64_999 });
  t.ok(monitor.faults.has('asNotPrepended'));
  t.notOk(monitor.faults.has('nextHop'));
  world.pass(world.script(1).announce(world.dataset.groups(1)).take(), monitor, 1, { nextHop: '198.18.1.1' });
  t.ok(monitor.faults.has('nextHop'));
});

t.test('what a feeder still announces must not be withdrawn, what it withdrew must not stay', async (t) => {
  const world = new SmallWorld(distinct);
  const monitor = world.receiver('monitor');
  for (const feeder of [0, 1]) {
    world.pass(world.script(feeder).announce(world.dataset.groups(feeder)).take(), monitor, 1);
  }
  world.expectation.withdraw(0, 0, 10);
  monitor.begin();
  t.equal(monitor.isRight, false);
  t.same([...monitor.verdicts()], [['extra', 10]]);
  world.pass(world.script(0).withdraw(0, 10).take(), monitor, 9);
  t.equal(monitor.rightSince, 9);
});

t.test('an old version of a route is wrong once there is a newer one', async (t) => {
  const world = new SmallWorld(distinct);
  const monitor = world.receiver('monitor');
  for (const feeder of [0, 1]) {
    world.pass(world.script(feeder).announce(world.dataset.groups(feeder)).take(), monitor, 1);
  }
  const groups = world.dataset.groupsBelow(0, 20);
  world.expectation.announce(0, groups, 2);
  monitor.begin();
  t.same([...monitor.verdicts()], [['wrongAttributes', 20]]);
  world.pass(world.script(0).announce(groups, 1).take(), monitor, 2);
  t.equal(monitor.isRight, false);
  world.pass(world.script(0).announce(groups, 2).take(), monitor, 3);
  t.equal(monitor.rightSince, 3);
});

t.test(
  'a feeder holds what the others announce; its own routes that come back are counted, and held by nobody',
  async (t) => {
    const world = new SmallWorld(distinct);
    const feeder = world.receiver('feeder', 0);
    world.pass(world.script(1).announce(world.dataset.groups(1)).take(), feeder, 5, {
      nextHop: '198.18.1.2',
    });
    t.equal(feeder.rightSince, 5, 'with the next hop of the other feeder, on the link that they share');
    world.pass(world.script(0).announce(world.dataset.groups(0)).take(), feeder, 6);
    t.equal(feeder.isRight, true);
    t.ok((feeder.notes.get('echoed') ?? 0) > 0);
    t.same([...feeder.faults], []);
  },
);

t.test('with overlap the best route is right, any of the best ones, and no other', async (t) => {
  const world = new SmallWorld({ peers: 3, perPeer: 100, overlap: true });
  const groupsOf = (feeder: number) => world.dataset.groups(feeder);
  const rankOf = (feeder: number, prefix: number): number => {
    const group = groupsOf(feeder).find(({ start, end }) => start <= prefix && prefix < end)!;
    return world.dataset.encode(feeder, group).rank;
  };
  const monitor = world.receiver('monitor');
  world.pass(world.script(0).announce(groupsOf(0)).take(), monitor, 1);
  const worse = Array.from({ length: 100 }, (_, prefix) => prefix).filter((prefix) =>
    [1, 2].some((other) => rankOf(other, prefix) < rankOf(0, prefix)),
  );
  t.same([...monitor.verdicts()], [['notBest', worse.length]]);
  const feeder = world.receiver('feeder', 1);
  const mayLack = Array.from({ length: 100 }, (_, prefix) => prefix).filter((prefix) =>
    [0, 2].every((other) => rankOf(1, prefix) <= rankOf(other, prefix)),
  );
  t.same(
    [...feeder.verdicts()],
    [['missing', 100 - mayLack.length]],
    'nothing, where its own is among the best',
  );
});
