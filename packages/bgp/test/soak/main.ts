// A speaker with a hundred peers, of which one reads nothing, one floods garbage and one flaps, for a set time.
//
//   npm run soak -- [--minutes N] [--peers N] [--routes N] [--hold-time N] [--json]
//
// Prints a table by minute and a verdict; exit code 1 when something does not hold.

import { parseArgs } from 'node:util';
import { type SoakReport, type SoakSample, soak } from './soak.js';
import { median, minute, wholeVerdict } from './verdict.js';

function row(...cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(14)).join('');
}

function minuteLine(n: number, samples: readonly SoakSample[]): string {
  const most = (pick: (sample: SoakSample) => number): number => Math.max(...samples.map(pick));
  return row(
    `${n}`,
    `${median(samples.map(({ rssMegabytes }) => rssMegabytes)).toFixed(1)} MB`,
    `${most(({ rssMegabytes }) => rssMegabytes).toFixed(1)} MB`,
    `${(most(({ queuedBytes }) => queuedBytes) / 1e6).toFixed(2)} MB`,
    `${(most(({ largestInbox }) => largestInbox) / 1e3).toFixed(0)} kB`,
    `${(most(({ largestOutbox }) => largestOutbox) / 1e3).toFixed(0)} kB`,
    `${Math.min(...samples.map(({ established }) => established))}`,
    `${most(({ turnMilliseconds }) => turnMilliseconds).toFixed(0)} ms`,
  );
}

function print(report: SoakReport): boolean {
  const verdict = wholeVerdict(report);
  console.log('');
  for (const { name, seen, passed } of verdict)
    console.log(`${passed ? 'ok  ' : 'FAIL'}  ${name}\n      ${seen}`);
  return verdict.every(({ passed }) => passed);
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    peers: { type: 'string', default: '100' },
    routes: { type: 'string', default: '1000' },
    'hold-time': { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const [minutes, peers, routesEach, holdTime] = [
  values.minutes,
  values.peers,
  values.routes,
  values['hold-time'],
].map(Number) as [number, number, number, number];
if (![minutes, peers, routesEach, holdTime].every((value) => value > 0) || peers < 5 || peers > 200) {
  throw new Error('--minutes, --routes and --hold-time must be numbers above 0, --peers one from 5 to 200');
}
const seen: SoakSample[] = [];
if (!values.json) {
  console.log(
    row(
      'minute',
      'RSS median',
      'RSS most',
      'queues most',
      'inbox most',
      'outbox most',
      'up least',
      'turn most',
    ),
  );
}
const report = await soak(
  { address: '127.88.0.1', peers, routesEach, communities: 120, holdTime },
  60 * minutes,
  (sample) => {
    seen.push(sample);
    const n = Math.floor(sample.seconds / 60);
    if (values.json || n === 0 || seen.filter(({ seconds }) => seconds >= 60 * n).length > 1) return;
    console.log(minuteLine(n, minute(seen, n)));
  },
);
if (values.json) console.log(JSON.stringify({ report, verdict: wholeVerdict(report) }));
const passed = values.json ? wholeVerdict(report).every((criterion) => criterion.passed) : print(report);
process.exitCode = passed ? 0 : 1;
