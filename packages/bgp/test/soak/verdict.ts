import type { SoakReport, SoakSample } from './soak.js';

/** One line of the verdict. */
export interface Criterion {
  readonly name: string;
  readonly seen: string;
  readonly passed: boolean;
}

/** RSS may grow by so much from minute 2 to the last one. */
const MOST_GROWTH_MEGABYTES = 5;
/** RFC 9687: 8 minutes, when the hold time is short. */
const SEND_HOLD_SECONDS = 480;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1] ?? Number.NaN;
}

/** Minute `n`, counted from 1. */
export function minute(samples: readonly SoakSample[], n: number): readonly SoakSample[] {
  return samples.filter(({ seconds }) => seconds >= 60 * (n - 1) && seconds < 60 * n);
}

/** What holds for a run of any length. */
export function functionalVerdict(report: SoakReport): Criterion[] {
  const most = Math.max(...report.samples.map(({ queuedBytes }) => queuedBytes));
  const { holdTime } = report.plan;
  return [
    {
      name: `no other session with hold time ${holdTime} s falls`,
      seen: report.fallen.length === 0 ? 'none fell' : report.fallen.slice(0, 5).join('; '),
      passed: report.fallen.length === 0 && report.notifications.length === 0,
    },
    {
      name: 'every steady peer has told and been told its routes',
      seen:
        report.incomplete.length === 0
          ? `${report.prefixes} prefixes`
          : report.incomplete.slice(0, 5).join('; '),
      passed: report.incomplete.length === 0,
    },
    {
      name: 'one peer flaps each second',
      seen: `${report.flaps} sessions in ${Math.round(report.seconds)} s`,
      passed: report.flaps >= report.seconds / 3,
    },
    {
      name: 'one peer floods garbage',
      seen: `${(report.garbageBytes / 1e6).toFixed(1)} MB`,
      passed: report.garbageBytes > 1e6,
    },
    {
      name: 'the sum of all queues stays under the documented limit',
      seen: `${(most / 1e6).toFixed(2)} MB of ${(report.queueLimitBytes / 1e6).toFixed(1)} MB`,
      passed: most <= report.queueLimitBytes,
    },
  ];
}

/** What needs the ten minutes. */
export function wholeVerdict(report: SoakReport): Criterion[] {
  const last = Math.floor(report.seconds / 60);
  const [early, late] = [2, last].map((n) =>
    median(minute(report.samples, n).map((sample) => sample.rssMegabytes)),
  );
  const growth = (late ?? Number.NaN) - (early ?? Number.NaN);
  const fell = report.muteLog.find((line) => line.includes('send-hold'));
  const verdict = functionalVerdict(report);
  if (report.seconds > SEND_HOLD_SECONDS + 30) {
    verdict.push({
      name: 'the peer that reads nothing falls by the send hold timer, with 8/0 in the log',
      seen: fell ?? 'it did not fall',
      passed: fell?.includes('8/0') === true,
    });
  }
  if (last >= 3) {
    verdict.push({
      name: `resident memory in minute ${last} ≤ that in minute 2 + ${MOST_GROWTH_MEGABYTES} MB (medians)`,
      seen: `${early?.toFixed(1)} MB → ${late?.toFixed(1)} MB (${growth >= 0 ? '+' : ''}${growth.toFixed(1)})`,
      passed: growth <= MOST_GROWTH_MEGABYTES,
    });
  }
  return verdict;
}
