import { addressToU32, ByteWriter, parseAddress } from '@peerage/bgp/codec';
import type { BitingPolicy } from '../../peers/biting-policy.js';
import { Dataset, UpdateScript } from '../../peers/dataset.js';
import { Expectation } from '../../peers/expectation.js';
import { FormCache, Receiver } from '../../peers/receiver.js';
import { rewriteUpdate, type Tamper } from '../../peers/rewrite-update.js';
import { type ScenarioSizes, scenario } from '../../peers/scenario.js';
import { DUT_AS, type PlayedPeer, worldOf } from '../../peers/world.js';

/** A data set whose UPDATEs are given to receivers as a daemon without mistakes would pass them on, or with one. */
export class SmallWorld {
  readonly dataset: Dataset;
  readonly expectation: Expectation;
  readonly peers: readonly PlayedPeer[];
  readonly #forms: FormCache;

  constructor(sizes: ScenarioSizes, policy?: BitingPolicy) {
    const small = scenario('b', sizes);
    this.peers = worldOf(small).peers;
    this.dataset = new Dataset(small, this.peers, 1);
    this.expectation = new Expectation(this.dataset, small.feeders, policy);
    this.#forms = new FormCache(this.expectation);
    for (let feeder = 0; feeder < small.feeders; feeder++) {
      this.expectation.announce(feeder, this.dataset.groups(feeder));
    }
  }

  receiver(role: PlayedPeer['role'], number = 0): Receiver {
    const peer = this.peers.find((one) => one.role === role && one.number === number)!;
    const receiver = new Receiver(peer, this.peers, this.expectation, this.#forms);
    receiver.begin();
    return receiver;
  }

  script(feeder: number): UpdateScript {
    return new UpdateScript(this.dataset, feeder);
  }

  /** A receiver is sent what a feeder sent. */
  pass(
    sent: Uint8Array,
    to: Receiver,
    time: number,
    change: Partial<{ tamper: Tamper; as: number; nextHop: string }> = {},
  ): void {
    const { as = DUT_AS, nextHop = to.peer.dutAddress, tamper = null } = change;
    const out = new ByteWriter();
    eachUpdate(sent, (body, end) =>
      rewriteUpdate(sent, body, end, { as, nextHop: parseAddress(nextHop), tamper }, out),
    );
    const passed = Buffer.from(out.view());
    eachUpdate(passed, (body, end) => to.read(passed, body, end, time));
  }
}

/** Calls back with the body of each message. */
export function eachUpdate(bytes: Uint8Array, take: (body: number, end: number) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const end = at + ((bytes[at + 16]! << 8) | bytes[at + 17]!);
    take(at + 19, end);
    at = end;
  }
}

/** `20.0.0.0` in four octets behind a length. */
export function prefixOctets(address: string, length: number): Uint8Array {
  const word = addressToU32(address);
  const octets = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
  return Uint8Array.of(length, ...octets.slice(0, (length + 7) >> 3));
}
