import t from 'tap';
import { type Route, RouteBatch, RouteTemplate, TemplateBatch } from '../../src/index.js';

const hop = (host: number) => ({ gateway: Uint8Array.of(192, 0, 2, host) });
const hop6 = (host: number) => ({
  gateway: Uint8Array.of(0x20, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host),
});

const kinds: readonly Omit<Route, 'destination' | 'prefixLength'>[] = [
  { family: 4, table: 254, protocol: 17, metric: 0, nextHops: [hop(9)] },
  { family: 4, table: 1000, protocol: 17, metric: 20, nextHops: [hop(9), hop(10), hop(11), hop(12)] },
  { family: 4, table: 254, protocol: 17, metric: 0, nextHops: [hop6(1)] },
  { family: 6, table: 254, protocol: 17, metric: 0, nextHops: [hop6(1)] },
  { family: 6, table: 254, protocol: 17, metric: 0, nextHops: [hop6(1), hop6(2), hop6(3), hop6(4)] },
];

const words = [0xfedcba98, 0x80000001, 0, 0x7fffff00] as const;

t.test('a change by template is, octet for octet, the change of the whole route', async (t) => {
  for (const kind of kinds) {
    for (const operation of ['create', 'replace', 'delete'] as const) {
      const template = new RouteTemplate(operation, kind);
      const whole = new RouteBatch();
      const copied = new TemplateBatch(3);
      const octets = new Uint8Array(16);
      const view = new DataView(octets.buffer);
      for (const [i, word] of words.entries()) view.setUint32(i * 4, word);
      const destination = octets.slice(0, kind.family === 4 ? 4 : 16);
      for (const prefixLength of [0, 17, kind.family === 4 ? 32 : 128]) {
        const index = whole[operation]({ ...kind, destination, prefixLength });
        t.equal(copied.add(template, prefixLength, ...words), index);
        t.equal(copied.operation(index), operation);
      }
      t.same(
        copied.encode(),
        whole.encode(),
        `${operation} IPv${kind.family}, ${kind.nextHops.length} next hops`,
      );
      t.equal(copied.length, 3);
      t.equal(copied.operation(3), undefined);
    }
  }
});

t.test('a batch grows with its messages, and refuses more changes than it was made for', async (t) => {
  const template = new RouteTemplate('create', kinds[4] as (typeof kinds)[number]);
  const batch = new TemplateBatch(100);
  for (let i = 0; i < 100; i++) batch.add(template, 48, i, 0, 0, 0);
  t.equal(batch.encode().length, 100 * template.words.length * 4);
  t.throws(() => batch.add(template, 48, 100, 0, 0, 0), {
    message: 'the batch was made for 100 changes, and this is one more',
  });
});

t.test('what cannot be a route is refused with its value', async (t) => {
  const [kind] = kinds as readonly [Omit<Route, 'destination' | 'prefixLength'>];
  t.throws(() => new RouteTemplate('create', { ...kind, protocol: 256 }), { code: 'LINUX_ERR_ARGUMENT' });
  const template = new RouteTemplate('create', kind);
  t.throws(() => new TemplateBatch(1).add(template, 33, 0, 0, 0, 0), {
    code: 'LINUX_ERR_ARGUMENT',
    message: 'the prefix length of an IPv4 route is 0 to 32, got 33',
  });
});
