import type { Column32 } from './columns.js';

/**
 * Gives out ids from 1 on, freed ones first. The free ones are chained through a column of the owner that means nothing
 * for a row that is not in use, so that the list takes no memory.
 */
export class IdAllocator {
  private readonly chain: Column32;
  private free = 0;
  /** Highest id ever given out + 1: where a walk over all ids ends. */
  limit = 1;
  /** Ids in use. */
  live = 0;

  constructor(chain: Column32) {
    this.chain = chain;
  }

  take(): number {
    this.live++;
    const id = this.free;
    if (id === 0) return this.limit++;
    this.free = this.chain.get(id);
    this.chain.set(id, 0);
    return id;
  }

  give(id: number): void {
    this.live--;
    this.chain.set(id, this.free);
    this.free = id;
  }

  /** Starts over at 1; only when nothing is in use. */
  restart(): void {
    this.free = 0;
    this.limit = 1;
  }
}
