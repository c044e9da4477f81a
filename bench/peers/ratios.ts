import { textTable } from '../text-table.js';
import type { PolicyHits } from './biting-policy.js';
import { FILTERED } from './scenario.js';
import type { Medians, RunRow } from './table.js';

/** A scenario that was measured in two ways, each with seconds. */
export interface Compared {
  readonly label: string;
  readonly daemon: string;
  readonly version: string;
  readonly pinned: boolean;
  readonly before: Medians & { readonly figures: NonNullable<Medians['figures']> };
  readonly after: Medians & { readonly figures: NonNullable<Medians['figures']> };
  /** Of seconds: more than 1 is slower. */
  readonly ratio: number;
}

/** Each scenario that was measured without and with a policy, by daemon. */
export function policyRatios(medians: readonly Medians[]): Compared[] {
  return compared(medians, (one) =>
    one.scenario.isFiltered
      ? medians.find(
          (other) =>
            `${other.label}${FILTERED}` === one.label &&
            other.daemon === one.daemon &&
            other.version === one.version &&
            other.pinned === one.pinned,
        )
      : undefined,
  );
}

/** Each scenario of Peerage on a Node beside that on the first Node that it was measured on. */
export function nodeRatios(medians: readonly Medians[]): Compared[] {
  const own = medians.filter(({ daemon }) => daemon === 'peerage');
  return compared(own, (one) => {
    const first = own.find(({ label, pinned }) => label === one.label && pinned === one.pinned);
    return first === one ? undefined : first;
  });
}

function compared(medians: readonly Medians[], beforeOf: (one: Medians) => Medians | undefined): Compared[] {
  return medians.flatMap((after) => {
    const before = beforeOf(after);
    const { figures } = after;
    if (before?.figures == null || figures === null) return [];
    const { daemon, version, pinned } = after;
    return [
      {
        ...{ label: before.label, daemon, version, pinned, ratio: figures.seconds / before.figures.seconds },
        before: { ...before, figures: before.figures },
        after: { ...after, figures },
      },
    ];
  });
}

const cores = (pinned: boolean): string => (pinned ? 'one' : 'all');

/** Times with a policy as a share of those without; empty where none was measured. */
export function policyTable(medians: readonly Medians[]): string {
  const ratios = policyRatios(medians);
  if (ratios.length === 0) return '';
  return textTable(
    ['scenario', 'daemon', 'version', 'cores', 'without s', 'with policy s', 'times'],
    ratios.map(({ label, daemon, version, pinned, before, after, ratio }) => [
      ...[label, daemon, version, cores(pinned), before.figures.seconds.toFixed(3)],
      ...[after.figures.seconds.toFixed(3), ratio.toFixed(2)],
    ]),
  );
}

/** Times, and peaks of memory, of one Node as a share of those of another; empty where only one was measured. */
export function nodesTable(medians: readonly Medians[]): string {
  const ratios = nodeRatios(medians);
  if (ratios.length === 0) return '';
  return textTable(
    ['scenario', 'cores', 'Node', 'seconds', 'beside', 'its seconds', 'times', 'memory, times'],
    ratios.map(({ label, pinned, before, after, ratio }) => [
      ...[label, cores(pinned), nodeOf(after), after.figures.seconds.toFixed(3)],
      ...[nodeOf(before), before.figures.seconds.toFixed(3), ratio.toFixed(2)],
      (after.figures.peakMebibytes / before.figures.peakMebibytes).toFixed(2),
    ]),
  );
}

/** `20.20.2` of `0.1.0, Node 20.20.2` */
export function nodeOf({ version }: { readonly version: string }): string {
  return version.split(', Node ')[1] ?? version;
}

/** How many routes each policy bit, in a sentence for each scenario; empty where there was none. */
export function hitsText(rows: readonly RunRow[]): string {
  const hits = new Map<string, PolicyHits>();
  for (const { label, isOk, findings } of rows) if (isOk && findings?.hits) hits.set(label, findings.hits);
  return [...hits].map(([label, one]) => `${label}: ${hitsOf(one)}`).join('\n');
}

/** `of 100 routes 48 (48 %) in the list, …` */
export function hitsOf({ routes, listed, community, preferred }: PolicyHits): string {
  const share = (count: number): string => `${count} (${((100 * count) / routes).toFixed(0)} %)`;
  return `of ${routes} routes ${share(listed)} in the list, ${share(community)} with the community, ${share(preferred)} given a local preference on import and a MED on export, none rejected`;
}
