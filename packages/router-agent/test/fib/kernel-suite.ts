import type { NetlinkEvent, Route } from '@peerage/linux';
import { eventually } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';

import { Fib } from '../../src/fib/fib.js';
import type { RouteKernel } from '../../src/fib/route-kernel.js';
import { RouteWriter, unwrittenRoutes } from '../../src/fib/route-writer.js';
import { formatIp, parseCidr, parseIp } from '../../src/items/ip.js';
import { type Change, changes } from './changes.js';

/**
 * A kernel for one test: a link `one` with 192.0.2.1/24 and 2001:db8::1/64, a link `two` with 198.51.100.1/24 and
 * 2001:db8:2::1/64, and somebody else who writes routes.
 */
export interface KernelUnderTest {
  readonly kernel: RouteKernel;
  subscribe(listener: (event: NetlinkEvent) => void): () => void;
  setLink(name: 'one' | 'two', up: boolean): Promise<void>;
  foreignReplace(route: Route): Promise<void>;
  foreignDelete(route: Route): Promise<void>;
  close(): Promise<void>;
}

interface Bench extends KernelUnderTest {
  readonly fib: Fib;
  readonly writer: RouteWriter;
  readonly told: string[];
  want(family: 4 | 6, list: readonly Change[]): void;
  /** Routes of the main table to that prefix, as `17 via 192.0.2.9, 192.0.2.10` or `17 blackhole`, sorted. */
  at(prefix: string): Promise<readonly string[]>;
  shows(prefix: string, ...routes: readonly string[]): Promise<void>;
}

