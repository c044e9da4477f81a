import { randomBytes } from 'node:crypto';
import { type Netlink, type NextHopObject, netns, openNetlink } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { Fib } from '../../src/fib/fib.js';
import { NetlinkKernel } from '../../src/fib/netlink-kernel.js';
import { RouteWriter } from '../../src/fib/route-writer.js';
import { formatIp } from '../../src/items/ip.js';
import { linuxKernel } from '../../src/linux-kernel.js';
import { changes } from '../fib/changes.js';

t.setTimeout(120_000);

interface Life {
  readonly fib: Fib;
  readonly writer: RouteWriter;
  /** Audits, each with how many routes had drifted. */
  readonly told: readonly string[];
  stop(): Promise<void>;
}

interface Host {
  readonly namespace: string;
  readonly netlink: Netlink;
  ip(line: string): Promise<string>;
  /** One life of the agent's way of routes into this kernel. */
  live(objectFrom: number): Promise<Life>;
  objects(): Promise<readonly NextHopObject[]>;
  /** What `ip route` says of a prefix. */
  shows(prefix: string, text: RegExp): Promise<void>;
}

async function host(t: Test): Promise<Host> {
  const namespace = `nh-${randomBytes(4).toString('hex')}`;
  await netns.createNamespace(namespace);
  t.teardown(() => netns.deleteNamespace(namespace));
  for (const [name, address] of [
    ['one', '192.0.2.1/24'],
    ['two', '198.51.100.1/24'],
  ] as const) {
    await netns.vethPair(
      { namespace, name, addresses: [address, `2001:db8:${name === 'one' ? 1 : 2}::1/64`] },
      { namespace, name: `${name}-end` },
    );
  }
  const netlink = await openNetlink({ namespace });
  t.teardown(() => netlink.close());
  const ip = async (line: string): Promise<string> =>
    (await netns.exec(namespace, ['ip', ...line.split(' ')])).stdout;
  const live = async (objectFrom: number): Promise<Life> => {
    const told: string[] = [];
    let writer: RouteWriter | null = null;
    const fib = new Fib({ interfaceOf: () => null }, () => writer?.changed());
    writer = new RouteWriter(
      fib,
      {
        kernel: new NetlinkKernel(netlink, { objectFrom }),
        now: () => performance.now(),
        setTimer: (milliseconds, callback) => {
          const timer = setTimeout(callback, milliseconds);
          return { cancel: () => clearTimeout(timer) };
        },
        events: {
          refused: () => {},
          foreign: () => {},
          audited: ({ reason, drifted }) => told.push(`${reason}: ${drifted}`),
          failed: (error) => t.fail(error.message),
          idle: () => {},
        },
      },
      { auditPeriod: 60_000, settleTime: 20 },
    );
    const unsubscribe = linuxKernel(netlink).subscribe((event) => writer?.kernelEvent(event));
    const stop = async (): Promise<void> => {
      unsubscribe();
      await writer?.stop();
    };
    t.teardown(stop);
    writer.start();
    return { fib, writer, told, stop };
  };
  return {
    namespace,
    netlink,
    ip,
    live,
    objects: async () => (await netlink.nextHopObjects.list()) ?? [],
    shows: async (prefix, text) => {
      let last = '';
      const family = prefix.includes(':') ? 6 : 4;
      await eventually(
        async () => {
          last = await ip(`-${family} route show ${prefix}`);
          return text.test(last);
        },
        { timeout: 5_000 },
      ).catch(() => t.fail(`${prefix} is "${last}", not ${text}`));
    },
  };
}

