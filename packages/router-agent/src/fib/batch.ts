import type { PrefixWords } from '@peerage/bgp';
import type { NextHop, RouteOperation } from '@peerage/linux';
import type { FamilyFib } from './family-fib.js';
import type { GroupId, NextHopGroups } from './next-hop-groups.js';
import { prefixText } from './prefix-text.js';
import type { RouteWrites, WriteFailure } from './route-kernel.js';
import type { Row } from './route-table.js';

/** A write that was refused, for people. */
export interface RefusedRoute {
  readonly prefix: string;
  readonly reason: string;
}

/** Writes that were handed out, to be given back with the kernel's answer. */
export interface FibBatch extends RouteWrites {
  /** To be called once, with what was refused by ascending index. Answers with what has to be told. */
  settle(failures: readonly WriteFailure[]): readonly RefusedRoute[];
}

const operations: readonly RouteOperation[] = ['create', 'replace', 'delete'];

/** Rows on their way to the kernel, as columns: nothing is allocated for a row. */
export class Batch implements FibBatch {
  readonly #rows: Uint32Array;
  readonly #targets: Uint32Array;
  readonly #operations: Uint8Array;
  readonly #groups: NextHopGroups;
  /** The families in the order of their rows: those of the first up to {@link #border}, then those of the second. */
  readonly #fibs: readonly [FamilyFib, FamilyFib];
  readonly #border: number;
  readonly length: number;

  /** Takes at most so many rows, first those of the one family, then of the other. */
  constructor(capacity: number, groups: NextHopGroups, fibs: readonly [FamilyFib, FamilyFib]) {
    this.#rows = new Uint32Array(capacity);
    this.#targets = new Uint32Array(capacity);
    this.#operations = new Uint8Array(capacity);
    this.#groups = groups;
    this.#fibs = fibs;
    this.#border = this.#fill(fibs[0], 0);
    this.length = this.#fill(fibs[1], this.#border);
  }

  operation(i: number): RouteOperation {
    return operations[this.#operations[i] as number] as RouteOperation;
  }

  family(i: number): 4 | 6 {
    return this.#fibOf(i).family;
  }

  readPrefix(i: number, into: PrefixWords): void {
    this.#fibOf(i).table.readPrefix(this.#rows[i] as Row, into);
  }

  nextHops(i: number): readonly NextHop[] {
    return this.#groups.hops(this.#targets[i] as GroupId);
  }

  sharers(i: number): number {
    return this.#groups.references(this.#targets[i] as GroupId);
  }

  settle(failures: readonly WriteFailure[]): readonly RefusedRoute[] {
    const told: RefusedRoute[] = [];
    let at = 0;
    for (let i = 0; i < this.length; i++) {
      const fib = this.#fibOf(i);
      const row = this.#rows[i] as Row;
      const failure = failures[at]?.index === i ? (failures[at++] ?? null) : null;
      if (!fib.settle(row, this.operation(i), this.#targets[i] as GroupId, failure)) continue;
      told.push({ prefix: prefixText(fib.table, row), reason: fib.refusalText(row) });
    }
    return told;
  }

  /** Takes rows of a family until the batch is full or nothing waits; gives the place after the last. */
  #fill(fib: FamilyFib, start: number): number {
    let at = start;
    while (at < this.#rows.length) {
      const row = fib.take();
      if (row === 0) break;
      this.#rows[at] = row;
      this.#targets[at] = fib.takenTarget;
      this.#operations[at] = operations.indexOf(fib.takenOperation);
      at++;
    }
    return at;
  }

  #fibOf(i: number): FamilyFib {
    if (i < 0 || i >= this.length)
      throw new RangeError(`the batch has ${this.length} writes, asked for number ${i}`);
    return this.#fibs[i < this.#border ? 0 : 1];
  }
}
