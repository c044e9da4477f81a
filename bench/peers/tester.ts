import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../statistics.js';
import { Dataset, type RouteGroup, UpdateScript } from './dataset.js';
import { Expectation } from './expectation.js';
import { PlayedSession } from './played-session.js';
import { FormCache, Receiver } from './receiver.js';
import type { Findings, PhaseFigures, PhaseName, TesterMessage, TesterOrder } from './tester-messages.js';
import type { PlayedPeer } from './world.js';

/** Nothing came for so long: time to look at what did. */
const QUIET_MILLISECONDS = 100;
const POLL_MILLISECONDS = 5;

interface Player {
  readonly session: PlayedSession;
  readonly receiver: Receiver;
}

/** Who drives the tester: it hears of phases, and says when to begin one. */
export interface Conductor {
  tell(message: TesterMessage): void;
  /** Resolves when the next phase may begin. */
  go(): Promise<void>;
}

/**
 * Plays all peers of a daemon in one process. While the clock runs it only sends octets that were made before, and records
 * what comes; what came is read and checked when nothing has come for a while, each message with the time of its arrival.
 */
export class Tester {
  readonly #order: TesterOrder;
  readonly #conductor: Conductor;
  readonly #dataset: Dataset;
  readonly #expectation: Expectation;
  readonly #forms: FormCache;
  readonly #players: Player[];

