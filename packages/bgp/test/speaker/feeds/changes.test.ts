import t from 'tap';
import type { ChangesOptions, RouteEvent } from '../../../src/speaker/feeds/change-stream.js';
import { Lab, type LabSpeaker } from '../lab.js';

/** Reads events until one fits, letting virtual time pass. */
async function readUntil(
  lab: Lab,
  events: AsyncIterableIterator<RouteEvent>,
  isLast: (event: RouteEvent) => boolean,
): Promise<readonly RouteEvent[]> {
  const found: RouteEvent[] = [];
  for (;;) {
    let result: IteratorResult<RouteEvent> | undefined;
    void events.next().then((next) => {
      result = next;
    });
    if (!(await lab.until(() => result !== undefined, 5_000)) || result === undefined || result.done)
      return found;
    found.push(result.value);
    if (isLast(result.value)) return found;
  }
}

const isMark = (event: RouteEvent): boolean => event.kind === 'in-sync';
const isRoutes = (event: RouteEvent): boolean => event.kind === 'routes';

function prefixes(events: readonly RouteEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'routes' ? event.routes.map((route) => route.prefix) : [],
  );
}

function tokenOf(events: readonly RouteEvent[]): string {
  const last = events.at(-1);
  if (last === undefined || last.kind === 'restart' || last.token === null) throw new Error('no token');
  return last.token;
}

async function start(lab: Lab): Promise<LabSpeaker> {
  const one = lab.speaker(1, 64512);
  one.speaker.announce({ prefixes: ['203.0.113.0/24', '198.51.100.0/24', '2001:db8::/32'] });
  await lab.start(one);
  return one;
}

t.test('first the table, then the mark, then changes, with what was withdrawn', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const events = speaker.changes();
  const first = await readUntil(lab, events, isMark);
  t.same([...prefixes(first)].sort(), ['198.51.100.0/24', '2001:db8::/32', '203.0.113.0/24']);
  t.ok(first.filter(isRoutes).every((event) => event.kind === 'routes' && event.token === null));
  speaker.withdraw(['203.0.113.0/24']);
  const [change] = await readUntil(lab, events, isRoutes);
  t.match(change, { kind: 'routes', routes: [{ prefix: '203.0.113.0/24', nextHops: [] }], token: /\.\d+$/ });
  await speaker.close();
  t.same(await events.next(), { done: true, value: undefined });
});

t.test('a filter lets only a family, or what a prefix covers, pass', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  t.same(prefixes(await readUntil(lab, speaker.changes({ families: ['ipv6-unicast'] }), isMark)), [
    '2001:db8::/32',
  ]);
  const covered = speaker.changes({ prefix: '203.0.0.0/16' });
  t.same(prefixes(await readUntil(lab, covered, isMark)), ['203.0.113.0/24']);
  speaker.announce({ prefixes: ['192.0.2.0/24', '203.0.5.0/24'] });
  t.same(prefixes(await readUntil(lab, covered, isRoutes)), ['203.0.5.0/24']);
  t.throws(() => speaker.changes({ families: ['ipv9'] } as unknown as ChangesOptions), {
    code: 'BGP_ERR_CONFIG',
  });
  t.throws(() => speaker.changes({ prefix: 'x' }), { code: 'BGP_ERR_PREFIX' });
  t.throws(() => speaker.changes({ batchSize: 0 }), { code: 'BGP_ERR_CONFIG' });
});

t.test('a reader that is slow gets the newest state of each destination, once', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const events = speaker.changes({ families: ['ipv4-unicast'], batchSize: 1 });
  await readUntil(lab, events, isMark);
  for (let i = 0; i < 5; i++) {
    speaker.withdraw(['203.0.113.0/24']);
    await lab.clock.runFor(100);
    speaker.announce({ prefixes: ['203.0.113.0/24', '192.0.2.0/24'], nextHop: `192.0.2.${10 + i}` });
    await lab.clock.runFor(100);
  }
  const two = [...(await readUntil(lab, events, isRoutes)), ...(await readUntil(lab, events, isRoutes))];
  t.same([...prefixes(two)].sort(), ['192.0.2.0/24', '203.0.113.0/24']);
  t.match(two, [{ routes: [{ nextHops: ['192.0.2.14'] }] }, { routes: [{ nextHops: ['192.0.2.14'] }] }]);
});

t.test('a token resumes after what was read, also in the middle of what waited', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const events = speaker.changes({ batchSize: 1 });
  const token = tokenOf(await readUntil(lab, events, isMark));
  speaker.announce({ prefixes: ['192.0.2.0/25', '192.0.2.128/25'] });
  await lab.clock.runFor(100);
  const middle = await readUntil(lab, events, isRoutes);
  await events.return?.();
  speaker.withdraw(['198.51.100.0/24']);
  await lab.clock.runFor(100);

  const all = await readUntil(lab, speaker.changes({ since: token }), isMark);
  t.same([...prefixes(all)].sort(), ['192.0.2.0/25', '192.0.2.128/25', '198.51.100.0/24']);
  const rest = await readUntil(lab, speaker.changes({ since: tokenOf(middle) }), isMark);
  t.equal(prefixes(rest).length, 2);
  t.notOk(prefixes(rest).includes(prefixes(middle)[0] as string));
  t.same(
    (await readUntil(lab, speaker.changes({ since: tokenOf(rest) }), isMark)).length,
    1,
    'only the mark',
  );
});

