import { Session } from '../../src/session/session.js';
import type { SessionConfig } from '../../src/session/session-config.js';
import { TurnLoop } from '../../src/session/turn-loop.js';
import { FakeClock, type FakeHost, FakeNetwork, seededRandom } from '../../src/testing/index.js';
import { Recorder } from './lab.js';

interface Side {
  readonly session: Session;
  readonly handler: Recorder;
}

function side(
  world: { clock: FakeClock; host: FakeHost; loop: TurnLoop; seed: number },
  config: Pick<SessionConfig, 'localAs' | 'localRouterId' | 'remoteAs' | 'delayOpenTime'> & {
    address: string;
  },
): Side {
  const { clock, host, loop, seed } = world;
  const { address, ...rest } = config;
  const handler = new Recorder();
  const ports = { sockets: host, clock, random: seededRandom(seed) };
  const session = new Session(
    {
      target: { address, port: 179 },
      holdTime: 90,
      connectRetryTime: 120,
      idleHoldTime: 1,
      passive: false,
      capabilities: [],
      ...rest,
    },
    ports,
    loop,
    handler,
  );
  return { session, handler };
}

export interface Order {
  readonly name: string;
  readonly left: { readonly as: number; readonly id: number };
  readonly right: { readonly as: number; readonly id: number };
}

export const ORDERS: readonly Order[] = [
  { name: 'the left identifier is higher', left: { as: 64512, id: 2 }, right: { as: 64513, id: 1 } },
  {
    name: 'the right identifier is higher',
    left: { as: 64512, id: 1 },
    right: { as: 64513, id: 0xf0000000 },
  },
  {
    name: 'equal identifiers, the right AS is larger',
    left: { as: 64512, id: 7 },
    right: { as: 64513, id: 7 },
  },
  { name: 'internal peers', left: { as: 64512, id: 3 }, right: { as: 64512, id: 9 } },
];

/** How a race is run. */
export interface RaceOptions {
  /** Seconds that the OPEN of each side waits for the other's; absent: it does not. */
  readonly delayOpen?: { readonly left?: number; readonly right?: number };
  /** Virtual milliseconds that the winner must live. Default 300,000. */
  readonly stay?: number;
}

function delayed(seconds: number | undefined): { delayOpenTime?: number } {
  return seconds === undefined ? {} : { delayOpenTime: seconds };
}

/** Starts both at once on a network whose every segment takes its own time; returns milliseconds until both are up. */
export async function race(
  seed: number,
  order: Order,
  { delayOpen = {}, stay = 300_000 }: RaceOptions = {},
): Promise<{ milliseconds: number; retries: number; clean: boolean }> {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  // From all at once to a slow line: segments of the two connections overtake each other.
  const slowest = [1, 3, 20, 400][seed % 4]!;
  const network = new FakeNetwork(clock);
  Object.defineProperty(network.options, 'delay', {
    enumerable: true,
    get: () => Math.floor(random.next() * slowest),
  });
  const [here, there] = [network.host('192.0.2.1'), network.host('192.0.2.2')];
  const left = side(
    { clock, host: here, loop: new TurnLoop(clock), seed },
    {
      address: '192.0.2.2',
      localAs: order.left.as,
      localRouterId: order.left.id,
      remoteAs: order.right.as,
      ...delayed(delayOpen.left),
    },
  );
  const right = side(
    { clock, host: there, loop: new TurnLoop(clock), seed: seed + 7919 },
    {
      address: '192.0.2.1',
      localAs: order.right.as,
      localRouterId: order.right.id,
      remoteAs: order.left.as,
      ...delayed(delayOpen.right),
    },
  );
  await here.listen({ port: 179 }, (transport) => left.session.accept(transport));
  await there.listen({ port: 179 }, (transport) => right.session.accept(transport));
  left.session.start();
  right.session.start();
  const isUp = (): boolean => left.session.state === 'established' && right.session.state === 'established';
  await clock.runUntil(isUp, 30_000);
  const milliseconds = isUp() ? clock.now() : Number.POSITIVE_INFINITY;
  // It must also stay up: the loser of the collision is gone, the winner lives.
  await clock.runFor(stay);
  const open = network.connections.filter(({ dialled, accepted }) => !dialled.isClosed || !accepted.isClosed);
  const retries = Math.max(
    ...[left, right].map(({ handler }) => handler.states.filter((s) => s === 'idle').length),
  );
  const clean =
    isUp() &&
    open.length === 1 &&
    left.handler.establishedCount === 1 &&
    right.handler.establishedCount === 1;
  return { milliseconds, retries, clean };
}
