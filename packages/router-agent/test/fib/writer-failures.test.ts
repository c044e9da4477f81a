import { FakeClock } from '@peerage/bgp/testing';
import type { Route } from '@peerage/linux';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { Fib } from '../../src/fib/fib.js';
import type { RouteKernel, WriteFailure } from '../../src/fib/route-kernel.js';
import { RouteWriter } from '../../src/fib/route-writer.js';
import { FakeKernel } from '../../src/testing/fake-kernel.js';
import { changes } from './changes.js';

/** A writer on a fake kernel with a hand on the calls in between, under a virtual clock. */
function bench(between: (kernel: FakeKernel) => Partial<RouteKernel> = () => ({})) {
  const clock = new FakeClock();
  const kernel = new FakeKernel();
  kernel.addLink('one', ['192.0.2.1/24', '2001:db8::1/64']);
  const told: string[] = [];
  let idles = 0;
  let writer: RouteWriter | null = null;
  const fib = new Fib(
    { interfaceOf: (peer) => (/^fe80::2?%one$/.test(peer) ? 2 : null) },
    () => writer?.changed(),
    ({ prefix, reason }) => told.push(`skipped ${prefix}: ${reason}`),
  );
  writer = new RouteWriter(
    fib,
    {
      kernel: {
        write: (writes) => kernel.write(writes),
        dump: (family, protocol, wanted) => kernel.dump(family, protocol, wanted),
        ...between(kernel),
      },
      now: () => clock.now(),
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      events: {
        refused: () => told.push('refused'),
        foreign: () => told.push('foreign'),
        audited: ({ reason, drifted }) => told.push(`audited: ${reason}, ${drifted}`),
        failed: ({ message }) => told.push(`failed: ${message}`),
        idle: () => {
          idles++;
        },
      },
    },
    { auditPeriod: 60_000 },
  );
  const unsubscribe = kernel.subscribe((event) => writer?.kernelEvent(event));
  t.teardown(unsubscribe);
  const ours = () =>
    kernel
      .list(4)
      .concat(kernel.list(6))
      .filter((route) => route.protocol === 17).length;
  return { clock, kernel, fib, writer, told, ours, idles: () => idles };
}

const two = [
  { prefix: '10.0.1.0/24', via: ['192.0.2.9'] },
  { prefix: '10.0.2.0/24', via: ['192.0.2.9'] },
];

t.test('routes that went without a word are written again after an overrun, and by the period', async (t) => {
  const { clock, kernel, fib, writer, told, ours } = bench();
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  const silently = () => kernel.dropSilently((route) => route.protocol === 17);
  silently();
  t.equal(ours(), 0);
  kernel.overrun();
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  silently();
  await clock.runFor(60_000);
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  t.same(told, ['audited: start, 0', 'audited: notifications were lost, 2', 'audited: period, 2']);
  await writer.stop();
});

t.test('a kernel that cannot be reached is tried again after a pause, and nothing is lost', async (t) => {
  let broken = true;
  const { clock, fib, writer, told, ours } = bench((kernel) => ({
    write: async (writes) => {
      if (broken) throw new Error('the netlink thread ended');
      return kernel.write(writes);
    },
  }));
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => told.includes('failed: the netlink thread ended'), { interval: 1 });
  await clock.runFor(1_000);
  await eventually(() => told.filter((line) => line.startsWith('failed')).length === 2, { interval: 1 });
  broken = false;
  await clock.runFor(1_999);
  t.equal(ours(), 0, 'the second pause is longer');
  await clock.runFor(1);
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  await writer.stop();
});

t.test('when the answers to a batch are lost, an audit finds what took effect', async (t) => {
  let lose = true;
  const { fib, writer, told, ours } = bench((kernel) => ({
    write: async (writes) => {
      const failures = await kernel.write(writes);
      if (!lose) return failures;
      lose = false;
      return Array.from(
        { length: writes.length },
        (_, index): WriteFailure => ({ index, code: 'ENOBUFS', message: 'lost' }),
      );
    },
  }));
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => told.some((line) => line.startsWith('audited: answers')), { interval: 1 });
  t.equal(ours(), 2);
  await eventually(() => fib.ipv4.ackedCount === 2, { interval: 1 });
  t.equal(fib.ipv4.counters.added, 0, 'they were not written twice');
  await writer.stop();
});

t.test(
  'a route that changes while its write is under way is written again, with its newest state',
  async (t) => {
    const written: string[] = [];
    const { fib, writer, kernel, idles } = bench();
    kernel.onWrite = (operation, route) => written.push(`${operation} ${route.nextHops[0]?.gateway?.[3]}`);
    writer.start();
    fib.routes(changes(4, [{ prefix: '10.0.1.0/24', via: ['192.0.2.9'] }]));
    await eventually(() => idles() > 0, { interval: 1 });
    for (const last of [10, 11, 12]) {
      fib.routes(changes(4, [{ prefix: '10.0.1.0/24', via: [`192.0.2.${last}`] }]));
    }
    await eventually(() => written.length === 3, { interval: 1 });
    t.same(written, ['create 9', 'replace 10', 'replace 12'], 'what came in between is never written');
    await writer.stop();
  },
);

