import t from 'tap';
import type { Transport, TransportHandler } from '../../src/ports/transport.js';
import { FakeClock, FakeNetwork, GatedSockets } from '../../src/testing/index.js';

const listen = (heard: number[]): TransportHandler => ({
  data: (chunk) => heard.push(...chunk),
  drain() {},
  ended: () => heard.push(-1),
  closed() {},
});

t.test('connections say nothing until enough of them stand, and are ordinary ones afterwards', async (t) => {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const gate = new GatedSockets(network.host('192.0.2.1'), 2);
  const far = network.host('192.0.2.2');
  const heard: number[][] = [];
  await far.listen({ port: 179 }, (transport) => {
    const octets: number[] = [];
    heard.push(octets);
    transport.start(listen(octets));
  });
  const dial = async (): Promise<Transport> => {
    const dialled = gate.connect({ address: '192.0.2.2', port: 179 }, new AbortController().signal);
    await clock.settle();
    const transport = await dialled;
    transport.start(listen([]));
    return transport;
  };
  const first = await dial();
  first.write(Uint8Array.of(1));
  first.write(Uint8Array.of(2));
  first.end(1000);
  await clock.settle();
  t.same(heard, [[]]);
  t.equal(first.unsentBytes, 2);
  t.equal(gate.waiting, 1);
  const second = await dial();
  await clock.settle();
  t.same(heard, [[1, 2, -1], []], 'in order, and the end behind it');
  second.write(Uint8Array.of(3));
  const third = await dial();
  third.write(Uint8Array.of(4));
  await clock.settle();
  t.same(heard, [[1, 2, -1], [3], [4]]);
  t.equal(gate.waiting, 0);
});
