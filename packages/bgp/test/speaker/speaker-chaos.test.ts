import t from 'tap';
import { acceptAll, rejectAll } from '../../src/policy/defaults.js';
import { seededRandom } from '../../src/testing/index.js';
import { Lab, type LabSpeaker, peerOf, TextSink } from './lab.js';

/**
 * A small AS (a, b, c in a full mesh) with an external router at a and b, whose connections are cut and reset while
 * routes, policies and sinks come and go. When all is quiet, everybody must know exactly what there is to know.
 */
class Chaos {
  readonly lab = new Lab();
  readonly inside: readonly LabSpeaker[];
  readonly router: LabSpeaker;
  /** What is announced, by speaker: prefix → MED. */
  readonly announced = new Map<LabSpeaker, Map<string, number>>();
  readonly sinks = new Map<LabSpeaker, TextSink>();
  readonly #random: { next(): number };
  /** Inside speakers whose export to the router is switched off. */
  readonly #silent = new Set<LabSpeaker>();

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.lab.network.options = { delay: 1 + this.below(20), chop: 1 + this.below(400) };
    this.inside = [1, 2, 3].map((number) => this.lab.speaker(number, 64512));
    this.router = this.lab.speaker(9, 64513);
    const [a, b, c] = this.inside as [LabSpeaker, LabSpeaker, LabSpeaker];
    for (const [left, right] of [
      [a, b],
      [a, c],
      [b, c],
      [a, this.router],
      [b, this.router],
    ] as const) {
      this.lab.join(left, right, { holdTime: 9, connectRetryTime: 2, idleHoldTime: 0.5 });
    }
    for (const speaker of this.all) {
      this.announced.set(speaker, new Map());
      this.addSink(speaker);
    }
  }

  get all(): readonly LabSpeaker[] {
    return [...this.inside, this.router];
  }

  below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  addSink(speaker: LabSpeaker): void {
    const sink = new TextSink();
    speaker.speaker.addRouteSink(sink);
    this.sinks.set(speaker, sink);
  }

  /** One random thing. */
  step(): void {
    const speaker = this.all[this.below(4)] as LabSpeaker;
    const mine = this.announced.get(speaker) as Map<string, number>;
    const prefix = `10.${this.all.indexOf(speaker)}.${this.below(40)}.0/24`;
    switch (this.below(8)) {
      case 0:
      case 1:
      case 2: {
        const med = this.below(3);
        mine.set(prefix, med);
        speaker.speaker.announce({ prefixes: [prefix], attributes: { med } });
        break;
      }
      case 3:
      case 4:
        mine.delete(prefix);
        speaker.speaker.withdraw([prefix]);
        break;
      case 5: {
        const { connections } = this.lab.network;
        if (connections.length > 0) connections[this.below(connections.length)]?.dialled.cut();
        break;
      }
      case 6:
        this.flipExport(this.inside[this.below(2)] as LabSpeaker);
        break;
      default:
        if (this.below(3) === 0) this.addSink(speaker);
        else speaker.speaker.resetPeer(speaker.speaker.peers()[0]?.address ?? '');
    }
  }

  flipExport(speaker: LabSpeaker): void {
    const isSilent = this.#silent.delete(speaker);
    if (!isSilent) this.#silent.add(speaker);
    const exportPolicy = isSilent ? acceptAll : rejectAll;
    const times = { holdTime: 9, connectRetryTime: 2, idleHoldTime: 0.5 };
    speaker.speaker.updatePeer(peerOf(this.router, { ...times, exportPolicy }));
  }

  /** What a speaker must know in the end: prefix → MED, null where MED does not travel. */
  expected(speaker: LabSpeaker): Map<string, number | null> {
    const known = new Map<string, number | null>();
    const hearsInside = speaker !== this.router || this.#silent.size < 2;
    for (const [other, routes] of this.announced) {
      if (other !== speaker && speaker === this.router && !hearsInside) continue;
      // A path that a or b passes on to the router has lost the MED of its origin, unless it is its own.
      for (const [prefix, med] of routes)
        known.set(prefix, speaker === this.router && other !== speaker ? null : med);
    }
    return known;
  }
}

function table(speaker: LabSpeaker): Map<string, number | undefined> {
  const found = new Map<string, number | undefined>();
  for (const { prefix, paths } of speaker.speaker.rib({ limit: 10_000 }).routes) {
    const best = paths.find((path) => path.best);
    if (best !== undefined) found.set(prefix, best.attributes.med);
  }
  return found;
}

for (let seed = 1; seed <= 25; seed++) {
  t.test(`seed ${seed}: after cuts, resets and changes everybody knows what there is`, async (t) => {
    const chaos = new Chaos(seed);
    await chaos.lab.start(...chaos.all);
    for (let i = 0; i < 150; i++) {
      chaos.step();
      await chaos.lab.clock.runFor(chaos.below(300));
    }
    t.ok(await chaos.lab.until(() => chaos.all.every(({ speaker }) => speaker.peers().every(isUp)), 120_000));
    await chaos.lab.clock.runFor(5_000);

    for (const speaker of chaos.all) {
      const found = table(speaker);
      const expected = chaos.expected(speaker);
      t.same([...found.keys()].sort(), [...expected.keys()].sort(), `${speaker.address} knows each prefix`);
      for (const [prefix, med] of expected)
        if (med !== null && found.get(prefix) !== med) t.equal(found.get(prefix), med);
      t.same(
        [...(chaos.sinks.get(speaker)?.table.keys() ?? [])].sort(),
        [...found.keys()].sort(),
        'so does its sink',
      );
      for (const peer of speaker.speaker.peers()) {
        const other = chaos.all.find(({ address }) => address === peer.address) as LabSpeaker;
        t.same(
          speaker.speaker
            .received(peer.address, { limit: 10_000 })
            .routes.map(({ prefix }) => prefix)
            .sort(),
          other.speaker
            .advertised(speaker.address, { limit: 10_000 })
            .routes.map(({ prefix }) => prefix)
            .sort(),
          `${speaker.address} holds what ${peer.address} says it sent`,
        );
      }
    }
    for (const { speaker } of chaos.all) void speaker.close();
    await chaos.lab.clock.runFor(10_000);
    t.ok(
      chaos.lab.network.connections.every(({ dialled, accepted }) => dialled.isClosed && accepted.isClosed),
    );
  });
}

function isUp(peer: { readonly state: string }): boolean {
  return peer.state === 'established';
}
