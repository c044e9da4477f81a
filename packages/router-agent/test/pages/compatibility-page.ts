import { annotationRows } from './compatibility/annotations.js';
import { announcingRows, kernelRows, sessionRows } from './compatibility/behaviour.js';
import { flagRows } from './compatibility/flags.js';
import { environmentRows, metricRows } from './compatibility/metrics.js';
import type { CompatibilityRow, CompatibilityState, TestRef } from './compatibility/row.js';

/** All that kube-router has, by what it is. */
export const sections: readonly { readonly title: string; readonly rows: readonly CompatibilityRow[] }[] = [
  { title: 'Flags', rows: flagRows },
  { title: 'Environment', rows: environmentRows },
  { title: 'Annotations', rows: annotationRows },
  { title: 'Announcing', rows: announcingRows },
  { title: 'Sessions', rows: sessionRows },
  { title: 'Kernel and files', rows: kernelRows },
  { title: 'Metrics', rows: metricRows },
];

/** Path of a test from the root of the tree; cases stand in files of their own. */
export const testPath = ([file]: TestRef): string =>
  `packages/${file}${/-cases$|\/overlay-cases$/.test(file) ? '.ts' : '.test.ts'}`;

const states: Readonly<Record<CompatibilityState, string>> = {
  same: 'same',
  better: 'better',
  refused: 'refused',
  later: 'not yet',
  open: 'open',
};

function lines(rows: readonly CompatibilityRow[]): string {
  return rows
    .map(({ what, state, how, tests }) => {
      const name = /^--|^[a-z_]+(\.io\/|_)|^[A-Z_]+$/.test(what) ? `\`${what}\`` : what;
      const links = tests.map((test) => `[${test[1].replaceAll('|', '\\|')}](../../${testPath(test)})`);
      return `| ${name} | ${states[state]}${how === undefined ? '' : `: ${how}`} | ${links.join('<br>')} |`;
    })
    .join('\n');
}

/** `docs/reference/kube-router-compatibility.md`, drawn from the tables beside it. */
export function compatibilityPage(): string {
  const all = sections.flatMap(({ rows }) => rows);
  const count = (state: CompatibilityState): number => all.filter((row) => row.state === state).length;
  const parts = sections.map(
    ({ title, rows }) =>
      `## ${title}\n\n| Of kube-router | Here | Proven by |\n|---|---|---|\n${lines(rows)}\n`,
  );
  return `# What kube-router does, and how it is here

<!-- Drawn from packages/router-agent/test/pages/compatibility by: PEERAGE_WRITE_PAGES=1 npm test -- packages/router-agent/test/pages -->

Both versions are meant, v0.3.1 and v2.11; where they differ the newer one holds, but for what stands in the rows. "D" and a number are
defects of the original that are set right. "open": no test is on record here yet. "not yet" is what belongs to the firewall, the service
proxy and the load-balancer allocator, which this agent does not have.

${count('same')} same, ${count('better')} better, ${count('refused')} refused, ${count('open')} open, ${count('later')} not yet.

${parts.join('\n')}`;
}
