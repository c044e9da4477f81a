// test-timeout: 300
import t from 'tap';
import { Framer } from '../../src/message/framer.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { createOpen, encodeOpen } from '../../src/message/open.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { acceptAll, rejectAll } from '../../src/policy/defaults.js';
import type { Transport, TransportHandler } from '../../src/ports/transport.js';
import { BgpSpeaker } from '../../src/speaker/speaker.js';
import { FakeNetwork, seededRandom } from '../../src/testing/index.js';
import { tableOf } from '../soak/peer-messages.js';
import { asOfPeer } from '../soak/peer-plan.js';
import { BusyClock } from './busy-clock.js';

// While a table moves, keepalives must leave and hold timers must be judged as if nothing else were going on. Time is
// virtual and every look at the clock costs 1 ms, so that the tables below keep the speaker busy for many hold times.

const HOLD_SECONDS = 3;
const ROUTES_EACH = 500_000;

/** A peer that sends its table as fast as it is taken, and notes when it heard what. */
class BulkPeer implements TransportHandler {
  readonly transport: Transport;
  readonly clock: BusyClock;
  readonly rest: Uint8Array;
  updates = 0;
  longestSilence = 0;
  longestWithoutKeepalive = 0;
  isClosed = false;
  sent = 0;
  readonly #framer = new Framer();
  #lastHeard: number;
  #lastKeepalive: number;

  constructor(transport: Transport, clock: BusyClock, open: Uint8Array, table: Uint8Array) {
    this.transport = transport;
    this.clock = clock;
    this.rest = table;
    this.#lastHeard = clock.inner.now();
    this.#lastKeepalive = this.#lastHeard;
    transport.start(this);
    transport.write(open);
    transport.write(KEEPALIVE);
    this.#keepAlive();
    this.drain();
  }

  #keepAlive(): void {
    if (this.isClosed) return;
    this.transport.write(KEEPALIVE);
    this.clock.setTimer((1000 * HOLD_SECONDS) / 3, () => this.#keepAlive());
  }

  drain(): void {
    while (this.sent < this.rest.length) {
      const end = nextEnd(this.rest, this.sent, 8_192);
      const more = this.transport.write(this.rest.subarray(this.sent, end));
      this.sent = end;
      if (!more) return;
    }
  }

  data(chunk: Uint8Array): void {
    const now = this.clock.inner.now();
    this.longestSilence = Math.max(this.longestSilence, now - this.#lastHeard);
    this.#lastHeard = now;
    this.#framer.push(chunk);
    while (this.#framer.next() === 'message') {
      if (this.#framer.type === 2) this.updates++;
      if (this.#framer.type !== 4) continue;
      this.longestWithoutKeepalive = Math.max(this.longestWithoutKeepalive, now - this.#lastKeepalive);
      this.#lastKeepalive = now;
    }
  }

  ended(): void {}
  closed(): void {
    this.isClosed = true;
  }
}

/** End of the last whole message that begins before `at + most`: a KEEPALIVE may go there. */
function nextEnd(bytes: Uint8Array, at: number, most: number): number {
  let end = at;
  while (end < bytes.length && end < at + most) end += (bytes[end + 16]! << 8) | bytes[end + 17]!;
  return end;
}

t.test(
  `${ROUTES_EACH} routes each way, with a hold time of ${HOLD_SECONDS} s, and a quiet peer beside`,
  async (t) => {
    const clock = new BusyClock(1);
    // The network is not slow: what arrives is there at the next poll.
    const network = new FakeNetwork(clock.inner);
    const host = network.host('192.0.2.1');
    const down: string[] = [];
    const speaker = new BgpSpeaker(
      { localAs: 64_500, routerId: '192.0.2.1', listen: [{ port: 179 }] },
      { sockets: host, clock, random: seededRandom(1), localAddresses: () => host.addresses },
    );
    speaker.on('peer:down', ({ address }, { message }) => down.push(`${address}: ${message}`));
    const plan = {
      address: '127.0.0.1',
      port: 0,
      peers: 3,
      routesEach: ROUTES_EACH,
      communities: 0,
      holdTime: 3,
    };
    const shared = { passive: true, holdTime: HOLD_SECONDS, importPolicy: acceptAll };
    for (let i = 0; i < 3; i++) {
      const exportPolicy = i === 2 ? rejectAll : acceptAll;
      speaker.addPeer({ ...shared, exportPolicy, address: `192.0.2.${i + 11}`, remoteAs: asOfPeer(i) });
    }
    const start = speaker.start();
    await clock.inner.settle();
    await start;
    const peers: BulkPeer[] = [];
    const capabilities = [{ name: 'multiprotocol', family: IPV4_UNICAST } as const];
    const tables = [0, 1].map((i) => tableOf(plan, i));
    const begin = clock.inner.now();
    for (let i = 0; i < 3; i++) {
      const identity = { localAs: asOfPeer(i), holdTime: HOLD_SECONDS, routerId: 100 + i, capabilities };
      const open = encodeOpen(createOpen(identity));
      void network
        .host(`192.0.2.${i + 11}`)
        .connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal)
        .then((transport) =>
          peers.push(new BulkPeer(transport, clock, open, tables[i] ?? new Uint8Array(0))),
        );
    }
    const isDone = (): boolean =>
      [0, 1].every((i) => speaker.peer(`192.0.2.${i + 11}`)?.families[0]?.advertised === ROUTES_EACH) &&
      speaker.peers().every(({ queued }) => (queued?.outbox ?? 0) === 0);
    t.ok(await clock.inner.runUntil(() => down.length > 0 || isDone(), 36_000_000));
    const busySeconds = (clock.inner.now() - begin) / 1000;
    t.same(down, [], 'no session fell');
    t.ok(
      busySeconds > 5 * HOLD_SECONDS,
      `the speaker was busy for ${busySeconds.toFixed(0)} virtual seconds`,
    );
    for (const [i, peer] of peers.entries()) {
      const gaps = `silence ${peer.longestSilence.toFixed(0)} ms, without KEEPALIVE ${peer.longestWithoutKeepalive.toFixed(0)} ms`;
      t.comment(`peer ${i}: ${peer.updates} UPDATEs, ${gaps}`);
      t.ok(peer.longestSilence < 1000 * HOLD_SECONDS, `peer ${i} never waited for a hold time (${gaps})`);
      t.ok(peer.longestWithoutKeepalive < 1500, `KEEPALIVEs overtake the table (${gaps})`);
    }
    t.equal(peers.length, 3);
    t.ok(peers[2]!.updates <= 1, 'the quiet peer was sent nothing but End-of-RIB');
    void speaker.close();
  },
);
