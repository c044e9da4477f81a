import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { thisMachine } from '../machine.js';
import type { DaemonName, Direction, InteropFeature } from './features.js';

/** One thing that a test proved with a real daemon. */
export interface Proof {
  readonly feature: InteropFeature;
  readonly daemon: DaemonName;
  readonly direction: Direction;
}

/** A test of tap, as far as proofs need it. */
interface Proving {
  passing(): boolean;
}

/** The end of a file of tests, as far as it is needed here. */
interface Root {
  passing(): boolean;
  test(name: string, body: (t: Assertions) => Promise<void>): unknown;
}

interface Assertions {
  same(found: unknown, wanted: unknown, message: string): unknown;
}

// One file of tests is one process: what was begun in it so far. Whether a test ended well is asked at the end of the file, since
// what tests that run beside others take down may still be going on.
const begun: { readonly by: Proving; readonly proof: Proof }[] = [];
const keyOf = (proof: Proof): string => `${proof.feature} ${proof.daemon} ${proof.direction}`;

/**
 * Says what a test proves, at its begin; it counts when the test ends well. Both directions by default. `proofsOf` at the end of
 * the file holds them against what the tree has on record, from which `docs/interop.md` is drawn.
 *
 * ```ts
 * t.test('…', needs(…), async (t) => {
 *   proves(t, 'add-path', 'GoBGP', ['ours']);
 * ```
 */
export function proves(
  t: Proving,
  features: InteropFeature | readonly InteropFeature[],
  daemon: DaemonName,
  directions: readonly Direction[] = ['ours', 'theirs'],
): void {
  for (const feature of typeof features === 'string' ? [features] : features)
    for (const direction of directions) begun.push({ by: t, proof: { feature, daemon, direction } });
}

/** The record of a file of tests: beside it, in `proofs`. */
function recordFile(test: string): string {
  return join(dirname(test), 'proofs', `${basename(test).replace(/\.test\.ts$/, '')}.json`);
}

/** As the formatter of the tree writes it. */
const lineOf = (proof: Proof): string =>
  `  { ${Object.entries(proof)
    .map(([name, value]) => `"${name}": "${value}"`)
    .join(', ')} }`;

const installed: Readonly<Record<DaemonName, () => boolean>> = {
  FRR: () => thisMachine.isRoot() && thisMachine.commandPath('vtysh') !== undefined,
  BIRD: () => thisMachine.commandPath('bird') !== undefined,
  GoBGP: () => thisMachine.commandPath('gobgpd') !== undefined,
  OpenBGPD: () => thisMachine.isRoot() && thisMachine.commandPath('bgpctl') !== undefined,
  ExaBGP: () => thisMachine.commandPath('exabgp') !== undefined,
};

/**
 * The last test of a file that has proofs: what was proved now is what is on record. With PEERAGE_WRITE_PAGES=1 the record is
 * written instead. Daemons that are not installed here are left out, and after a failed test there is nothing to hold.
 */
export function proofsOf(root: Root, url: string): void {
  root.test('what was proved here is what is on record', async (t) => {
    const file = recordFile(fileURLToPath(url));
    const proved = begun.filter(({ by }) => by.passing()).map(({ proof }) => [keyOf(proof), proof] as const);
    const now = [...new Map(proved).values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    if (process.env.PEERAGE_WRITE_PAGES === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `[\n${now.map(lineOf).join(',\n')}\n]\n`);
    }
    if (!root.passing()) return;
    const recorded = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Proof[]) : [];
    const here = recorded.filter(({ daemon }) => installed[daemon]());
    t.same(
      now.map(keyOf),
      here.map(keyOf),
      'write it with PEERAGE_WRITE_PAGES=1, then docs/interop.md by packages/bgp/test/pages',
    );
  });
}

/** All proofs on record in a folder of tests, with the file of tests of each. */
export function recordedProofs(folder: string): readonly (Proof & { readonly test: string })[] {
  const records = join(folder, 'proofs');
  if (!existsSync(records)) return [];
  return readdirSync(records)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const test = join(folder, name.replace(/\.json$/, '.test.ts'));
      const proofs = JSON.parse(readFileSync(join(records, name), 'utf8')) as readonly Proof[];
      return proofs.map((proof) => ({ ...proof, test }));
    });
}
