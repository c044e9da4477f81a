import { wayOutMark } from '@peerage/test-fixtures';
import type { FileResult } from './run-file.js';
import type { TestPoint } from './tap-tree.js';

const indent = (text: string, by: string) => text.trimEnd().replace(/^/gm, by);
/** A failing test shows this much; `npx tap FILE` shows all. */
const mostLines = 60;

function cut(text: string, path: string): string {
  const lines = text.split('\n');
  if (lines.length <= mostLines) return text;
  const rest = `… and ${lines.length - mostLines} lines more: npx tap ${path}`;
  return [...lines.slice(0, mostLines), rest].join('\n');
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

export function failedIn(result: FileResult): number {
  return result.failures.length + result.faults.length;
}

/** The line that a file gets when it has ended. */
export function progressLine(result: FileResult): string {
  const tests = `${result.passed + result.failures.length} tests`;
  const more = result.leftOut.length > 0 ? `  ${result.leftOut.length} left out` : '';
  const mark = failedIn(result) > 0 ? 'FAIL' : 'ok';
  return `${mark.padEnd(4)} ${seconds(result.seconds).padStart(8)} ${tests.padStart(10)}  ${result.file.path}${more}`;
}

function fieldOf(diagnostics: unknown, name: string): unknown {
  return typeof diagnostics === 'object' && diagnostics !== null && name in diagnostics
    ? (diagnostics as Record<string, unknown>)[name]
    : undefined;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** What tap knows about a failed assertion, less what repeats the source. */
function diagnosticsText({ name, diagnostics }: TestPoint): string {
  const at = fieldOf(diagnostics, 'at');
  const place = at === undefined ? '' : `  (${fieldOf(at, 'fileName')}:${fieldOf(at, 'lineNumber')})`;
  const parts = [
    'diff',
    'found',
    'wanted',
    'doNotWant',
    'pattern',
    'signal',
    'expired',
    'stack',
    'cause',
    'handles',
    'requests',
  ]
    .map((field) => ({ field, value: fieldOf(diagnostics, field) }))
    .filter(({ field, value }) => {
      const inDiff = (field === 'found' || field === 'wanted') && fieldOf(diagnostics, 'diff') !== undefined;
      return value !== undefined && value !== null && !inDiff;
    })
    .map(
      ({ field, value }) =>
        `\n${indent(field === 'diff' ? asText(value) : `${field}: ${asText(value)}`, '    ')}`,
    );
  return `${name}${place}${parts.join('')}`;
}

/** A failing file: a line for each failing test, with its diagnostics, and what it printed to standard error. */
export function failureText(result: FileResult): string {
  const { path } = result.file;
  const tests = result.failures.map(
    (failure) =>
      `FAIL ${path} > ${failure.path.join(' > ')}\n${indent(cut(failure.points.map(diagnosticsText).join('\n'), path), '    ')}`,
  );
  const faults = result.faults.map((fault) => `FAIL ${path}: ${fault}`);
  const said = result.errorOutput.trim().split('\n').slice(-30).join('\n');
  const errorOutput = said === '' ? [] : [indent(`standard error of ${path}:\n${said}`, '    ')];
  return [...tests, ...faults, ...errorOutput].join('\n');
}

/** The slowest files that took a second or more. */
export function slowestText(results: readonly FileResult[], count = 5): string {
  const slow = results.filter((result) => result.seconds >= 1).sort((a, b) => b.seconds - a.seconds);
  const lines = slow
    .slice(0, count)
    .map((result) => `  ${seconds(result.seconds).padStart(8)}  ${result.file.path}`);
  return lines.length === 0 ? '' : `slowest files\n${lines.join('\n')}`;
}

/** What was left out, grouped by the reason, with the way to get it. */
export function leftOutText(results: readonly FileResult[]): string {
  const groups = new Map<string, Map<string, string[]>>();
  for (const { file, leftOut } of results) {
    for (const { path, reason } of leftOut) {
      const files = groups.get(reason) ?? new Map<string, string[]>();
      files.set(file.path, [...(files.get(file.path) ?? []), path.join(' > ')]);
      groups.set(reason, files);
    }
  }
  const total = results.reduce((sum, { leftOut }) => sum + leftOut.length, 0);
  if (total === 0) return '';
  const blocks = [...groups].map(([reason, files]) => {
    const [why = reason, wayOut] = reason.split(wayOutMark);
    const rows = [...files].map(([path, names]) =>
      names.length === 1 ? `    ${path} > ${names[0]}` : `    ${path} (${names.length} tests)`,
    );
    const way = wayOut === undefined ? [] : [`      to run it: ${wayOut}`];
    return [`  because: ${why}`, ...way, ...rows].join('\n');
  });
  return `left out: ${total}\n${blocks.join('\n')}`;
}

/** Totals of a run. With `failOnLeftOut`, what was left out counts as failed. */
export function totals(
  results: readonly FileResult[],
  failOnLeftOut: boolean,
): { readonly passed: number; readonly failed: number } {
  const sum = (of: (result: FileResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const leftOut = failOnLeftOut ? sum((result) => result.leftOut.length) : 0;
  return { passed: sum((result) => result.passed), failed: sum(failedIn) + leftOut };
}