const prefixes = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.${i}.0/24`);
const all = (list: readonly string[], via: readonly string[]) => list.map((prefix) => ({ prefix, via }));
const gateways = (objects: readonly NextHopObject[]): string[] =>
  objects.flatMap(({ gateway }) => (gateway === undefined ? [] : [formatIp(gateway)])).sort();

t.test('next hops that many routes share are objects, those of few are not', needs('root'), async (t) => {
  const { objects, shows, live } = await host(t);
  const { fib } = await live(8);
  fib.routes(
    changes(4, [
      ...all(prefixes(8), ['192.0.2.9']),
      { prefix: '10.1.0.0/24', via: ['192.0.2.10'] },
      ...all(['10.2.0.0/24', '10.2.1.0/24'], ['192.0.2.9', '198.51.100.9']),
    ]),
  );
  await shows('10.0.7.0/24', /^10.0.7.0\/24 nhid \d+ via 192.0.2.9 dev one proto/);
  await shows('10.1.0.0/24', /^10.1.0.0\/24 via 192.0.2.10/);
  await shows('10.2.1.0/24', /^10.2.1.0\/24 proto 17/);
  t.same(gateways(await objects()), ['192.0.2.9']);
});

t.test('an object that somebody deletes is made again, and its routes with it', needs('root'), async (t) => {
  const { objects, shows, live, ip } = await host(t);
  const { fib } = await live(1);
  fib.routes(changes(4, all(prefixes(3), ['192.0.2.9', '198.51.100.9'])));
  await shows('10.0.2.0/24', /nhid/);
  const before = await objects();
  await ip('nexthop flush proto 17');
  await shows('10.0.2.0/24', /nhid/);
  await eventually(async () => (await objects()).length === before.length);
  t.same(await objects(), before, 'by the same numbers');
});

t.test('a gateway that moves to another interface takes its routes along', needs('root'), async (t) => {
  const { objects, shows, live, ip } = await host(t);
  const { fib } = await live(1);
  fib.routes(changes(4, all(prefixes(3), ['192.0.2.9'])));
  await shows('10.0.2.0/24', /via 192.0.2.9 dev one/);
  const [before] = await objects();
  await ip('address add 192.0.2.1/25 dev two');
  await shows('10.0.2.0/24', /via 192.0.2.9 dev two/);
  t.equal((await objects())[0]?.id, before?.id);
  t.equal(fib.ipv4.counters.replaced, 0, 'no route was written for it');
});

t.test('a group that lost a member to its link has it back with the link', needs('root'), async (t) => {
  const { shows, live, ip } = await host(t);
  const { fib } = await live(1);
  fib.routes(changes(4, all(prefixes(3), ['192.0.2.9', '198.51.100.9'])));
  await shows('10.0.2.0/24', /192.0.2.9[\s\S]*198.51.100.9/);
  await ip('link set two down');
  await shows('10.0.2.0/24', /192.0.2.9 dev one(?![\s\S]*198.51.100.9)/);
  await ip('link set two up');
  await shows('10.0.2.0/24', /192.0.2.9[\s\S]*198.51.100.9/);
  await eventually(() => fib.ipv4.ackedCount === 3 && fib.pending === 0);
});

t.test('the next life takes over what it finds, and what nobody uses goes', needs('root'), async (t) => {
  const { objects, shows, live, ip } = await host(t);
  const one = await live(1);
  const kept = all(prefixes(3), ['192.0.2.9', '198.51.100.9']);
  one.fib.routes(changes(4, [...kept, { prefix: '10.1.0.0/24', via: ['192.0.2.10'] }]));
  one.fib.routes(changes(6, [{ prefix: 'fd00:1::/32', via: ['2001:db8:1::9'] }]));
  await shows('10.1.0.0/24', /nhid/);
  await shows('fd00:1::/32', /nhid/);
  const before = await objects();
  await one.stop();
  // Somebody else's route by an object of ours: it must live.
  const ten = before.find(({ gateway }) => gateway?.[3] === 10)?.id ?? 0;
  await ip(`route add 203.0.113.0/24 nhid ${ten} proto static`);
  const two = await live(1);
  await eventually(() => two.fib.ipv4.ackedCount === 4 && two.fib.ipv6.ackedCount === 1);
  two.fib.routes(changes(4, kept));
  two.writer.releaseLeftovers();
  await eventually(() => two.fib.ipv4.ackedCount === 3 && two.fib.ipv6.ackedCount === 0);
  t.same(two.fib.ipv4.counters, { added: 0, replaced: 0, removed: 1, drifted: 0 });
  two.writer.audit('test');
  await eventually(async () => !gateways(await objects()).includes('2001:db8:1::9'));
  t.same(
    (await objects()).map(({ id }) => id),
    before.filter(({ gateway }) => gateway?.length !== 16).map(({ id }) => id),
  );
  await shows('203.0.113.0/24', /192.0.2.10/);
  await ip('route del 203.0.113.0/24');
  two.writer.audit('test');
  await eventually(async () => !gateways(await objects()).includes('192.0.2.10'));
});

t.test('objects of others are left alone, whatever their numbers', needs('root'), async (t) => {
  const { objects, shows, live, ip } = await host(t);
  await ip(`nexthop add id ${0x11000000} via 192.0.2.77 dev one proto static`);
  await ip('nexthop add id 5 via 192.0.2.78 dev one proto 17');
  const { fib, writer } = await live(1);
  fib.routes(changes(4, all(prefixes(2), ['192.0.2.9'])));
  await shows('10.0.1.0/24', /nhid/);
  fib.routes(changes(4, all(prefixes(2), [])));
  await eventually(() => fib.ipv4.ackedCount === 0);
  writer.audit('test');
  await eventually(async () => (await objects()).length === 2);
  t.same(gateways(await objects()), ['192.0.2.77', '192.0.2.78']);
});

t.test(
  'a kernel that lists objects without their gateways is understood as well',
  needs('root'),
  async (t) => {
    const { namespace, live } = await host(t);
    await netns.exec(namespace, ['sh', '-c', 'echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode']);
    const { fib, writer, told } = await live(1);
    const via = ['192.0.2.9', '198.51.100.9'];
    fib.routes(changes(4, all(prefixes(3), via)));
    fib.routes(changes(6, all(['fd00:1::/32'], ['2001:db8:1::9'])));
    await eventually(() => fib.ipv4.ackedCount === 3 && fib.ipv6.ackedCount === 1);
    writer.audit('test');
    await eventually(() => told.includes('test: 0'));
  },
);