const timers = {
  now: () => performance.now(),
  setTimer: (milliseconds: number, callback: () => void) => {
    const timer = setTimeout(callback, milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Prefixes and gateways of the two families, so that each case is written once. */
const words = {
  4: {
    p: '10.0.1.0/24',
    q: '10.0.2.0/24',
    g: '192.0.2.9',
    h: '192.0.2.10',
    other: '198.51.100.9',
    far: '203.0.113.1',
  },
  6: {
    p: 'fd00:1::/32',
    q: 'fd00:2::/32',
    g: '2001:db8::9',
    h: '2001:db8::a',
    other: '2001:db8:2::9',
    far: '2001:db8:f::1',
  },
} as const;

/** What every kernel must do for learned routes, the real one and the fake. */
export function kernelSuite(
  name: string,
  make: () => Promise<KernelUnderTest>,
  options: { skip?: string | false } = {},
): void {
  for (const family of [4, 6] as const) {
    const { p, q, g, h, other, far } = words[family];
    const test = (title: string, body: (t: Test, bench: Bench) => Promise<void>): void => {
      void t.test(`${name}, IPv${family}: ${title}`, options, async (t) => {
        const bench = await openBench(await make());
        t.teardown(async () => {
          await bench.writer.stop();
          await bench.close();
        });
        await body(t, bench);
      });
    };

    test('a learned route is written, changed and withdrawn', async (t, bench) => {
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      bench.want(family, [{ prefix: p, via: [h] }]);
      await bench.shows(p, `17 via ${h}`);
      bench.want(family, [{ prefix: p, via: [] }]);
      await bench.shows(p);
      await settled(bench);
      t.equal(familyOf(bench, family).table.size, 0, 'nothing is kept of it');
      t.equal(bench.told[0], 'audited start');
      // On a slow kernel the links' own addresses may still be coming, and each such burst is audited.
      t.same(
        bench.told.filter((line) => !/^audited (start|link changed|address changed)$/.test(line)),
        [],
      );
    });

    test('equal-cost paths become one route with many next hops, and one again', async (_t, bench) => {
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      bench.want(family, [{ prefix: p, via: [h, g] }]);
      await bench.shows(p, `17 via ${[g, h].sort().join(', ')}`);
      bench.want(family, [{ prefix: p, via: [g, other] }]);
      await bench.shows(p, `17 via ${[g, other].sort().join(', ')}`);
      bench.want(family, [{ prefix: p, via: [other] }]);
      await bench.shows(p, `17 via ${other}`);
      bench.want(family, [{ prefix: p, via: [] }]);
      await bench.shows(p);
    });

    test('an aggregate drops what nothing else takes, as long as it is there', async (t, bench) => {
      const aggregate: Change = { prefix: p, via: [], local: true, discard: true };
      bench.writer.start();
      bench.want(family, [aggregate, { prefix: q, via: [], local: true }]);
      await bench.shows(p, '17 blackhole');
      t.same(await bench.at(q), [], 'of other routes of this node the kernel needs nothing');
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      bench.want(family, [aggregate]);
      await bench.shows(p, '17 blackhole');
      bench.writer.audit('test');
      await eventually(() => bench.told.includes('audited test'));
      t.equal(familyOf(bench, family).counters.drifted, 0, 'it is found as it was left');
      bench.want(family, [{ prefix: p, via: [] }]);
      await bench.shows(p);
    });

    test("somebody else's route is left alone, and ours comes when it goes", async (t, bench) => {
      await bench.foreignReplace(route(p, h, 4));
      bench.writer.start();
      bench.want(family, [
        { prefix: p, via: [g] },
        { prefix: q, via: [g] },
      ]);
      await bench.shows(q, `17 via ${g}`);
      await eventually(() => bench.told.includes(`foreign ${p}`));
      t.same(await bench.at(p), [`4 via ${h}`]);
      t.match(unwrittenRoutes(familyOf(bench, family), 10), [{ prefix: p, reason: /somebody else/ }]);
      await bench.foreignDelete(route(p, h, 4));
      await bench.shows(p, `17 via ${g}`);
      t.same(unwrittenRoutes(familyOf(bench, family), 10), []);
    });

    test('a route that somebody else put in the place of ours is theirs', async (t, bench) => {
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      await bench.foreignReplace(route(p, h, 4));
      await eventually(() => bench.told.includes(`foreign ${p}`));
      bench.want(family, [
        { prefix: p, via: [other] },
        { prefix: q, via: [g] },
      ]);
      await bench.shows(q, `17 via ${g}`);
      await settled(bench);
      t.same(await bench.at(p), [`4 via ${h}`]);
      bench.want(family, [
        { prefix: p, via: [] },
        { prefix: q, via: [] },
      ]);
      await bench.shows(q);
      t.same(await bench.at(p), [`4 via ${h}`], 'our withdrawal does not touch it');
    });

    test('a route of ours that somebody deletes is written again', async (_t, bench) => {
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      await bench.foreignDelete(route(p, g, 17));
      await bench.shows(p, `17 via ${g}`);
    });

    test('an unreachable gateway fails its route alone, which is tried again', async (t, bench) => {
      bench.writer.start();
      bench.want(family, [
        { prefix: p, via: [far] },
        { prefix: q, via: [g] },
      ]);
      await bench.shows(q, `17 via ${g}`);
      await eventually(() => bench.told.some((line) => line.startsWith(`refused ${p} `)));
      t.equal(unwrittenRoutes(familyOf(bench, family), 10).length, 1);
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
    });

    test('of several next hops those that can be reached are installed, the rest is told and tried again', async (t, bench) => {
      bench.writer.start();
      bench.want(family, [
        { prefix: p, via: [far, g, other] },
        { prefix: q, via: [far, h] },
      ]);
      await bench.shows(p, `17 via ${[g, other].sort().join(', ')}`);
      await bench.shows(q, `17 via ${h}`);
      await eventually(() => bench.told.filter((line) => line.startsWith('refused')).length === 2);
      const told = bench.told.filter((line) => line.startsWith('refused'));
      t.equal(told.length, 2, told.join('; '));
      t.match(told[0], `(next hop ${far}; the route stands with its other next hops)`);
      t.equal(unwrittenRoutes(familyOf(bench, family), 10).length, 2);
      const { counters } = familyOf(bench, family);
      const replaced = counters.replaced;
      bench.writer.audit('test');
      await eventually(() => bench.told.includes('audited test'));
      await settled(bench);
      t.equal(counters.replaced, replaced, 'trying again takes no next hop away');
      t.equal(bench.told.filter((line) => line.startsWith('refused')).length, 2, 'it is told once');
      bench.want(family, [{ prefix: p, via: [far, h] }]);
      await bench.shows(p, `17 via ${h}`);
      bench.want(family, [{ prefix: q, via: [g, h] }]);
      await bench.shows(q, `17 via ${[g, h].sort().join(', ')}`);
      await eventually(() => unwrittenRoutes(familyOf(bench, family), 10).length === 1);
    });

    test('a next hop that could not be reached joins the others when its link comes', async (t, bench) => {
      await bench.setLink('two', false);
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [g, other] }]);
      await bench.shows(p, `17 via ${g}`);
      await bench.setLink('two', true);
      await bench.shows(p, `17 via ${[g, other].sort().join(', ')}`);
      await eventually(() => unwrittenRoutes(familyOf(bench, family), 10).length === 0);
      t.equal(familyOf(bench, family).ackedCount, 1);
    });

    test('what none of several next hops can carry is refused as a whole', async (t, bench) => {
      await bench.setLink('two', false);
      bench.writer.start();
      bench.want(family, [{ prefix: p, via: [far, other] }]);
      await eventually(() => bench.told.some((line) => line.startsWith(`refused ${p} `)));
      await settled(bench);
      t.same(await bench.at(p), []);
      // The link's own event may just have it tried again.
      await eventually(() => unwrittenRoutes(familyOf(bench, family), 10).length === 1);
      await bench.setLink('two', true);
      await bench.shows(p, `17 via ${other}`);
    });

    test('routes that go with a link come back with it', async (_t, bench) => {
      bench.writer.start();
      bench.want(family, [
        { prefix: p, via: [g] },
        { prefix: q, via: [other] },
      ]);
      await bench.shows(p, `17 via ${g}`);
      await bench.shows(q, `17 via ${other}`);
      await bench.setLink('two', false);
      await bench.shows(q);
      await eventually(() => bench.told.some((line) => line.startsWith(`refused ${q} `)));
      await bench.setLink('two', true);
      await bench.shows(q, `17 via ${other}`);
      await bench.shows(p, `17 via ${g}`);
    });

    test('leftovers are adopted at once and deleted only when it is said', async (t, bench) => {
      await bench.foreignReplace(route(p, h, 17));
      await bench.foreignReplace(route(q, h, 17));
      bench.writer.start();
      await eventually(() => bench.told.includes('audited start'));
      bench.want(family, [{ prefix: p, via: [g] }]);
      await bench.shows(p, `17 via ${g}`);
      await settled(bench);
      t.same(await bench.at(q), [`17 via ${h}`]);
      t.equal(familyOf(bench, family).counters.replaced, 1, 'the adopted route was replaced, not created');
      bench.writer.releaseLeftovers();
      await bench.shows(q);
      await bench.shows(p, `17 via ${g}`);
    });

    test('a leftover that is announced again as it stands is not written at all', async (t, bench) => {
      await bench.foreignReplace(route(p, g, 17));
      bench.writer.start();
      await eventually(() => bench.told.includes('audited start'));
      bench.want(family, [{ prefix: p, via: [g] }]);
      bench.writer.releaseLeftovers();
      await settled(bench);
      t.same(await bench.at(p), [`17 via ${g}`]);
      t.match(familyOf(bench, family).counters, { added: 0, replaced: 0, removed: 0 });
    });

    test('a thousand routes are written, and all but the wanted ones go', async (t, bench) => {
      const prefixes = Array.from({ length: 1_000 }, (_, i) =>
        family === 4 ? `10.1.${i >> 2}.${(i & 3) * 64}/26` : `fd00:9:${i.toString(16)}::/48`,
      );
      bench.writer.start();
      bench.want(
        family,
        prefixes.map((prefix) => ({ prefix, via: [g] })),
      );
      await eventually(() => familyOf(bench, family).ackedCount === 1_000);
      bench.want(
        family,
        prefixes.slice(10).map((prefix) => ({ prefix, via: [] })),
      );
      await eventually(() => familyOf(bench, family).ackedCount === 10);
      await settled(bench);
      let ours = 0;
      for await (const slice of bench.kernel.dump(family, 17)) ours += slice.length;
      t.equal(ours, 10);
    });
  }
}