t.test(
  'next hops that no kernel could use are told; a link-local one gets the interface of the peer',
  async (t) => {
    const { fib, writer, kernel, told } = bench();
    writer.start();
    fib.routes(
      changes(6, [
        { prefix: '2001:db8:1::/48', via: ['192.0.2.9'] },
        { prefix: '2001:db8:2::/48', via: ['fe80::2'], bestPeer: '192.0.2.77' },
        { prefix: '2001:db8:3::/48', via: ['fe80::2'], bestPeer: 'fe80::2%one' },
        { prefix: '2001:db8:4::/48', via: ['fe80::2%gone'], bestPeer: 'fe80::2%one' },
      ]),
    );
    const learned = () => kernel.list(6).filter((route) => route.protocol === 17);
    await eventually(() => writer.idle && learned().length === 1, { interval: 1 });
    t.match(learned(), [{ prefixLength: 48, nextHops: [{ interfaceIndex: 2 }] }]);
    t.match(
      told.filter((line) => line.startsWith('skipped')),
      [
        /2001:db8:1::\/48: its next hop is an IPv4 address/,
        /2001:db8:2::\/48: .*192.0.2.77 is on no subnet/,
        /2001:db8:4::\/48: its next hop is on gone, which is not there/,
      ],
    );
    await writer.stop();
  },
);

t.test(
  'IPv4 routes are written by way of IPv6 next hops, which an audit finds as they were written',
  async (t) => {
    const { fib, writer, kernel, told } = bench();
    writer.start();
    fib.routes(
      changes(4, [
        { prefix: '10.1.0.0/24', via: ['2001:db8::2'] },
        { prefix: '10.2.0.0/24', via: ['fe80::2%one', '192.0.2.9'], bestPeer: '192.0.2.9' },
      ]),
    );
    // Routes of IPv4 are written in any order.
    const learned = () =>
      kernel
        .list(4)
        .filter((route) => route.protocol === 17)
        .sort((one, other) => (one.destination[1] ?? 0) - (other.destination[1] ?? 0));
    await eventually(() => writer.idle && learned().length === 2, { interval: 1 });
    t.match(learned(), [{ nextHops: [{ interfaceIndex: 2 }] }, { nextHops: [{ interfaceIndex: 2 }, {}] }]);
    const before = told.length;
    writer.audit('test');
    await eventually(() => told.length > before && writer.idle, { interval: 1 });
    t.same(told.slice(before), ['audited: test, 0']);
    await writer.stop();
  },
);

t.test('routes of our own are not written: the kernel has them by itself', async (t) => {
  const { fib, writer, ours } = bench();
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  fib.routes(changes(4, [{ prefix: '10.0.1.0/24', via: ['192.0.2.1'], local: true }]));
  await eventually(() => writer.idle && ours() === 1, { interval: 1 });
  t.equal(fib.ipv4.wantedCount, 1);
  await writer.stop();
});

t.test('a kernel that never answers is given up after a minute, and asked again', async () => {
  let hang = true;
  const { clock, fib, writer, told, ours } = bench((kernel) => ({
    write: (writes) => (hang ? new Promise<never>(() => {}) : kernel.write(writes)),
  }));
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => told.includes('audited: start, 0'), { interval: 1 });
  await clock.runFor(60_000);
  await eventually(() => told.includes('failed: writing routes: no answer within 60 s'), { interval: 1 });
  hang = false;
  await clock.runFor(1_000);
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  await writer.stop();
});

t.test('what stays refused or foreign is told once, however often it is tried', async (t) => {
  const { clock, kernel, fib, writer, told, idles } = bench();
  const gateway = Uint8Array.of(192, 0, 2, 9);
  const destination = Uint8Array.of(10, 0, 2, 0);
  kernel.foreignReplace({
    family: 4,
    destination,
    prefixLength: 24,
    table: 254,
    protocol: 4,
    metric: 0,
    nextHops: [{ gateway }],
  });
  writer.start();
  fib.routes(
    changes(4, [
      { prefix: '10.0.1.0/24', via: ['203.0.113.1'] },
      { prefix: '10.0.2.0/24', via: ['192.0.2.9'] },
    ]),
  );
  for (let minute = 0; minute < 3; minute++) {
    const before = minute === 0 ? 0 : idles();
    if (minute > 0) await clock.runFor(60_000);
    await eventually(() => idles() > before, { interval: 1 });
  }
  t.equal(told.filter((line) => line.startsWith('audited')).length, 3);
  t.same(told.filter((line) => !line.startsWith('audited')).sort(), ['foreign', 'refused']);
  await writer.stop();
});

/** So many routes, each to a prefix of its own. */
function many(count: number, via = '192.0.2.9') {
  return Array.from({ length: count }, (_, i) => ({ prefix: `10.${i >> 8}.${i & 255}.0/24`, via: [via] }));
}

