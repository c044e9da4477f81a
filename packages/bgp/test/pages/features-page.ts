import { daemonNames } from '@peerage/test-fixtures';
import { type DoneFeature, type MissingFeature, sections } from './feature.js';
import { features } from './features.js';
import type { RecordedProof } from './interop-page.js';

export function isDone(row: DoneFeature | MissingFeature): row is DoneFeature {
  return 'tests' in row;
}

/** Path of a file of tests from the root of the tree. */
export const testPath = (test: string): string => `packages/${test}.test.ts`;

function withDaemons({ interop = [] }: DoneFeature, proofs: readonly RecordedProof[]): string {
  const names = daemonNames.filter((daemon) =>
    proofs.some((proof) => proof.daemon === daemon && interop.includes(proof.feature)),
  );
  return names.join(', ');
}

const links = (tests: readonly string[]): string =>
  [...tests]
    .sort()
    .map((test) => `[${test.replace(/^.*\//, '')}](../../${testPath(test)})`)
    .join(', ');

const rfcText = (rfcs: readonly number[]): string => (rfcs.length === 0 ? '' : ` (RFC ${rfcs.join(', ')})`);

/** `docs/reference/features.md`, drawn from the table of features and what interop tests have on record. */
export function featuresPage(proofs: readonly RecordedProof[]): string {
  const parts = sections.map((section) => {
    const rows = features
      .filter((row) => row.section === section)
      .map((row) => {
        const name = `${row.feature}${rfcText(row.rfcs)}`;
        if (!isDone(row)) return `| ${name} | not done: ${row.missing} | | |`;
        const state = row.note === undefined ? 'done' : `done; ${row.note}`;
        return `| ${name} | ${state} | ${links(row.tests)} | ${withDaemons(row, proofs)} |`;
      });
    return `## ${section}\n\n| Feature | State | Tests | With daemons |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Features of the library

<!-- Drawn from packages/bgp/test/pages/features.ts by: PEERAGE_WRITE_PAGES=1 npm test -- packages/bgp/test/pages -->

What BGP speakers have between them, and what of it the library has, with the tests that prove it. "With daemons" names those with which a
test holds it from both ends; [interoperation](../interop.md) has the direction and the file. [RFCs in the code](rfc-coverage.md) goes the other way.

${parts.join('\n')}`;
}
