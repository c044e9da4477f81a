import type { Result } from './measure.js';
import type { RouteTable } from './route-set.js';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Medians of all runs in Markdown, with the ratio of each to `peerage`. */
export function printTable({ family, count, ways }: RouteTable, results: readonly Result[]): void {
  const names = [...new Set(results.map(({ name }) => name))].sort();
  const rows = names.map((name) => {
    const own = results.filter((result) => result.name === name);
    const peaks = own.map(({ mebibytes }) => mebibytes ?? 0);
    return {
      name,
      seconds: median(own.map(({ seconds }) => seconds)),
      cpu: median(own.map(({ cpu }) => cpu)),
      peak: median(peaks),
      ok: own.every(({ ok }) => ok),
    };
  });
  const ours = rows.find(({ name }) => name === 'peerage');
  const ratio = (value: number, of: number | undefined): string =>
    of === undefined ? '' : (value / of).toFixed(2);
  console.log(`\nIPv${family}, ${count} routes, ${ways} next ${ways === 1 ? 'hop' : 'hops'} each; medians`);
  console.log('| | seconds | of ours | processor seconds | of ours | peak MiB | each run right |');
  console.log('|---|---|---|---|---|---|---|');
  for (const { name, seconds, cpu, peak, ok } of rows) {
    const cells = [
      name,
      seconds.toFixed(2),
      ratio(seconds, ours?.seconds),
      cpu.toFixed(2),
      ratio(cpu, ours?.cpu),
      peak === 0 ? '' : peak.toFixed(0),
      ok ? 'yes' : 'no',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
