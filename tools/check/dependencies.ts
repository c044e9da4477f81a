import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.js';
import { filesBelow } from './source-tree.js';

const page = 'docs/dependencies.md';

function listedIn(root: string, path: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, path), 'utf8'));
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
  const fields = (manifest ?? {}) as Partial<Record<(typeof kinds)[number], Record<string, string>>>;
  return kinds.flatMap((kind) =>
    Object.entries(fields[kind] ?? {})
      .filter(([, version]) => !version.startsWith('workspace:'))
      .map(([name]) => name),
  );
}

/** Finds dependencies without a line in docs/dependencies.md that says why, and lines without a dependency. */
export function findUnexplainedDependencies(root: string): Finding[] {
  const text = existsSync(join(root, page)) ? readFileSync(join(root, page), 'utf8') : '';
  const explained = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
  const manifests = filesBelow(root).filter((path) => /(^|\/)package\.json$/.test(path));
  const used = manifests.flatMap((path) => listedIn(root, path).map((name) => ({ path, name })));
  const missing = used
    .filter(({ name }) => !explained.includes(name))
    .map(({ path, name }) => ({ place: path, text: `${name} has no line in ${page} that says why` }));
  const stale = explained
    .filter((name) => !used.some((row) => row.name === name))
    .map((name) => ({ place: page, text: `${name} is not a dependency any more` }));
  return [...missing, ...stale];
}
