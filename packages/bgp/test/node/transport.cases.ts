import type { Test } from 'tap';
import type { Endpoint, SocketFactory, Transport, TransportHandler } from '../../src/ports/transport.js';

/** What one implementation brings to the suite. */
export interface TransportWorld {
  readonly dialler: SocketFactory;
  readonly listener: SocketFactory;
  /** Where the listener can be reached. */
  readonly address: string;
  /** Lets things happen until `condition` holds, or fails. */
  until(condition: () => boolean): Promise<void>;
}

/** Writes down what a transport tells. */
class Ear implements TransportHandler {
  readonly octets: number[] = [];
  bytes = 0;
  drains = 0;
  ends = 0;
  closes: (Error | null)[] = [];
  order: string[] = [];

  data(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.octets.length < 1000) this.octets.push(...chunk.subarray(0, 1000));
    this.order.push('data');
  }
  drain(): void {
    this.drains++;
  }
  ended(): void {
    this.ends++;
    this.order.push('ended');
  }
  closed(error: Error | null): void {
    this.closes.push(error);
    this.order.push('closed');
  }
}

interface Pair {
  readonly dialled: Transport;
  readonly accepted: Transport;
  readonly close: () => Promise<void>;
}

async function connect(world: TransportWorld): Promise<Pair> {
  const accepted: Transport[] = [];
  const listener = await world.listener.listen({ address: world.address, port: 0 }, (transport) =>
    accepted.push(transport),
  );
  let dialled: Transport | undefined;
  const { port } = listener.local;
  world.dialler.connect({ address: world.address, port }, new AbortController().signal).then(
    (transport) => {
      dialled = transport;
    },
    () => {},
  );
  await world.until(() => dialled !== undefined && accepted.length === 1);
  return { dialled: dialled!, accepted: accepted[0]!, close: () => listener.close() };
}

/** One suite for every transport: what the session relies on. */
export function transportCases(t: Test, makeWorld: () => TransportWorld): void {
  t.test('both ends name the same two endpoints', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const same = (one: Endpoint, other: Endpoint): void => {
      t.same(one, other);
    };
    same(dialled.local, accepted.remote);
    same(dialled.remote, accepted.local);
    t.equal(dialled.remote.address, world.address);
    dialled.destroy();
    accepted.destroy();
    await close();
  });

  t.test('bytes that came before start are kept, in order', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const [left, right] = [new Ear(), new Ear()];
    dialled.start(left);
    dialled.write(Uint8Array.of(1, 2));
    dialled.write(Uint8Array.of(3));
    accepted.start(right);
    accepted.write(Uint8Array.of(9));
    await world.until(() => right.bytes === 3 && left.bytes === 1);
    t.same(right.octets, [1, 2, 3]);
    t.same(left.octets, [9]);
    dialled.destroy();
    accepted.destroy();
    await close();
  });

  t.test('what was written before end arrives before the FIN, and both sides close cleanly', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const [left, right] = [new Ear(), new Ear()];
    dialled.start(left);
    accepted.start(right);
    dialled.write(Uint8Array.of(7));
    dialled.end(60_000);
    await world.until(() => right.ends === 1);
    t.same(right.order, ['data', 'ended']);
    // Half-closed: the other direction is open still.
    accepted.write(Uint8Array.of(8));
    await world.until(() => left.bytes === 1);
    accepted.end(60_000);
    await world.until(() => left.closes.length === 1 && right.closes.length === 1);
    t.same([left.closes, right.closes], [[null], [null]]);
    await close();
  });

  t.test('end closes after its grace time when the peer does not', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const [left, right] = [new Ear(), new Ear()];
    dialled.start(left);
    accepted.start(right);
    dialled.end(30);
    await world.until(() => left.closes.length === 1);
    t.equal(right.ends, 1);
    accepted.destroy();
    await close();
  });

  t.test('destroy is told to the owner once, and ends the other side', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const [left, right] = [new Ear(), new Ear()];
    dialled.start(left);
    accepted.start(right);
    dialled.destroy();
    dialled.destroy();
    await world.until(() => left.closes.length === 1 && right.ends + right.closes.length > 0);
    t.equal(left.closes.length, 1);
    t.equal(dialled.write(Uint8Array.of(1)), false, 'a write after the end is no');
    accepted.destroy();
    await world.until(() => right.closes.length === 1);
    await close();
  });

  t.test('a reader that pauses makes write say no, and resume brings drain', async (t) => {
    const world = makeWorld();
    const { dialled, accepted, close } = await connect(world);
    const [left, right] = [new Ear(), new Ear()];
    dialled.start(left);
    accepted.start(right);
    accepted.pause();
    const block = new Uint8Array(65_536);
    let written = 0;
    while (dialled.unsentBytes < 4_000_000) {
      dialled.write(block);
      written += block.length;
    }
    t.equal(dialled.write(block), false);
    written += block.length;
    t.ok(dialled.unsentBytes > 0);
    accepted.resume();
    await world.until(() => right.bytes === written && left.drains > 0);
    t.equal(dialled.unsentBytes, 0);
    dialled.destroy();
    accepted.destroy();
    await close();
  });

  t.test('a port where nobody listens refuses with the code of the system', async (t) => {
    const world = makeWorld();
    const listener = await world.listener.listen({ address: world.address, port: 0 }, () => {});
    const { port } = listener.local;
    await listener.close();
    let code: unknown;
    world.dialler.connect({ address: world.address, port }, new AbortController().signal).then(
      () => {},
      (error: unknown) => {
        code = Reflect.get(error as object, 'code');
      },
    );
    await world.until(() => code !== undefined);
    t.equal(code, 'ECONNREFUSED');
  });

  t.test('a port that is taken rejects', async (t) => {
    const world = makeWorld();
    const listener = await world.listener.listen({ address: world.address, port: 0 }, () => {});
    const target = { address: world.address, port: listener.local.port };
    await t.rejects(
      world.listener.listen(target, () => {}),
      { code: 'EADDRINUSE' },
    );
    await listener.close();
  });

  t.test('a local address that is not of this host rejects', async (t) => {
    const world = makeWorld();
    const listener = await world.listener.listen({ address: world.address, port: 0 }, () => {});
    const { port } = listener.local;
    const localAddress = world.address.includes(':') ? '2001:db8::77' : '198.51.100.77';
    const target = { address: world.address, port, localAddress };
    let code: unknown;
    world.dialler.connect(target, new AbortController().signal).then(
      () => {},
      (error: unknown) => {
        code = Reflect.get(error as object, 'code');
      },
    );
    await world.until(() => code !== undefined);
    t.equal(code, 'EADDRNOTAVAIL');
    await listener.close();
  });

  t.test('a dial that is given up rejects', async (t) => {
    const world = makeWorld();
    const listener = await world.listener.listen({ address: world.address, port: 0 }, (transport) =>
      transport.destroy(),
    );
    const attempt = new AbortController();
    const { port } = listener.local;
    const dial = world.dialler.connect({ address: world.address, port }, attempt.signal);
    attempt.abort();
    await t.rejects(dial, { code: 'BGP_ERR_ABORTED' });
    await listener.close();
  });
}
