import t from 'tap';
import { DeadlineHeap, type Timed } from '../../src/session/deadline-heap.js';
import { type LoopMember, TurnLoop, type TurnLoopOptions } from '../../src/session/turn-loop.js';
import { FakeClock, seededRandom } from '../../src/testing/index.js';

/** A member whose input costs virtual time. */
class Worker implements LoopMember {
  scheduledAt = Number.POSITIVE_INFINITY;
  heapIndex = -1;
  isQueued = false;
  deadline = Number.POSITIVE_INFINITY;
  input = 0;
  readonly served: number[] = [];
  readonly clock: FakeClock;
  readonly log: string[];
  readonly name: string;

  constructor(name: string, clock: FakeClock, log: string[]) {
    this.name = name;
    this.clock = clock;
    this.log = log;
  }
  nextDeadline(): number {
    return this.deadline;
  }
  due(now: number): void {
    this.log.push(`${this.name} due`);
    this.served.push(now);
    this.deadline = Number.POSITIVE_INFINITY;
  }
  readInput(): boolean {
    this.log.push(this.name);
    this.clock.stall(1);
    this.input--;
    return this.input > 0;
  }
}

/** A loop that has settled and whose only work logs `mark`, each time that it is asked. */
async function loggingLoop(clock: FakeClock, mark: string, options: TurnLoopOptions) {
  const log: string[] = [];
  const loop = new TurnLoop(clock, options);
  loop.addWork(() => {
    log.push(mark);
    return false;
  });
  await clock.settle();
  log.length = 0;
  return { loop, log };
}

t.test('input is served round-robin, a few milliseconds a turn, with work in between', async (t) => {
  const clock = new FakeClock();
  const { loop, log } = await loggingLoop(clock, 'work', { batchMilliseconds: 0 });
  const [greedy, modest] = [new Worker('a', clock, log), new Worker('b', clock, log)];
  greedy.input = 6;
  modest.input = 2;
  loop.enqueue(greedy);
  loop.enqueue(modest);
  loop.enqueue(modest);
  await clock.settle();
  t.equal(log.join(' '), 'a b a b work a a a a work');
});

t.test(
  'inputMilliseconds bounds the input of a turn: what needs one more waits for the next turn',
  async (t) => {
    const served = async (inputMilliseconds: number, input: number): Promise<string> => {
      const clock = new FakeClock();
      const { loop, log } = await loggingLoop(clock, '|', { inputMilliseconds, batchMilliseconds: 0 });
      const worker = new Worker('a', clock, log); // each read takes a millisecond
      worker.input = input;
      loop.enqueue(worker);
      await clock.settle();
      return log.join(' ');
    };
    t.equal(await served(6, 6), 'a a a a a a |');
    t.equal(await served(6, 7), 'a a a a a a | a |');
    t.equal(await served(1, 2), 'a | a |');
  },
);

t.test(
  'workMilliseconds bounds a function in a turn: what needs one more is asked again in the next',
  async (t) => {
    const turns = async (workMilliseconds: number, needed: number): Promise<readonly number[]> => {
      const clock = new FakeClock();
      const loop = new TurnLoop(clock, { workMilliseconds });
      const done: number[] = [];
      let left = needed;
      loop.addWork((deadline) => {
        let taken = 0;
        for (; left > 0 && clock.now() < deadline; left--, taken++) clock.stall(1);
        done.push(taken);
        return left > 0;
      });
      // The one behind it has its time whole, whatever the first one took.
      loop.addWork((deadline) => {
        t.equal(deadline - clock.now(), workMilliseconds);
        return false;
      });
      await clock.settle();
      return done;
    };
    t.same(await turns(6, 6), [6]);
    t.same(await turns(6, 7), [6, 1]);
    t.same(await turns(1, 2), [1, 1]);
  },
);

t.test(
  'under load, input and work take turns by batchMilliseconds, and deadlines are served in each',
  async (t) => {
    const clock = new FakeClock();
    const log: string[] = [];
    const limits = { inputMilliseconds: 2, workMilliseconds: 3, batchMilliseconds: 6 };
    const loop = new TurnLoop(clock, limits);
    let left = 0;
    loop.addWork((deadline) => {
      for (; left > 0 && clock.now() < deadline; left--) clock.stall(1);
      log.push(left > 0 ? 'work' : 'done');
      return left > 0;
    });
    await clock.runFor(1000); // time in which nothing comes belongs to nobody
    log.length = 0;
    const [flooded, timed] = [new Worker('a', clock, log), new Worker('b', clock, log)];
    left = 8;
    flooded.input = 9;
    timed.deadline = clock.now() + 9;
    loop.schedule(timed);
    loop.enqueue(flooded);
    await clock.settle();
    t.equal(log.join(' '), 'a a a a a a work b due work a a a done');
  },
);

