import { mainTable, type RouteOperation } from '@peerage/linux';
import type { FamilyFib } from './family-fib.js';
import type { GroupId, NextHopGroups } from './next-hop-groups.js';
import { prefixText } from './prefix-text.js';
import { ownProtocol, type RouteBuffer, type RouteWrites, type WriteFailure } from './route-kernel.js';
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
  /** Which family the rows up to which index belong to. */
  readonly #parts: { readonly fib: FamilyFib; readonly end: number }[] = [];
  readonly #address4 = new Uint8Array(4);
  readonly #address6 = new Uint8Array(16);
  #length = 0;

  constructor(capacity: number, groups: NextHopGroups) {
    this.#rows = new Uint32Array(capacity);
    this.#targets = new Uint32Array(capacity);
    this.#operations = new Uint8Array(capacity);
    this.#groups = groups;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes rows of a family until the batch is full or nothing waits. */
  fill(fib: FamilyFib): void {
    while (this.#length < this.#rows.length) {
      const row = fib.take();
      if (row === 0) break;
      this.#rows[this.#length] = row;
      this.#targets[this.#length] = fib.takenTarget;
      this.#operations[this.#length] = operations.indexOf(fib.takenOperation);
      this.#length++;
    }
    this.#parts.push({ fib, end: this.#length });
  }

  operation(i: number): RouteOperation {
    return operations[this.#operations[i] as number] as RouteOperation;
  }

  read(i: number, into: RouteBuffer): void {
    const { table } = this.#fibOf(i);
    const destination = table.family === 4 ? this.#address4 : this.#address6;
    const row = this.#rows[i] as Row;
    table.readAddress(row, destination);
    into.family = table.family;
    into.destination = destination;
    into.prefixLength = table.prefixLength(row);
    into.table = mainTable;
    into.protocol = ownProtocol;
    into.metric = 0;
    into.nextHops = this.#groups.hops(this.#targets[i] as GroupId);
  }

  settle(failures: readonly WriteFailure[]): readonly RefusedRoute[] {
    const told: RefusedRoute[] = [];
    let at = 0;
    for (let i = 0; i < this.#length; i++) {
      const fib = this.#fibOf(i);
      const row = this.#rows[i] as Row;
      const failure = failures[at]?.index === i ? (failures[at++] ?? null) : null;
      if (!fib.settle(row, this.operation(i), this.#targets[i] as GroupId, failure)) continue;
      told.push({ prefix: prefixText(fib.table, row), reason: fib.refusalText(row) });
    }
    return told;
  }

  #fibOf(i: number): FamilyFib {
    const part = this.#parts.find(({ end }) => i < end);
    if (part === undefined)
      throw new RangeError(`the batch has ${this.#length} writes, asked for number ${i}`);
    return part.fib;
  }
}
