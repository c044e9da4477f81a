import { textTable } from '../text-table.js';
import type { BenchResult } from './bench.js';

/** Results of one run, as they are saved. */
export interface SavedRun {
  readonly node: string;
  readonly date: string;
  readonly results: readonly BenchResult[];
}

/** A table of results; with an earlier run, how much faster (over 1) or slower (under 1) each is now. */
export function benchTable(results: readonly BenchResult[], earlier?: SavedRun): string {
  const head = [
    'function',
    'CPU ns',
    'for each',
    '±',
    'garbage octets',
    ...(earlier === undefined ? [] : ['before ns', 'times as fast']),
  ];
  return textTable(
    head,
    results.map((result) => {
      const { name, unit, nanoseconds, garbage } = result;
      const share = `${(100 * result.spread).toFixed(0)} %`;
      const octets = garbage === null ? '–' : garbage.toFixed(1);
      const cells = [name, nanoseconds.toFixed(1), unit, share, octets];
      if (earlier === undefined) return cells;
      const before = earlier.results.find((one) => one.name === name);
      if (before === undefined) return [...cells, '–', '–'];
      return [...cells, before.nanoseconds.toFixed(1), (before.nanoseconds / nanoseconds).toFixed(2)];
    }),
  );
}

/** Reads a saved run. Throws when the text is none. */
export function parseSavedRun(text: string): SavedRun {
  const value = JSON.parse(text) as Partial<SavedRun>;
  if (!Array.isArray(value.results)) throw new TypeError('this is no saved run: it has no list "results"');
  return value as SavedRun;
}
