import { daemons } from '../peers/daemons.js';
import type { Medians } from '../peers/table.js';

const colours: Readonly<Record<string, string>> = {
  peerage: '#0b6e4f',
  bird2: '#c9622f',
  frr: '#6b7fb8',
  openbgpd: '#b59b2e',
  gobgp: '#8f5fa8',
  reflector: '#b8bcc2',
};

const WIDTH = 860;
const LEFT = 230;
const RIGHT = 60;
const TOP = 54;
const BAR = 11;
const GAP = 14;

export function titleOf(daemon: string): string {
  return daemons.find(({ name }) => name === daemon)?.title ?? daemon;
}

/** Times as bars on a logarithmic scale: one group for each scenario, one bar for each daemon. */
export function plotOf(medians: readonly Medians[], caption: string): string {
  const shown = medians.filter(({ figures }) => figures !== null);
  const labels = [...new Set(shown.map(({ label }) => label))];
  const names = daemons.map(({ name }) => name).filter((name) => shown.some(({ daemon }) => daemon === name));
  const times = shown.map(({ figures }) => figures!.seconds);
  const low = Math.floor(Math.log10(Math.min(...times, 0.1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...times, 0.1))));
  const x = (seconds: number): number =>
    LEFT + ((Math.log10(Math.max(seconds, 10 ** low)) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);

  const parts: string[] = [];
  let y = TOP;
  for (const label of labels) {
    const bars = names.flatMap(
      (name) => shown.find((one) => one.daemon === name && one.label === label) ?? [],
    );
    const middle = y + (bars.length * BAR) / 2 + 4;
    parts.push(text(LEFT - 10, middle, label, 'end'));
    for (const { daemon, figures } of bars) {
      const { seconds } = figures!;
      const end = x(seconds);
      const fill = colours[daemon] ?? '#444';
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${Math.max(1, end - LEFT).toFixed(1)}" height="${BAR - 2}" fill="${fill}"/>`,
        text(end + 4, y + BAR - 3, secondsText(seconds), 'start', 9),
      );
      y += BAR;
    }
    y += GAP;
  }
  const decades = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const grid = decades.flatMap((seconds) => {
    const at = x(seconds).toFixed(1);
    return [
      `<line x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${y - GAP / 2}" stroke="#ddd"/>`,
      text(x(seconds), y + 8, `${seconds >= 1 ? seconds : Number(seconds.toPrecision(1))} s`, 'middle', 10),
    ];
  });
  const legend = names.flatMap((name, i) => {
    const at = LEFT + i * 100;
    const fill = colours[name] ?? '#444';
    return [
      `<rect x="${at}" y="30" width="10" height="10" fill="${fill}"/>`,
      text(at + 14, 39, titleOf(name), 'start', 11),
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 20}" font-family="sans-serif" role="img">`,
    `<title>${escaped(caption)}</title>`,
    `<rect width="${WIDTH}" height="${y + 20}" fill="#fff"/>`,
    text(LEFT, 18, caption, 'start', 13),
    ...legend,
    ...grid,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

/** Three digits that count, and no more. */
export function secondsText(seconds: number): string {
  return seconds >= 100 ? seconds.toFixed(0) : seconds >= 10 ? seconds.toFixed(1) : seconds.toFixed(2);
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', size = 12): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" text-anchor="${anchor}" fill="#222">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
