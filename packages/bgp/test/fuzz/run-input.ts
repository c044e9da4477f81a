import { FuzzFailure, Probe } from './probe.js';
import type { FuzzTarget } from './target.js';

/** Octets of poison before and after each input. */
const MARGIN = 64;
const POISONS = [0x00, 0xff] as const;

/** Two buffers with the same input and different octets around it, reused for every input. */
export class InputRunner {
  readonly #frames = POISONS.map((poison) => new Uint8Array(1 << 17).fill(poison));
  readonly #probe = new Probe();
  #dirty = 0;

  /**
   * Runs one input twice. Throws what the target throws, and a `FuzzFailure` when what it saw depends on the octets around
   * the input.
   */
  async run(target: FuzzTarget, input: Uint8Array): Promise<void> {
    const control = input[0] ?? 0;
    const end = MARGIN + Math.max(0, input.length - 1);
    const digests: number[] = [];
    for (const [i, frame] of this.#frames.entries()) {
      frame.fill(POISONS[i]!, end, Math.max(end + MARGIN, this.#dirty));
      frame.set(input.subarray(1), MARGIN);
      this.#probe.begin();
      const running = target.run(this.#probe, control, frame, MARGIN, end);
      if (running !== undefined) await running;
      digests.push(this.#probe.digest);
    }
    this.#dirty = end;
    if (digests[0] !== digests[1]) throw new FuzzFailure(await this.#whereTheyPart(target, control, end));
  }

  async #whereTheyPart(target: FuzzTarget, control: number, end: number): Promise<string> {
    const traces: string[][] = [];
    for (const frame of this.#frames) {
      const probe = new Probe(true);
      await target.run(probe, control, frame, MARGIN, end);
      traces.push(probe.trace ?? []);
    }
    const [one = [], other = []] = traces;
    const at = one.findIndex((line, i) => line !== other[i]);
    return `what is seen depends on octets around the input: ${one[at]} or ${other[at]}`;
  }
}
