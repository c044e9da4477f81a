import { spreadOf } from './statistics.js';

/** What one kind of change took in each round. */
export interface Measured {
  readonly what: string;
  /** Milliseconds, in the order of the rounds. */
  readonly values: readonly number[];
}

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 30;
const TOP = 40;
const ROW = 56;
const LOW = 1;
const HIGH = 10_000;
const goals: readonly (readonly [milliseconds: number, name: string])[] = [
  [100, 'goal of the median'],
  [500, 'goal of 99 in 100'],
];

/** Each round as a dot on a logarithmic axis of milliseconds, the median as a bar, the goals as lines. */
export function plotOf(measured: readonly Measured[]): string {
  const height = TOP + measured.length * ROW + 40;
  const parts: string[] = [];
  for (const at of [1, 10, 100, 1_000, 10_000]) {
    parts.push(
      `<line x1="${x(at)}" y1="${TOP}" x2="${x(at)}" y2="${height - 40}" stroke="#ddd"/>`,
      text(x(at), height - 22, at < 1_000 ? `${at} ms` : `${at / 1_000} s`, 'middle', '#666'),
    );
  }
  for (const [at, name] of goals) {
    parts.push(
      `<line x1="${x(at)}" y1="${TOP}" x2="${x(at)}" y2="${height - 40}" stroke="#c9622f" stroke-dasharray="4 3"/>`,
      text(x(at), TOP - 8, name, 'middle', '#c9622f'),
    );
  }
  for (const [row, { what, values }] of measured.entries()) {
    const middle = TOP + row * ROW + ROW / 2;
    parts.push(text(LEFT - 14, middle + 4, what, 'end', '#222'));
    for (const [i, value] of values.entries()) {
      // Spread over the row's height in the order of the rounds, so that a drift shows.
      const y = middle - 16 + (32 * i) / Math.max(1, values.length - 1);
      parts.push(
        `<circle cx="${x(value)}" cy="${y.toFixed(1)}" r="2.2" fill="#0b6e4f" fill-opacity="0.45"/>`,
      );
    }
    const { median } = spreadOf(values);
    parts.push(
      `<line x1="${x(median)}" y1="${middle - 20}" x2="${x(median)}" y2="${middle + 20}" stroke="#0b6e4f" stroke-width="3"/>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function x(milliseconds: number): string {
  const clamped = Math.min(HIGH, Math.max(LOW, milliseconds));
  const share = Math.log(clamped / LOW) / Math.log(HIGH / LOW);
  return (LEFT + share * (WIDTH - LEFT - RIGHT)).toFixed(1);
}

function text(at: string | number, y: number, words: string, anchor: string, fill: string): string {
  return `<text x="${at}" y="${y}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
}
