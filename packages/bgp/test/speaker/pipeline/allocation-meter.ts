import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';

/** What was allocated between two looks, in octets. */
export interface Allocated {
  /** Objects, by collections of the nursery. */
  readonly objects: number;
  /** What came to be outside of the heap, whether or not it went again: contents of typed arrays above all. */
  readonly buffers: number;
  /** What is outside of the heap in the end, and was not in the beginning; less than nothing when memory was given back. */
  readonly kept: number;
}

/** The flags of a process in which this can be measured. */
export const METERED = [
  '--expose-gc',
  '--single-threaded-gc',
  '--min-semi-space-size=1',
  '--max-semi-space-size=1',
] as const;

/** Octets of an array of so many doubles: those, a header of them, and the array. */
const DOUBLES = 64;
const ARRAY_OCTETS = 8 * DOUBLES + 16 + 32;
const KNOWN_OCTETS = 64 << 20;

/**
 * Counts what is allocated: with a nursery of fixed size each of its collections stands for the same number of octets, which
 * is found out by allocating a known number of them.
 */
export class AllocationMeter {
  private readonly observer: PerformanceObserver;
  private collections = 0;
  private octetsOfOne = 0;
  private outside = 0;
  private buffers = 0;
  private begun = { collections: 0, outside: 0 };

  constructor() {
    if (globalThis.gc === undefined) throw new Error(`run it with ${METERED.join(' ')}`);
    this.observer = new PerformanceObserver((list) => this.count(list.getEntries()));
    this.observer.observe({ entryTypes: ['gc'] });
  }

  /** Finds out what a collection stands for; to be called first. */
  async calibrate(): Promise<void> {
    const before = await this.counted();
    let last: number[] = [];
    for (let octets = 0; octets < KNOWN_OCTETS; octets += ARRAY_OCTETS)
      last = new Array<number>(DOUBLES).fill(0.5);
    if (last.length === 0) throw new Error('the array is used, so that it is made');
    this.octetsOfOne = KNOWN_OCTETS / ((await this.counted()) - before);
  }

  async begin(): Promise<void> {
    collectTwice();
    emptyNursery();
    const collections = await this.counted();
    this.outside = outsideHeap();
    this.buffers = 0;
    this.begun = { collections, outside: this.outside };
  }

  /** To be called often: what came and went in between is not seen. */
  sample(): void {
    const now = outsideHeap();
    this.buffers += Math.max(0, now - this.outside);
    this.outside = now;
  }

  async end(): Promise<Allocated> {
    this.sample();
    const collections = (await this.counted()) - this.begun.collections;
    collectTwice();
    return {
      objects: collections * this.octetsOfOne,
      buffers: this.buffers,
      kept: outsideHeap() - this.begun.outside,
    };
  }

  close(): void {
    this.observer.disconnect();
  }

  /** Entries are told some time after a collection. */
  private async counted(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    this.count(this.observer.takeRecords());
    return this.collections;
  }

  private count(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const { detail } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } };
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) this.collections++;
    }
  }
}

/** `arrayBuffers` is a part of it. */
function outsideHeap(): number {
  return process.memoryUsage().external;
}

/** What the first one finds to be garbage outside of the heap may be given back by the second one only. */
function collectTwice(): void {
  globalThis.gc!();
  globalThis.gc!();
}

/** What lived through two collections of the nursery is not in it: the next one stands for what is allocated from now on. */
function emptyNursery(): void {
  globalThis.gc!(true);
  globalThis.gc!(true);
}
