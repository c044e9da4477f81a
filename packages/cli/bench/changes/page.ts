import type { Measured } from './plot.js';
import { spreadOf } from './statistics.js';

/** `docs/performance-changes.md`. */
export function changesPage(of: {
  readonly services: number;
  readonly machine: string;
  readonly measured: readonly Measured[];
}): string {
  const rows = of.measured.map(({ what, values }) => {
    const { median, p90, p99, max } = spreadOf(values);
    const cells = [median, p90, p99, max].map((value) => value.toFixed(0));
    return `| ${what} | ${values.length} | ${cells.join(' | ')} |`;
  });
  return `# From a change of the cluster to the kernels

<!-- Drawn by: npm run bench:changes -- --write -->

Three nodes and FRR as the external router on one Ethernet segment, ${of.services} services, one change at a time. Time is from the rename of the
manifest to the notification of the kernel itself: for a service in the router's kernel, with all nodes as next hops (or none); for a pod
range in the kernels of the two other nodes and of the router. Everything, FRR included, shares one machine: ${of.machine}.

![Each round as a dot](performance-changes.svg)

| Change | Rounds | Median, ms | 90 in 100 | 99 in 100 | Most |
| --- | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}

The last two rows are the router by itself: a speaker without a cluster says one route to it, or takes it back, until the router's kernel has
it. FRR holds back what it hears before it works on it, by 50 ms in bgpd and 10 ms in zebra; the rows about services have that in them.

Goals: a median of 100 ms at most, and 99 in 100 within 500 ms.
`;
}
