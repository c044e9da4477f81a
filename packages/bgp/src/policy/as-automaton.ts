import type { AsPattern } from './as-path-syntax.js';

/** States are forgotten over this many; the ones in use come back. */
const MOST_KNOWN = 1024;
const UNKNOWN = -1;

/**
 * Runs a pattern over AS numbers without objects or texts: a table of states by letters, where a letter stands for all ASes
 * that the pattern does not tell apart.
 *
 * ```
 * nodes   ε-edges and at most one edge over letters each, from the pattern (Thompson)
 * states  sets of nodes, found when they are first reached;   next[state][letter] = state, or -1: not known yet
 * letters [ ASes below borders[0] | … | ASes from the last border | begin | end ]
 * ```
 */
export class AsAutomaton {
  private readonly borders: Float64Array;
  private readonly beginLetter: number;
  private readonly endLetter: number;
  private readonly empties: number[][] = [];
  /** By node: which letters lead on, and to which node; null for nodes with ε-edges only. */
  private readonly edges: ({ readonly takes: Uint8Array; readonly to: number } | null)[] = [];
  private readonly final: number;
  private readonly start: readonly number[];
  private ids = new Map<string, number>();
  private sets: (readonly number[])[] = [];
  private next: Int32Array[] = [];
  private accepting: boolean[] = [];
  private state = 0;

  constructor(pattern: AsPattern) {
    const borders = new Set<number>();
    collectBorders(pattern, borders);
    this.borders = Float64Array.from(borders).sort();
    this.beginLetter = this.borders.length + 1;
    this.endLetter = this.beginLetter + 1;
    const every = new Uint8Array(this.endLetter + 1).fill(1);
    // A pattern fits anywhere: anything may come before it, and what comes after is not looked at.
    const first = this.node();
    this.edges[first] = { takes: every, to: first };
    const body = this.build(pattern);
    this.empties[first]!.push(body.from);
    this.final = body.to;
    this.start = this.closure([first]);
  }

  /** The path so far contains a match, whatever follows. */
  get isMatch(): boolean {
    return this.accepting[this.state]!;
  }

  begin(): void {
    this.state = this.idOf(this.start);
    this.step(this.beginLetter);
  }

  finish(): boolean {
    if (!this.isMatch) this.step(this.endLetter);
    return this.isMatch;
  }

