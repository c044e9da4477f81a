import { Session } from 'node:inspector/promises';

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number;
      readonly endOffset: number;
      readonly count: number;
    }[];
  }[];
}

/** What of the sources has run, by V8's block counters: a bit for each character of the code. */
export class Coverage {
  readonly #session = new Session();
  readonly #covered = new Map<string, Uint8Array>();
  readonly #scripts: RegExp;
  #total = 0;

  /** Counts in scripts whose address matches. */
  constructor(scripts: RegExp) {
    this.#scripts = scripts;
  }

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async stop(): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** Characters of code that have run. */
  get total(): number {
    return this.#total;
  }

  /**
   * What ran since the last call. Returns how many characters of it ran for the first time; they are remembered when
   * `keep` is set.
   */
  async take(keep: boolean): Promise<number> {
    const answer = await this.#session.post('Profiler.takePreciseCoverage');
    let fresh = 0;
    for (const script of answer.result as readonly ScriptCoverage[]) {
      if (this.#scripts.test(script.url)) fresh += this.#compare(script, keep);
    }
    if (keep) this.#total += fresh;
    return fresh;
  }

  #compare(script: ScriptCoverage, keep: boolean): number {
    const size = script.functions.reduce((most, { ranges }) => Math.max(most, ranges[0]!.endOffset), 0);
    const ran = new Uint8Array(size);
    // Functions and ranges come from the outside in: the innermost has the last word.
    for (const { ranges } of script.functions) {
      for (const { startOffset, endOffset, count } of ranges)
        ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
    const known = this.#knownOf(script.url, size);
    let fresh = 0;
    for (let i = 0; i < size; i++) {
      if (ran[i] === 1 && known[i] === 0) {
        fresh++;
        if (keep) known[i] = 1;
      }
    }
    return fresh;
  }

  #knownOf(url: string, size: number): Uint8Array {
    let known = this.#covered.get(url);
    if (known === undefined || known.length < size) {
      const grown = new Uint8Array(size);
      if (known !== undefined) grown.set(known);
      known = grown;
      this.#covered.set(url, known);
    }
    return known;
  }
}
