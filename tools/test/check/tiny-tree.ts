import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Teardown, tempDir } from '@peerage/test-fixtures';

/** Writes a small tree of files, removed when the test ends, and gives its root. */
export function tinyTree(t: Teardown, files: Readonly<Record<string, string | object>>): string {
  const root = tempDir(t);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** A package.json with these doors (door → source file) and dependencies. */
export function manifest(
  name: string,
  doors: Readonly<Record<string, string>>,
  ...dependencies: string[]
): object {
  const exports = Object.fromEntries(
    Object.entries(doors).map(([door, source]) => [door, { '@peerage/source': source }]),
  );
  return { name, exports, dependencies: Object.fromEntries(dependencies.map((it) => [it, 'workspace:*'])) };
}