t.test('what comes alone is worked upon in its turn', async (t) => {
  const clock = new FakeClock();
  const { loop, log } = await loggingLoop(clock, 'work', { inputMilliseconds: 1 });
  const began = clock.now();
  const worker = new Worker('a', clock, log);
  worker.input = 1;
  loop.enqueue(worker);
  await clock.settle();
  t.equal(log.join(' '), 'a work');
  t.equal(clock.now() - began, 1);
});

/** A clock of a process that is stopped for a while at every look. */
class JumpingClock extends FakeClock {
  override now(): number {
    this.stall(25);
    return super.now();
  }
}

t.test('each turn serves somebody, in their order, also when the time is over at once', async (t) => {
  const clock = new JumpingClock();
  const { loop, log } = await loggingLoop(clock, '|', { batchMilliseconds: 0 });
  const members = ['a', 'b', 'c'].map((name, i) => {
    const member = new Worker(name, clock, log);
    member.input = i + 1;
    loop.enqueue(member);
    return member;
  });
  await clock.settle();
  t.equal(log.join(' '), 'a | b | c | b | c | c |');
  t.ok(members.every(({ input }) => input === 0));
});

t.test('deadlines come before input, in every turn', async (t) => {
  const clock = new FakeClock();
  const log: string[] = [];
  const loop = new TurnLoop(clock);
  const [flooded, timed] = [new Worker('a', clock, log), new Worker('b', clock, log)];
  flooded.input = 12;
  timed.deadline = 6;
  loop.schedule(timed);
  loop.enqueue(flooded);
  await clock.settle();
  t.equal(
    log.join(' '),
    'a a a a a a a a b due a a a a',
    'due at 6 ms, served at the top of the turn at 8 ms',
  );
});

t.test('work that has more gets another turn after a poll, with a deadline in the future', async (t) => {
  const clock = new FakeClock();
  const loop = new TurnLoop(clock, { workMilliseconds: 3 });
  let rounds = 0;
  const remove = loop.addWork((deadline) => {
    t.equal(deadline, clock.now() + 3);
    return ++rounds < 5;
  });
  await clock.settle();
  t.equal(rounds, 5);
  remove();
  loop.wake();
  await clock.settle();
  t.equal(rounds, 5);
});

t.test('an idle loop has no timer, and with deadlines exactly one', async (t) => {
  const clock = new FakeClock();
  const loop = new TurnLoop(clock, { grainMilliseconds: 10 });
  t.equal(clock.pendingTimers, 0);
  const members = [35, 12, 99].map((deadline) => {
    const member = new Worker(`${deadline}`, clock, []);
    member.deadline = deadline;
    loop.schedule(member);
    return member;
  });
  t.equal(clock.pendingTimers, 1);
  await clock.runFor(1000);
  t.same(
    members.map(({ served }) => served),
    [[40], [20], [100]],
    'at the next multiple of the grain, never early',
  );
  t.equal(clock.pendingTimers, 0);
});

t.test('a deadline that moved away is noticed when the old one is due', async (t) => {
  const clock = new FakeClock();
  const loop = new TurnLoop(clock, { grainMilliseconds: 1 });
  const member = new Worker('m', clock, []);
  member.deadline = 100;
  loop.schedule(member);
  member.deadline = 300;
  loop.schedule(member);
  let early = 0;
  member.due = (now) => {
    if (now < 300) early++;
    else member.deadline = Number.POSITIVE_INFINITY;
  };
  await clock.runFor(250);
  t.equal(early, 1);
  await clock.runFor(100);
  t.equal(clock.pendingTimers, 0);
});

t.test('a member that is removed is not served any more', async (t) => {
  const clock = new FakeClock();
  const loop = new TurnLoop(clock);
  const log: string[] = [];
  const member = new Worker('m', clock, log);
  member.deadline = 100;
  member.input = 1;
  loop.schedule(member);
  loop.enqueue(member);
  loop.remove(member);
  await clock.runFor(1000);
  t.same(log, []);
});

t.test('the heap agrees with a sorted list under random commands', async (t) => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const heap = new DeadlineHeap<Timed>();
    const items: Timed[] = Array.from({ length: 40 }, () => ({
      scheduledAt: Number.POSITIVE_INFINITY,
      heapIndex: -1,
    }));
    for (let i = 0; i < 500; i++) {
      const item = items[Math.floor(random.next() * items.length)]!;
      if (random.next() < 0.7) heap.set(item, Math.floor(random.next() * 1000));
      else heap.remove(item);
      const live = items.filter(({ heapIndex }) => heapIndex >= 0);
      const least = Math.min(...live.map(({ scheduledAt }) => scheduledAt));
      if (heap.earliest !== least || heap.size !== live.length) t.fail(`seed ${seed}, command ${i}`);
    }
    let last = -1;
    for (let item = heap.takeDue(1000); item !== null; item = heap.takeDue(1000)) {
      t.equal(item.heapIndex, -1);
      if (heap.earliest < last) t.fail(`seed ${seed}: out of order`);
      last = heap.earliest === Number.POSITIVE_INFINITY ? last : heap.earliest;
    }
    t.equal(heap.size, 0);
  }
});