t.test('much that waits is written in two batches at a time, and a little in one', async (t) => {
  let underWay = 0;
  let most = 0;
  const { fib, writer, ours } = bench((kernel) => ({
    write: async (writes) => {
      most = Math.max(most, ++underWay);
      const failures = await kernel.write(writes);
      underWay--;
      return failures;
    },
  }));
  writer.start();
  fib.routes(changes(4, many(4_096 + 511)));
  await eventually(() => writer.idle && ours() === 4_607, { interval: 1 });
  t.equal(most, 1);
  fib.routes(changes(4, many(4_096 + 512, '192.0.2.10')));
  await eventually(() => writer.idle, { interval: 1 });
  t.equal(most, 2);
  t.equal(fib.ipv4.counters.replaced, 4_608 - 1);
  t.equal(fib.ipv4.ackedCount, 4_608);
  await writer.stop();
});

t.test(
  'when the first of two batches is lost, both are settled, and everything is written in the end',
  async (t) => {
    let calls = 0;
    const { clock, fib, writer, told, ours } = bench((kernel) => ({
      write: async (writes) => {
        if (++calls === 1) throw new Error('the netlink thread ended');
        return kernel.write(writes);
      },
    }));
    writer.start();
    fib.routes(changes(4, many(5_000)));
    await eventually(() => told.some((line) => line.startsWith('failed')), { interval: 1 });
    t.equal(ours(), 904, 'the second was written');
    await clock.runFor(1_000);
    await eventually(() => writer.idle && ours() === 5_000, { interval: 1 });
    t.equal(fib.ipv4.ackedCount, 5_000);
    await writer.stop();
  },
);

t.test('foreign routes that are met one after the other cause looks for a tenth of the time', async (t) => {
  let looks = 0;
  const { clock, kernel, fib, writer, told } = bench((kernel) => ({
    dump: async function* (family, protocol, wanted) {
      if (protocol === null) {
        looks++;
        await clock.runFor(100);
      }
      yield* kernel.dump(family, protocol, wanted);
    },
  }));
  const list = many(3);
  for (const { prefix } of list) kernel.foreignReplace(foreign(prefix));
  writer.start();
  fib.routes(changes(4, list.slice(0, 1)));
  await eventually(() => told.includes('foreign'), { interval: 1 });
  fib.routes(changes(4, list.slice(1, 2)));
  await eventually(() => fib.ipv4.lookingCount === 1 && writer.idle, { interval: 1 });
  fib.routes(changes(4, list.slice(2, 3)));
  await eventually(() => fib.ipv4.lookingCount === 2 && writer.idle, { interval: 1 });
  await clock.runFor(999);
  t.equal(looks, 1);
  await clock.runFor(1);
  await eventually(() => fib.ipv4.lookingCount === 0, { interval: 1 });
  t.equal(looks, 2, 'both were found by one');
  t.equal(told.filter((line) => line === 'foreign').length, 2);
  await writer.stop();
});

function foreign(prefix: string): Route {
  const [address = '', length] = prefix.split('/');
  const destination = Uint8Array.from(address.split('.'), Number);
  const nextHops = [{ gateway: Uint8Array.of(192, 0, 2, 99) }];
  return {
    family: 4,
    destination,
    prefixLength: Number(length),
    table: 254,
    protocol: 4,
    metric: 0,
    nextHops,
  };
}

t.test(
  'a route that only gets more next hops waits for quiet, one that loses a next hop does not',
  async (t) => {
    const { clock, fib, writer, kernel, ours } = bench();
    const written: string[] = [];
    kernel.onWrite = (operation, { nextHops }) => written.push(`${operation} ${nextHops.length}`);
    writer.start();
    const tell = (via: readonly string[]) => fib.routes(changes(4, [{ prefix: '10.0.1.0/24', via }]));
    const [a, b, c] = ['192.0.2.9', '192.0.2.10', '192.0.2.11'] as const;
    tell([a]);
    await eventually(() => writer.idle && ours() === 1, { interval: 1 });
    tell([a, b]);
    await clock.runFor(10);
    tell([a, b, c]);
    await clock.runFor(10);
    t.notOk(writer.idle);
    t.same(written, ['create 1']);
    await clock.runFor(30);
    await eventually(() => writer.idle, { interval: 1 });
    t.same(written, ['create 1', 'replace 3']);
    tell([b]);
    await eventually(() => writer.idle, { interval: 1 });
    t.same(written, ['create 1', 'replace 3', 'replace 1'], 'at once');
    await writer.stop();
  },
);

t.test('a route is held for five seconds at most, however much comes', async (t) => {
  const { clock, fib, writer, kernel, ours } = bench();
  let replaced = 0;
  kernel.onWrite = (operation) => {
    if (operation === 'replace') replaced++;
  };
  writer.start();
  fib.routes(changes(4, two));
  await eventually(() => writer.idle && ours() === 2, { interval: 1 });
  fib.routes(changes(4, [{ prefix: '10.0.1.0/24', via: ['192.0.2.9', '192.0.2.10'] }]));
  const chatter = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 10) {
      fib.routes(changes(4, two.slice(1)));
      await clock.runFor(10);
    }
  };
  await chatter(4_900);
  t.equal(replaced, 0);
  await chatter(200);
  await eventually(() => replaced === 1, { interval: 1 });
  await writer.stop();
});
