import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DaemonName,
  type Direction,
  daemonNames,
  featureOf,
  type InteropFeature,
  interopFeatures,
  type Proof,
  recordedProofs,
} from '@peerage/test-fixtures';

const root = new URL('../../../../', import.meta.url);
/** Where tests with real daemons live. */
const folders = ['packages/bgp/test/interop', 'packages/cli/test/interop', 'packages/linux/test/interop'];

export interface RecordedProof extends Proof {
  /** Path of the file of tests, from the root of the tree. */
  readonly test: string;
}

export function allProofs(): readonly RecordedProof[] {
  return folders.flatMap((folder) =>
    recordedProofs(fileURLToPath(new URL(folder, root))).map((proof) => ({
      ...proof,
      test: relative(fileURLToPath(root), proof.test),
    })),
  );
}

const arrows: Readonly<Record<Direction, string>> = { ours: '→', theirs: '←' };
const nameOf = (test: string): string =>
  test
    .split('/')
    .at(-1)
    ?.replace(/\.test\.ts$/, '') ?? test;

function cell(proofs: readonly RecordedProof[], feature: InteropFeature, daemon: DaemonName): string {
  const lack = featureOf(feature).lacks?.[daemon];
  const found = proofs.filter((one) => one.feature === feature && one.daemon === daemon);
  if (found.length === 0) return lack === undefined ? 'not tried' : `– ${lack}`;
  const tests = [...new Set(found.map(({ test }) => test))].sort();
  const parts = tests.map((test) => {
    const marks = (['ours', 'theirs'] as const)
      .filter((direction) => found.some((one) => one.test === test && one.direction === direction))
      .map((direction) => arrows[direction]);
    return `${marks.join(' ')} [${nameOf(test)}](../${test})`;
  });
  return parts.join('<br>') + (lack === undefined ? '' : `<br>– ${lack}`);
}

/** `docs/interop.md`, drawn from what the interop tests have on record. */
export function interopPage(
  proofs: readonly RecordedProof[],
  versions: Readonly<Record<DaemonName, string>>,
): string {
  const names = Object.keys(interopFeatures) as InteropFeature[];
  const rows = names.map((name) => {
    const { title, meaning } = featureOf(name);
    const cells = daemonNames.map((daemon) => cell(proofs, name, daemon));
    return `| ${[title + (meaning === undefined ? '' : ` (${meaning})`), ...cells].join(' | ')} |`;
  });
  const heads = daemonNames.map((daemon) => `${daemon} ${versions[daemon]}`);
  return `# Interoperation

<!-- Drawn from what the tests prove by: PEERAGE_WRITE_PAGES=1 npm test -- packages/bgp/test/interop packages/cli/test/interop packages/bgp/test/pages -->

Each entry is a test with the real daemon, asserted from both ends: by our status and by the daemon's own command line. \`→\` means that
we do it and the daemon understands, \`←\` that the daemon does it and we understand. \`–\` says what the daemon cannot do; "not tried" means
that no test with this daemon is there.

Every such test says what it proves, and a run of it fails when that is not what is on record beside it; this page is drawn from the records.

| | ${heads.join(' | ')} |
|---|${heads.map(() => '---|').join('')}
${rows.join('\n')}
`;
}
