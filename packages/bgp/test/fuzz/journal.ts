const COUNT = 0;
const TARGET = 1;
const LENGTH = 2;
const HEADER = 16;
const ROOM = 1 << 17;

/**
 * What the worker is doing, in memory that the watchdog sees too: how many inputs were begun, and the current one. So an
 * input that never ends, or that takes the whole heap, is known.
 *
 * ```
 * count (4) | target (4) | length (4) | … | the input
 * ```
 */
export class Journal {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(HEADER + ROOM)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEADER / 4);
    this.#bytes = new Uint8Array(memory, HEADER);
  }

  begin(target: number, input: Uint8Array): void {
    this.#words[TARGET] = target;
    this.#words[LENGTH] = input.length;
    this.#bytes.set(input);
    Atomics.add(this.#words, COUNT, 1);
  }

  get count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  get target(): number {
    return this.#words[TARGET]!;
  }

  get input(): Uint8Array {
    return this.#bytes.slice(0, this.#words[LENGTH]!);
  }
}