  constructor(order: TesterOrder, conductor: Conductor) {
    const { scenario, world, seed, holdSeconds } = order;
    this.#order = order;
    this.#conductor = conductor;
    this.#dataset = new Dataset(scenario, world.peers, seed);
    this.#expectation = new Expectation(this.#dataset, scenario.feeders, order.policy);
    this.#forms = new FormCache(this.#expectation);
    this.#players = world.peers.map((peer: PlayedPeer) => ({
      session: new PlayedSession(peer, holdSeconds),
      receiver: new Receiver(peer, world.peers, this.#expectation, this.#forms),
    }));
  }

  /** Runs the scenario; never throws, but tells why it failed. */
  async run(): Promise<void> {
    try {
      await this.#connect();
      await this.#load();
      if (this.#order.scenario.letter === 'd') await this.#churn();
      if (this.#order.scenario.letter === 'e') await this.#lose();
      await sleep(this.#order.lingerSeconds * 1000);
      this.#replay();
      this.#assertUp();
      this.#conductor.tell({ event: 'end', findings: this.#findings() });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#conductor.tell({ event: 'failed', reason, findings: this.#findings() });
    } finally {
      for (const { session } of this.#players) session.close();
    }
  }

  get #feeders(): readonly Player[] {
    return this.#players.filter(({ receiver }) => receiver.peer.role === 'feeder');
  }

  get #monitors(): readonly Player[] {
    return this.#players.filter(({ receiver }) => receiver.peer.role === 'monitor');
  }

  async #connect(): Promise<void> {
    const { connectSeconds, world, lingerSeconds } = this.#order;
    const deadline = performance.now() + connectSeconds * 1000;
    await Promise.all(this.#players.map(({ session }) => session.establish(world.port, deadline)));
    // What daemons send and set up at the start of a session is over before the clock runs.
    await sleep(lingerSeconds * 1000);
    this.#replay();
  }

  async #load(): Promise<void> {
    const scripts = this.#feeders.map((_, feeder) => {
      const groups = this.#dataset.groups(feeder);
      this.#expectation.announce(feeder, groups);
      return new UpdateScript(this.#dataset, feeder).announce(groups).endOfRib().take();
    });
    await this.#phase('load', () => scripts);
  }

  /** Flaps back to back: a daemon may skip what was overtaken, the end is what counts. Then one by one. */
  async #churn(): Promise<void> {
    const { flap, cycles, steps } = this.#order.scenario;
    const groups = this.#dataset.groupsBelow(0, flap);
    const script = new UpdateScript(this.#dataset, 0);
    let version = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      script.withdraw(0, flap).announce(groups, ++version).announce(groups, ++version);
    }
    this.#expectation.announce(0, groups, version);
    const flaps = script.take();
    await this.#phase('churn', () => [flaps]);
    if (steps > 0) await this.#step(groups, version);
  }

  /** Single flaps, each part of which waits for the one before. */
  async #step(groups: readonly RouteGroup[], lastVersion: number): Promise<void> {
    const { flap, steps } = this.#order.scenario;
    const script = new UpdateScript(this.#dataset, 0);
    let version = lastVersion;
    const seconds = { withdraw: [] as number[], announce: [] as number[], change: [] as number[] };
    this.#conductor.tell({ event: 'ready', phase: 'steps' });
    await this.#conductor.go();
    let figures: PhaseFigures | null = null;
    for (let n = 0; n < steps; n++) {
      for (const part of ['withdraw', 'announce', 'change'] as const) {
        if (part === 'withdraw') {
          this.#expectation.withdraw(0, 0, flap);
          script.withdraw(0, flap);
        } else {
          this.#expectation.announce(0, groups, ++version);
          script.announce(groups, version);
        }
        const bytes = script.take();
        figures = await this.#measure(() => [bytes]);
        seconds[part].push(figures.seconds);
      }
    }
    const { withdraw, announce, change } = seconds;
    const medians = { withdraw: median(withdraw), announce: median(announce), change: median(change) };
    this.#conductor.tell({ event: 'over', phase: 'steps', figures: { ...figures!, steps: medians } });
  }

  /** The feeder's connection closes: the monitors are to be told that everything is gone. */
  async #lose(): Promise<void> {
    const { start, end } = this.#dataset.range(0);
    this.#expectation.withdraw(0, start, end);
    const [feeder] = this.#feeders;
    await this.#phase('loss', () => {
      feeder!.session.close();
      this.#players.splice(this.#players.indexOf(feeder!), 1);
      return [];
    });
  }

  /** Tells the conductor, waits for its word, measures. `begin` gives what each feeder sends. */
  async #phase(phase: PhaseName, begin: () => readonly Uint8Array[]): Promise<void> {
    this.#conductor.tell({ event: 'ready', phase });
    await this.#conductor.go();
    const figures = await this.#measure(begin, () => this.#conductor.tell({ event: 'quiet', phase }));
    this.#conductor.tell({ event: 'over', phase, figures });
  }

  async #measure(begin: () => readonly Uint8Array[], onQuiet: () => void = () => {}): Promise<PhaseFigures> {
    this.#forms.clear();
    for (const { receiver } of this.#players) receiver.begin();
    const feeders = this.#feeders;
    const start = performance.now();
    const scripts = begin();
    let sentAt = start;
    let unsent = scripts.length;
    let failure: unknown;
    scripts.forEach((script, i) => {
      const sent = feeders[i]!.session.send(script).then(() => {
        sentAt = performance.now();
        unsent--;
      });
      sent.catch((error: unknown) => {
        failure = error;
      });
    });
    const isSent = (): boolean => {
      if (failure !== undefined) throw failure;
      return unsent === 0;
    };
    await this.#untilInSync(start, isSent, onQuiet);
    const since = (players: readonly Player[]): number =>
      (Math.max(...players.map(({ receiver }) => receiver.rightSince ?? start)) - start) / 1000;
    // Where there is no monitor, feeders are all that receive.
    const monitors = this.#monitors.length > 0 ? this.#monitors : this.#players;
    const first = monitors.map(({ receiver }) => receiver.firstAt ?? start);
    return {
      seconds: since(monitors),
      feedersSeconds: since(this.#players),
      firstSeconds: (Math.min(...first) - start) / 1000,
      sentSeconds: (sentAt - start) / 1000,
    };
  }

  /** Waits until every receiver is right. Throws when that takes too long, or a session ends. */
  async #untilInSync(start: number, isSent: () => boolean, onQuiet: () => void): Promise<void> {
    const { phaseSeconds, idleSeconds } = this.#order;
    let readUpTo = -1;
    for (;;) {
      await sleep(POLL_MILLISECONDS);
      const active = Math.max(start, ...this.#players.map(({ session }) => session.activeAt));
      const now = performance.now();
      this.#assertUp();
      if (isSent() && now - active >= QUIET_MILLISECONDS && active !== readUpTo) {
        onQuiet();
        this.#replay();
        this.#assertUp();
        if (this.#players.every(({ receiver }) => receiver.isRight)) return;
        readUpTo = active;
      }
      if (now - start > phaseSeconds * 1000) throw new Error(`not in sync after ${phaseSeconds} s`);
      if (now - active > idleSeconds * 1000)
        throw new Error(`not in sync, and nothing came for ${idleSeconds} s`);
    }
  }

  #replay(): void {
    for (const { session, receiver } of this.#players) {
      session.replay((bytes, start, end, time) => receiver.read(bytes, start, end, time));
    }
  }

  #assertUp(): void {
    for (const { session } of this.#players) if (session.failure !== null) throw new Error(session.failure);
  }

  #findings(): Findings {
    const faults: Record<string, number> = {};
    const notes: Record<string, number> = {};
    const sum = (into: Record<string, number>, from: ReadonlyMap<string, number>): void => {
      for (const [name, count] of from) into[name] = (into[name] ?? 0) + count;
    };
    for (const { receiver } of this.#players) {
      sum(faults, receiver.faults);
      sum(faults, receiver.verdicts());
      sum(notes, receiver.notes);
    }
    const total = (of: (player: Player) => number): number =>
      this.#players.reduce((all, player) => all + of(player), 0);
    return {
      faults,
      notes,
      examples: this.#players.flatMap(({ receiver }) => receiver.examples).slice(0, 5),
      updates: total(({ receiver }) => receiver.updates),
      routes: total(({ receiver }) => receiver.routes),
      octets: total(({ session }) => session.received),
      ...(this.#expectation.hits !== undefined && { hits: this.#expectation.hits }),
    };
  }
}
