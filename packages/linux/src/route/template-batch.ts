import type { RouteOperation } from './encode-route.js';
import type { RouteTemplate } from './route-template.js';

const operations: readonly RouteOperation[] = ['create', 'replace', 'delete'];

/** What most messages need: one next hop of IPv6. */
const usualWords = 20;

/**
 * Changes to many routes that differ in little but their destinations, to be applied in order by `netlink.routes.apply`: as `RouteBatch`,
 * for a million of them. A change costs a copy of its template and allocates nothing.
 */
export class TemplateBatch {
  #words: Uint32Array<ArrayBuffer>;
  readonly #operations: Uint8Array;
  #length = 0;
  #end = 0;

  /** `capacity`: most changes that will be added. */
  constructor(capacity: number) {
    this.#words = new Uint32Array(capacity * usualWords);
    this.#operations = new Uint8Array(capacity);
  }

  /** How many changes the batch has. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a change of the route to a destination, given as the prefix length and the words of its address, most significant first: `a` of
   * IPv4, all four of IPv6. Gives the index by which a failure will be told.
   */
  add(template: RouteTemplate, prefixLength: number, a: number, b: number, c: number, d: number): number {
    if (this.#length === this.#operations.length) {
      throw new RangeError(`the batch was made for ${this.#length} changes, and this is one more`);
    }
    if (this.#end + template.words.length > this.#words.length) this.#grow(template.words.length);
    this.#end = template.write(this.#words, this.#end, prefixLength, a, b, c, d);
    this.#operations[this.#length] = operations.indexOf(template.operation);
    return this.#length++;
  }

  /** What the change with this index asks for. */
  operation(index: number): RouteOperation | undefined {
    return index < this.#length ? operations[this.#operations[index] as number] : undefined;
  }

  /** The netlink messages, in order, without a copy: the batch is of no use after they were sent. */
  encode(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#words.buffer, 0, this.#end * 4);
  }

  #grow(more: number): void {
    const grown = new Uint32Array(this.#words.length * 2 + more);
    grown.set(this.#words.subarray(0, this.#end));
    this.#words = grown;
  }
}
