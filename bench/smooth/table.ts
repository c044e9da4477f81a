import { styleText } from 'node:util';
import { median } from '../statistics.js';
import { textTable } from '../text-table.js';
import { goals } from './goals.js';
import type { Share } from './long-callbacks.js';
import type { SmoothFigures, SmoothRun } from './run.js';

/** Runs of one load, as they are kept. */
export interface SmoothResult {
  /** `1000000 routes, one way` */
  readonly label: string;
  readonly node: string;
  readonly pinned: boolean;
  readonly runs: readonly SmoothRun[];
}

/** A run in one line of figures. */
export interface SmoothSummary {
  readonly loadSeconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly stealSeconds: number;
  readonly waitedSeconds: number;
  readonly pauses: number;
  readonly longestPause: number;
  readonly pauseMilliseconds: number;
  /** The longest of the pages, and the median. */
  readonly page: number;
  readonly pageMedian: number;
  readonly command: number;
  readonly silenceSeconds: number;
  readonly fallen: number;
}

const NONE = Number.NaN;

export function summaryOf({
  loadSeconds,
  loop,
  watch,
  stealSeconds,
  waitedSeconds,
}: SmoothFigures): SmoothSummary {
  const pauses = loop.pauses.map(({ milliseconds }) => milliseconds);
  const middle = (values: readonly number[]): number => (values.length === 0 ? NONE : median(values));
  return {
    ...{ loadSeconds, p50: loop.p50, p99: loop.p99, most: loop.most, stealSeconds, waitedSeconds },
    pauses: pauses.length,
    longestPause: Math.max(0, ...pauses),
    pauseMilliseconds: pauses.reduce((sum, each) => sum + each, 0),
    page: watch.pages.length === 0 ? NONE : Math.max(...watch.pages),
    pageMedian: middle(watch.pages),
    command: middle(watch.commands),
    silenceSeconds: watch.silenceSeconds,
    fallen: watch.fallen.length,
  };
}

/** The run in the middle, by the longest delay: what stands beside its figures is of the same run. Null: none counts. */
export function middleRun(runs: readonly SmoothRun[]): SmoothFigures | null {
  const good = runs.flatMap(({ figures }) => figures ?? []);
  return good.sort((a, b) => a.loop.most - b.loop.most)[good.length >> 1] ?? null;
}

/** Medians over the runs, figure by figure; null when none counts. */
export function medianSummary(runs: readonly SmoothRun[]): SmoothSummary | null {
  const all = runs.flatMap(({ figures }) => (figures === undefined ? [] : [summaryOf(figures)]));
  const [first] = all;
  if (first === undefined) return null;
  const entries = Object.keys(first).map((key) => {
    const values = all.map((one) => one[key as keyof SmoothSummary]).filter((value) => !Number.isNaN(value));
    return [key, values.length === 0 ? NONE : median(values)] as const;
  });
  return Object.fromEntries(entries) as unknown as SmoothSummary;
}

/** Whether every run counts, and no session fell in any. */
export function allStayed(results: readonly SmoothResult[]): boolean {
  return results.every(({ runs }) => runs.every(({ figures }) => figures?.watch.fallen.length === 0));
}

type Mark = (text: string, isReached: boolean) => string;
const plain: Mark = (text) => text;
/** As people see it on a terminal. */
export const coloured: Mark = (text, isReached) =>
  styleText(isReached ? 'green' : 'red', text, { validateStream: false });

const head = [
  'load, run',
  'load s',
  'p50 ms',
  'p99 ms',
  'most ms',
  'steal s',
  'waited s',
  'GC pauses',
  'longest ms',
  'sum ms',
  'page ms',
  'longest ms',
  'command ms',
  'silence s',
  'sessions fallen',
];

/** A line a run, and one with the medians. */
export function smoothTable(results: readonly SmoothResult[], mark: Mark = plain): string {
  const digits = (value: number, count: number): string => (Number.isNaN(value) ? '–' : value.toFixed(count));
  const line = (name: string, one: SmoothSummary | null): string[] => {
    if (one === null) return [name, ...head.slice(1).map(() => '–')];
    return [
      name,
      digits(one.loadSeconds, 2),
      digits(one.p50, 2),
      digits(one.p99, 1),
      digits(one.most, 1),
      digits(one.stealSeconds, 2),
      digits(one.waitedSeconds, 2),
      digits(one.pauses, 0),
      digits(one.longestPause, 1),
      digits(one.pauseMilliseconds, 0),
      digits(one.pageMedian, 0),
      digits(one.page, 0),
      digits(one.command, 0),
      digits(one.silenceSeconds, 2),
      digits(one.fallen, 0),
    ];
  };
  const rows = results.flatMap(({ label, runs }) => [
    ...runs.map(({ figures }, i) =>
      line(`${label}, ${i + 1}`, figures === undefined ? null : summaryOf(figures)),
    ),
    line(`${label}, median`, medianSummary(runs)),
  ]);
  return `${textTable(head, rows)}\n\n${results.map((result) => verdictOf(result, mark)).join('\n')}`;
}

/** Goals beside what was reached, in a sentence. */
export function verdictOf({ label, runs }: SmoothResult, mark: Mark = plain): string {
  const one = medianSummary(runs);
  const failures = runs.flatMap(({ failure }) => failure ?? []);
  const failed =
    failures.length === 0 ? '' : mark(` ${failures.length} runs failed: ${failures.at(-1)}`, false);
  if (one === null) return `${label}:${failed}`;
  const part = (name: string, value: number, goal: number): string =>
    mark(`${name} ${value.toFixed(1)} ms (goal ${goal})`, value <= goal);
  const stayed = runs.every(({ figures }) => figures === undefined || figures.watch.fallen.length === 0);
  return `${label}: ${[
    part('p99', one.p99, goals.p99Milliseconds),
    part('longest', one.most, goals.mostMilliseconds),
    part('page', one.page, goals.pageMilliseconds),
    mark(stayed ? 'all sessions stayed' : 'sessions fell', stayed),
  ].join(', ')}${failed}`;
}

/** What the longest callbacks of the run in the middle were busy with. */
export function longestText(result: SmoothResult): string {
  const listed = (shares: readonly Share[]): string =>
    shares.map(({ name, share }) => `${name} ${(100 * share).toFixed(0)} %`).join(', ');
  const lines = (middleRun(result.runs)?.longest ?? []).map((one) => {
    const { kind, milliseconds, cpuMilliseconds, collected, functions, own } = one;
    const busy =
      functions.length === 0 ? '' : `\n    in all: ${listed(functions)}\n    itself: ${listed(own)}`;
    return `  ${kind} ${milliseconds.toFixed(1)} ms, CPU ${cpuMilliseconds.toFixed(1)} ms, collector ${collected.toFixed(1)} ms${busy}`;
  });
  return lines.length === 0
    ? ''
    : `${result.label}, longest callbacks of the run in the middle:\n${lines.join('\n')}`;
}
