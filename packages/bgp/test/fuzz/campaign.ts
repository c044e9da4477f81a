import { performance } from 'node:perf_hooks';
import type { Coverage } from './coverage.js';
import type { Finding, TargetReport } from './finding.js';
import { describeFailure } from './finding.js';
import type { Journal } from './journal.js';
import { mutate } from './mutate.js';
import { FuzzRandom } from './random.js';
import type { InputRunner } from './run-input.js';
import { shrink } from './shrink.js';
import type { FuzzTarget } from './target.js';

/** Between two times that fresh seeds are asked for. */
const BATCHES_A_SOWING = 100;

/** What all campaigns of one worker share. */
export interface Workshop {
  readonly coverage: Coverage;
  readonly runner: InputRunner;
  readonly journal: Journal;
  readonly seed: number;
  found(finding: Finding): void;
}

/**
 * The inputs of one target: a corpus that grows by what reaches code that none before it reached. Where a batch reached
 * something new, it is halved until the inputs that did are found.
 */
export class Campaign {
  readonly target: FuzzTarget;
  readonly #index: number;
  readonly #shop: Workshop;
  readonly #random: FuzzRandom;
  readonly #corpus: Uint8Array[] = [];
  readonly #known = new Set<string>();
  #batches = 0;
  #executions = 0;
  #slowest = 0;
  #milliseconds = 0;

  constructor(target: FuzzTarget, index: number, shop: Workshop) {
    this.target = target;
    this.#index = index;
    this.#shop = shop;
    this.#random = new FuzzRandom(shop.seed, target.name);
  }

  get report(): TargetReport {
    return {
      name: this.target.name,
      executions: this.#executions,
      corpus: this.#corpus.length,
      milliseconds: this.#milliseconds,
      slowestMilliseconds: this.#slowest,
    };
  }

  /** The seeds are the first inputs. All stay. */
  async plant(): Promise<void> {
    for (const seed of this.target.seeds(this.#shop.seed)) {
      this.#corpus.push(seed);
      await this.#execute(seed);
    }
    await this.#shop.coverage.take(true);
  }

  /** One batch of new inputs; now and then of fresh seeds. */
  async advance(): Promise<void> {
    this.#batches++;
    if (this.#batches % BATCHES_A_SOWING === 0) {
      const seeds = this.target.seeds(this.#shop.seed + this.#batches);
      for (let at = 0; at < seeds.length; at += this.target.batch) {
        await this.#tryOut(seeds.slice(at, at + this.target.batch));
      }
      return;
    }
    await this.#tryOut(Array.from({ length: this.target.batch }, () => this.#next()));
  }

  async #tryOut(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) await this.#execute(input);
    if ((await this.#shop.coverage.take(false)) > 0) await this.#keepFresh(inputs);
  }

  #next(): Uint8Array {
    const random = this.#random;
    const corpus = this.#corpus;
    if (corpus.length === 0) return Uint8Array.of(0);
    // What came last is tried more often: it is nearest to code that is not known yet.
    const recent = Math.max(0, corpus.length - 32);
    const parent = random.oneIn(3)
      ? corpus[recent + random.below(corpus.length - recent)]!
      : random.pick(corpus);
    const input = mutate(parent, random.pick(corpus), random, this.target.longest);
    if (this.target.repair !== undefined && !random.oneIn(3)) this.target.repair(input.subarray(1));
    return input;
  }

  async #keepFresh(inputs: readonly Uint8Array[]): Promise<void> {
    if (inputs.length === 1) {
      await this.#execute(inputs[0]!);
      if ((await this.#shop.coverage.take(true)) > 0) this.#corpus.push(inputs[0]!);
      return;
    }
    const half = inputs.length >>> 1;
    for (const part of [inputs.slice(0, half), inputs.slice(half)]) {
      for (const input of part) await this.#execute(input);
      if ((await this.#shop.coverage.take(false)) > 0) await this.#keepFresh(part);
    }
  }

  async #execute(input: Uint8Array): Promise<void> {
    this.#executions++;
    this.#shop.journal.begin(this.#index, input);
    const start = performance.now();
    try {
      const running = this.#shop.runner.run(this.target, input);
      if (running !== undefined) await running;
    } catch (error) {
      await this.#note(error, input);
    }
    const took = performance.now() - start;
    this.#milliseconds += took;
    if (took > this.#slowest) this.#slowest = took;
  }

  async #note(error: unknown, input: Uint8Array): Promise<void> {
    const { kind } = describeFailure(error);
    if (this.#known.has(kind)) return;
    this.#known.add(kind);
    const small = await shrink(input, async (candidate) => {
      try {
        await this.#shop.runner.run(this.target, candidate);
        return false;
      } catch (other) {
        return describeFailure(other).kind === kind;
      }
    });
    const { message } = await this.#failureOf(small, error);
    this.#shop.found({ target: this.target.name, kind, message, input: Buffer.from(small).toString('hex') });
  }

  async #failureOf(input: Uint8Array, fallback: unknown): Promise<{ readonly message: string }> {
    try {
      await this.#shop.runner.run(this.target, input);
      return describeFailure(fallback);
    } catch (error) {
      return describeFailure(error);
    }
  }
}
