import { nextHopCases } from '@peerage/test-fixtures';
import t from 'tap';
import { FakeNextHops } from '../../src/testing/index.js';

for (const { title, run } of nextHopCases) {
  t.test(title, async (t) => {
    const tracker = new FakeNextHops();
    const addresses = ['198.51.100.1', '2001:db8:9::1'] as const;
    await run(t, { tracker, addresses, set: (address, state) => tracker.set(address, state) });
  });
}
