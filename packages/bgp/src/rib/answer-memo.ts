import { fold32, mix32 } from './hash.js';

const WORDS = 8;
/** A power of two. More are seldom asked for again, and do not stay in the cache of the processor. */
const ENTRIES = 1024;

/**
 * Remembers the answers of policies: a direct-mapped cache from a few words to one. Bounded; it holds no references: the
 * words of ids come with the serial of their present life, and one that was given out anew is not found.
 *
 * ```
 * entry [ scope | set | serial of set | next hop | peer | class of prefix | answer | serial of answer ]      scope 0 = empty
 * ```
 */
export class AnswerMemo {
  private readonly table = new Int32Array(ENTRIES * WORDS);
  private at = 0;

  /** Looks for an answer; after true, `answer` and `answerSerial` give it. */
  find(
    scope: number,
    set: number,
    serial: number,
    nextHop: number,
    peer: number,
    prefixClass: number,
  ): boolean {
    const { table } = this;
    const hash = mix32(fold32(fold32(fold32(fold32(scope, set), nextHop), peer), prefixClass));
    const at = (hash & (ENTRIES - 1)) * WORDS;
    this.at = at;
    return (
      table[at] === scope &&
      table[at + 1] === set &&
      table[at + 2] === serial &&
      table[at + 3] === nextHop &&
      table[at + 4] === peer &&
      table[at + 5] === prefixClass
    );
  }

  get answer(): number {
    return this.table[this.at + 6]!;
  }

  get answerSerial(): number {
    return this.table[this.at + 7]!;
  }

  put(
    scope: number,
    set: number,
    serial: number,
    nextHop: number,
    peer: number,
    prefixClass: number,
    answer: number,
    answerSerial: number,
  ): void {
    this.find(scope, set, serial, nextHop, peer, prefixClass);
    const { table, at } = this;
    table[at] = scope;
    table[at + 1] = set;
    table[at + 2] = serial;
    table[at + 3] = nextHop;
    table[at + 4] = peer;
    table[at + 5] = prefixClass;
    table[at + 6] = answer;
    table[at + 7] = answerSerial;
  }

  /** Forgets everything: ids without a serial (next hops, peers) were freed. */
  clear(): void {
    this.table.fill(0);
  }
}
