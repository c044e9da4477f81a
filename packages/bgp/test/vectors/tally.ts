import type { Outcome } from './read-vector.js';

/** What came of the vectors of one file. */
export class Tally {
  readonly file: string;
  accepted = 0;
  refused = 0;
  /** Of a family, an attribute or a protocol that is not built. Those that were read count under accepted or refused too. */
  unbuilt = 0;
  /** Too small a piece to be read: an address, or a value alone, of which a test makes more. */
  pieces = 0;
  readonly wrong: string[] = [];
  /** Neither the source nor we say what should come of them. */
  readonly unexpected: string[] = [];
  /** Written again to equal bytes. */
  equal = 0;
  /** Written again to other bytes: how often for which reason. */
  readonly differences = new Map<string, number>();
  readonly unexplained: string[] = [];

  constructor(file: string) {
    this.file = file;
  }

  count(outcome: Outcome, label: string): void {
    if (!outcome.accepted) {
      this.refused++;
      return;
    }
    this.accepted++;
    if (outcome.again === null) return;
    if (outcome.again === 'equal') {
      this.equal++;
      return;
    }
    for (const reason of outcome.again) {
      if (reason.startsWith('unexplained')) this.unexplained.push(`${label}: ${reason}`);
      this.differences.set(reason, (this.differences.get(reason) ?? 0) + 1);
    }
  }
}

/** The table that a run prints, and the reasons below it. */
export function tableOf(tallies: readonly Tally[]): string[] {
  const head = [
    'file',
    'accepted',
    'refused',
    'wrong',
    'no expectation',
    'not built',
    'pieces',
    'equal again',
    'other again',
  ];
  const rows = tallies.map((tally) => [
    tally.file,
    tally.accepted,
    tally.refused,
    tally.wrong.length,
    tally.unexpected.length,
    tally.unbuilt,
    tally.pieces,
    tally.equal,
    [...tally.differences.values()].reduce((sum, n) => sum + n, 0),
  ]);
  const width = Math.max(...rows.map((row) => String(row[0]).length), 4);
  const line = (cells: readonly unknown[]): string =>
    cells
      .map((cell, i) => (i === 0 ? String(cell).padEnd(width) : String(cell).padStart(head[i]!.length)))
      .join('  ');
  const reasons = new Map<string, number>();
  for (const tally of tallies) {
    for (const [reason, n] of tally.differences) reasons.set(reason, (reasons.get(reason) ?? 0) + n);
  }
  return [
    line(head),
    ...rows.map(line),
    'written again to other bytes, because:',
    ...[...reasons].map(([reason, n]) => `  ${String(n).padStart(5)}  ${reason}`),
  ];
}