  stepSequence(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end && !this.isMatch; at += 4) this.step(this.letterAt(bytes, at));
  }

  /** One place with several ASes: it fits when one of them does. Rare, so that it may make objects. */
  stepSet(bytes: Uint8Array, start: number, end: number): void {
    const from = this.sets[this.state]!;
    const reached = new Set<number>();
    for (let at = start; at < end; at += 4) {
      for (const node of this.follow(from, this.letterAt(bytes, at))) reached.add(node);
    }
    this.state = this.idOf(this.closure([...reached]));
  }

  private letterAt(bytes: Uint8Array, at: number): number {
    const as = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    const { borders } = this;
    let low = 0;
    let high = borders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (borders[middle]! <= as) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private step(letter: number): void {
    const known = this.next[this.state]![letter]!;
    this.state = known === UNKNOWN ? this.discover(letter) : known;
  }

  private discover(letter: number): number {
    const row = this.next[this.state]!;
    const found = this.idOf(this.closure(this.follow(this.sets[this.state]!, letter)));
    // Unless the states were just forgotten: then this row is nobody's any more, and writing to it does no harm.
    row[letter] = found;
    return found;
  }

  private follow(nodes: readonly number[], letter: number): number[] {
    const reached: number[] = [];
    for (const node of nodes) {
      const edge = this.edges[node];
      if (edge !== null && edge !== undefined && edge.takes[letter] === 1) reached.push(edge.to);
    }
    return reached;
  }

  private closure(nodes: readonly number[]): readonly number[] {
    const seen = new Set(nodes);
    const stack = [...nodes];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const other of this.empties[node]!) {
        if (seen.has(other)) continue;
        seen.add(other);
        stack.push(other);
      }
    }
    return [...seen].sort((x, y) => x - y);
  }

  private idOf(nodes: readonly number[]): number {
    const key = nodes.join();
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    if (this.sets.length >= MOST_KNOWN) {
      this.ids = new Map();
      this.sets = [];
      this.next = [];
      this.accepting = [];
    }
    const id = this.sets.length;
    this.ids.set(key, id);
    this.sets.push(nodes);
    this.accepting.push(nodes.includes(this.final));
    this.next.push(new Int32Array(this.endLetter + 1).fill(UNKNOWN));
    return id;
  }

  private node(): number {
    this.empties.push([]);
    this.edges.push(null);
    return this.edges.length - 1;
  }

  private edge(takes: Uint8Array): Piece {
    const from = this.node();
    const to = this.node();
    this.edges[from] = { takes, to };
    return { from, to };
  }

  private build(pattern: AsPattern): Piece {
    switch (pattern.kind) {
      case 'begin':
      case 'end': {
        const takes = new Uint8Array(this.endLetter + 1);
        takes[pattern.kind === 'begin' ? this.beginLetter : this.endLetter] = 1;
        return this.edge(takes);
      }
      case 'empty': {
        const node = this.node();
        return { from: node, to: node };
      }
      case 'as':
        return this.edge(this.lettersOf(pattern));
      case 'all':
        return pattern.parts.reduce<Piece>(
          (before, part) => this.join(before, this.build(part)),
          this.blank(),
        );
      case 'either': {
        const piece = { from: this.node(), to: this.node() };
        for (const part of pattern.parts) {
          const inner = this.build(part);
          this.empties[piece.from]!.push(inner.from);
          this.empties[inner.to]!.push(piece.to);
        }
        return piece;
      }
      case 'repeat':
        return this.repeat(pattern.part, pattern.least, pattern.most);
    }
  }

  private repeat(part: AsPattern, least: number, most: number): Piece {
    let piece = this.blank();
    for (let i = 0; i < least; i++) piece = this.join(piece, this.build(part));
    if (most === Number.POSITIVE_INFINITY) {
      const inner = this.build(part);
      const loop = { from: this.node(), to: this.node() };
      this.empties[loop.from]!.push(inner.from, loop.to);
      this.empties[inner.to]!.push(loop.from);
      return this.join(piece, loop);
    }
    for (let i = least; i < most; i++) {
      const inner = this.build(part);
      const optional = { from: this.node(), to: this.node() };
      this.empties[optional.from]!.push(inner.from, optional.to);
      this.empties[inner.to]!.push(optional.to);
      piece = this.join(piece, optional);
    }
    return piece;
  }

  private blank(): Piece {
    const node = this.node();
    return { from: node, to: node };
  }

  private join(first: Piece, second: Piece): Piece {
    this.empties[first.to]!.push(second.from);
    return { from: first.from, to: second.to };
  }

  private lettersOf(pattern: AsPattern & { readonly kind: 'as' }): Uint8Array {
    const takes = new Uint8Array(this.endLetter + 1);
    for (let letter = 0; letter < this.beginLetter; letter++) {
      const as = letter === 0 ? 0 : this.borders[letter - 1]!;
      const isListed = pattern.ranges.some(({ least, most }) => as >= least && as <= most);
      takes[letter] = isListed !== pattern.isNegated ? 1 : 0;
    }
    return takes;
  }
}

interface Piece {
  readonly from: number;
  readonly to: number;
}

function collectBorders(pattern: AsPattern, borders: Set<number>): void {
  if (pattern.kind === 'as') {
    for (const { least, most } of pattern.ranges) borders.add(least).add(most + 1);
  } else if (pattern.kind === 'repeat') {
    collectBorders(pattern.part, borders);
  } else if (pattern.kind === 'all' || pattern.kind === 'either') {
    for (const part of pattern.parts) collectBorders(part, borders);
  }
}