function familyOf(bench: Bench, family: 4 | 6) {
  return family === 4 ? bench.fib.ipv4 : bench.fib.ipv6;
}

/** Waits until nothing is to be written, and nothing comes for a moment. */
async function settled(bench: Bench): Promise<void> {
  await eventually(() => bench.fib.pending === 0);
  await new Promise((resolve) => setTimeout(resolve, 150));
}

function route(prefix: string, gateway: string, protocol: number): Route {
  const cidr = parseCidr(prefix);
  const bytes = parseIp(gateway);
  if (cidr === null || bytes === null) throw new Error(`${prefix} via ${gateway} is no route`);
  const family = bytes.length === 4 ? 4 : 6;
  return {
    family,
    destination: cidr.bytes,
    prefixLength: cidr.length,
    table: 254,
    protocol,
    metric: 0,
    nextHops: [{ gateway: bytes }],
  };
}

async function openBench(under: KernelUnderTest): Promise<Bench> {
  const told: string[] = [];
  let writer: RouteWriter | null = null;
  const fib = new Fib({ interfaceOf: () => null }, () => writer?.changed());
  writer = new RouteWriter(
    fib,
    {
      kernel: under.kernel,
      ...timers,
      events: {
        refused: (routes) => told.push(...routes.map(({ prefix, reason }) => `refused ${prefix} ${reason}`)),
        foreign: (prefixes) => told.push(...prefixes.map((prefix) => `foreign ${prefix}`)),
        audited: ({ reason }) => told.push(`audited ${reason}`),
        failed: (error) => told.push(`failed ${error.message}`),
        idle: () => {},
      },
    },
    { auditPeriod: 60_000, settleTime: 20 },
  );
  const unsubscribe = under.subscribe((event) => writer?.kernelEvent(event));
  const at = async (prefix: string): Promise<readonly string[]> => {
    const found = new Set<string>();
    const family = prefix.includes(':') ? 6 : 4;
    for await (const slice of under.kernel.dump(family, null)) {
      for (const each of slice) {
        if (`${formatIp(each.destination)}/${each.prefixLength}` !== prefix) continue;
        const via = each.nextHops.map((hop) => formatIp(hop.gateway ?? new Uint8Array(4))).sort();
        found.add(
          each.type === 'blackhole' ? `${each.protocol} blackhole` : `${each.protocol} via ${via.join(', ')}`,
        );
      }
    }
    return [...found].sort();
  };
  return {
    ...under,
    close: async () => {
      unsubscribe();
      await under.close();
    },
    fib,
    writer,
    told,
    want: (family, list) => fib.routes(changes(family, list)),
    at,
    shows: async (prefix, ...routes) => {
      let last = '';
      await eventually(
        async () => {
          last = (await at(prefix)).join(' | ');
          return last === [...routes].sort().join(' | ');
        },
        { timeout: 5_000, interval: 10 },
      ).catch(() => {
        throw new Error(
          `${prefix} should be [${routes.join(' | ')}], is [${last}]; told: ${told.join('; ')}`,
        );
      });
    },
  };
}