t.test('a token that nobody knows begins anew, and says so', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const events = await readUntil(lab, speaker.changes({ since: 'other.5' }), isMark);
  t.equal(events[0]?.kind, 'restart');
  t.equal(prefixes(events).length, 3);
});

t.test('a signal ends the iteration, a reader that waits too', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const controller = new AbortController();
  const events = speaker.changes({ signal: controller.signal });
  await readUntil(lab, events, isMark);
  const next = events.next();
  controller.abort();
  t.same(await next, { done: true, value: undefined });
  t.same(await speaker.changes({ signal: controller.signal }).next(), { done: true, value: undefined });
});

t.test('a large table waits for its reader, and comes whole', async (t) => {
  const lab = new Lab();
  const one = lab.speaker(1, 64512);
  const many = Array.from({ length: 20_000 }, (_, i) => `10.${i >>> 8}.${i & 255}.0/24`);
  one.speaker.announce({ prefixes: many });
  await lab.start(one);
  await lab.clock.runFor(1000);
  const events = one.speaker.changes({ families: ['ipv4-unicast'] });
  await lab.clock.runFor(1000);
  const found = await readUntil(lab, events, isMark);
  t.equal(new Set(prefixes(found)).size, many.length);
  t.equal(prefixes(found).length, many.length);
});

const VPN: ChangesOptions = { families: ['vpnv4-unicast', 'ipv4-multicast'] };

const vpnRoute = (label: number) =>
  ({ family: 'vpnv4-unicast', value: { rd: '65000:1', labels: [label], prefix: '10.0.0.0/8' } }) as const;

t.test('every family that is carried can be followed, and resumed', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const group = { family: 'ipv4-multicast', value: '203.0.113.0/24' } as const;
  const rule = {
    family: 'ipv4-flowspec',
    value: { components: [{ type: 'destination-prefix', prefix: '10.0.0.0/8' }] },
  } as const;
  speaker.announce({ prefixes: [], nlri: [vpnRoute(100)], nextHop: '192.0.2.7' });
  speaker.announce({ prefixes: [], nlri: [group, rule] });
  const unicast = speaker.changes();
  const first = await readUntil(lab, unicast, isMark);
  t.same([...prefixes(first)].sort(), ['198.51.100.0/24', '2001:db8::/32', '203.0.113.0/24'], 'by default');
  const early = tokenOf(first);

  const events = speaker.changes(VPN);
  const told = await readUntil(lab, events, isMark);
  const routes = told.flatMap((event) => (event.kind === 'routes' ? event.routes : []));
  t.match(
    [...routes].sort((x, y) => (x.family! < y.family! ? -1 : 1)),
    [
      { family: 'ipv4-multicast', prefix: '203.0.113.0/24', hex: undefined, local: true },
      {
        family: 'vpnv4-unicast',
        prefix: 'rd 65000:1 10.0.0.0/8 label 100',
        hex: '600006410000fde8000000010a',
        nextHops: ['192.0.2.7'],
      },
    ],
  );
  const token = tokenOf(told);
  speaker.announce({ prefixes: [], nlri: [vpnRoute(200)] });
  t.match(await readUntil(lab, events, isRoutes), [{ routes: [{ hex: '60000c810000fde8000000010a' }] }]);
  speaker.withdraw([vpnRoute(7)]);
  await lab.clock.runFor(100);
  t.match(await readUntil(lab, events, isRoutes), [{ routes: [{ family: 'vpnv4-unicast', nextHops: [] }] }]);

  const resumed = await readUntil(lab, speaker.changes({ ...VPN, since: token }), isMark);
  t.match(resumed, [
    { kind: 'routes', routes: [{ family: 'vpnv4-unicast', nextHops: [] }] },
    { kind: 'in-sync' },
  ]);
  t.same(prefixes(resumed).length, 1, 'what did not change is not told again');
  const late = await readUntil(lab, speaker.changes({ families: ['ipv4-flowspec'], since: early }), isMark);
  t.match(
    late,
    [
      { kind: 'restart' },
      { kind: 'routes', routes: [{ family: 'ipv4-flowspec', nextHops: [''] }] },
      { kind: 'in-sync' },
    ],
    'nobody had asked for that family when the token was made',
  );
});

t.test('prefixes filter families of prefixes, and no others', async (t) => {
  const lab = new Lab();
  const { speaker } = await start(lab);
  const nlri = [{ family: 'ipv4-multicast', value: '203.0.113.0/24' }] as const;
  speaker.announce({ prefixes: ['203.0.112.0/24'], nlri });
  const both: ChangesOptions = { families: ['ipv4-unicast', 'ipv4-multicast'], prefix: '203.0.113.0/24' };
  const told = await readUntil(lab, speaker.changes(both), isMark);
  const routes = told.flatMap((event) => (event.kind === 'routes' ? event.routes : []));
  t.same(
    routes.map(({ family = '', prefix }) => [family, prefix]),
    [
      ['', '203.0.113.0/24'],
      ['ipv4-multicast', '203.0.113.0/24'],
    ],
  );
  t.throws(() => speaker.changes({ ...VPN, prefix: '203.0.113.0/24' }), {
    code: 'BGP_ERR_CONFIG',
    message: /filtered by prefix/,
  });
});
