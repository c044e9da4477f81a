import t from 'tap';
import { FakeClock, FakeNetwork } from '../../src/testing/index.js';
import { type TransportWorld, transportCases } from '../node/transport.cases.js';

const world = (options: { delay?: number; chop?: number }) => (): TransportWorld => {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock, options);
  return {
    dialler: network.host('192.0.2.1'),
    listener: network.host('192.0.2.2'),
    address: '192.0.2.2',
    async until(condition) {
      if (!(await clock.runUntil(condition, 60_000))) throw new Error('it did not come within a minute');
    },
  };
};

t.test('a fake network', async (t) => transportCases(t, world({})));
t.test('a fake network that chops and delays', async (t) =>
  transportCases(t, world({ chop: 1500, delay: 5 })),
);
