import type { Problem } from '../model/cluster.js';
import type { Log } from './log.js';

/** What is not right at present, by who found it. Each problem is logged when it comes and when it goes. */
export class ProblemBoard {
  readonly #log: Log;
  readonly #found: (problem: Problem) => void;
  readonly #bySource = new Map<string, readonly Problem[]>();

  /** `found` is called for each problem that was not known. */
  constructor(log: Log, found: (problem: Problem) => void = () => {}) {
    this.#log = log;
    this.#found = found;
  }

  /** All that `source` finds wrong now; takes the place of what it found before. */
  tell(source: string, problems: readonly Problem[]): void {
    const before = this.#texts();
    this.#bySource.set(source, problems);
    const after = this.#texts();
    for (const [text, problem] of after) {
      if (before.has(text)) continue;
      this.#log.log('warn', 'problem.found', { source, ...problem });
      this.#found(problem);
    }
    for (const [text, problem] of before) {
      if (!after.has(text)) this.#log.log('info', 'problem.solved', { source, ...problem });
    }
  }

  /** Each problem once, although several controllers may have found it. */
  list(): readonly Problem[] {
    return [...this.#texts().values()];
  }

  /** How many each source finds. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#bySource].map(([source, problems]) => [source, problems.length]));
  }

  #texts(): Map<string, Problem> {
    const all = [...this.#bySource.values()].flat();
    return new Map(all.map((problem) => [`${problem.place} ${problem.message}`, problem]));
  }
}
