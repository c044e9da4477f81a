import { discoveryCases } from '@peerage/test-fixtures';
import t from 'tap';
import { FakeClock, FakeDiscovery } from '../../src/testing/index.js';

for (const { title, run } of discoveryCases) {
  t.test(title, async (t) => {
    const clock = new FakeClock();
    const [left, right] = [new FakeDiscovery(clock), new FakeDiscovery(clock)];
    left.connect('eth1', 'fe80::1', right, 'eth1', 'fe80::2');
    await run(t, {
      watch: (end, listener) => (end === 'left' ? left : right).watch('eth1', listener),
      addresses: { left: 'fe80::1', right: 'fe80::2' },
      setUp: (isUp) => left.setUp('eth1', isUp),
      pass: () => clock.runFor(1_000),
    });
  });
}

t.test('nobody is heard who does not watch, and who comes late is', async (t) => {
  const clock = new FakeClock();
  const [left, right] = [new FakeDiscovery(clock), new FakeDiscovery(clock)];
  const heard: (string | null)[] = [];
  left.watch('eth1', (neighbour) => void heard.push(neighbour));
  left.connect('eth1', 'fe80::1', right, 'eth9', 'fe80::2');
  await clock.runFor(60_000);
  t.same(heard, []);
  right.watch('eth9', () => {});
  await clock.runFor(10);
  t.same(heard, ['fe80::2']);
});
