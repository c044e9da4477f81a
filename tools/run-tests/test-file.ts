import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** A test file and how it is to be run. */
export interface TestFile {
  /** Path from the root of the tree. */
  readonly path: string;
  /** `apart`: in a network namespace of its own, after the others. `alone`: it measures, or uses what the machine has once only. */
  readonly place: 'among others' | 'apart' | 'alone';
  readonly timeoutSeconds: number;
}

export const defaultTimeoutSeconds = 300;
const apartFolder = /\/(interop|kernel|lab)\//;
const ending = '.test.ts';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.name.endsWith(ending) ? [path] : [];
    });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** `// test-timeout: 600` in one of the first ten lines of a file is its time-out in seconds. */
export function timeoutSecondsOf(text: string): number {
  const found = text
    .split('\n', 10)
    .map((line) => /^\/\/ test-timeout: (\d+)$/.exec(line.trim())?.[1])
    .find((seconds) => seconds !== undefined);
  return found === undefined ? defaultTimeoutSeconds : Number(found);
}

function describe(root: string, absolute: string): TestFile {
  const path = relative(root, absolute);
  const isApart = apartFolder.test(`/${path}`);
  const place = path.endsWith(`.serial${ending}`) ? 'alone' : isApart ? 'apart' : 'among others';
  return { path, place, timeoutSeconds: timeoutSecondsOf(readFileSync(absolute, 'utf8')) };
}

/** All test files of the tree: `test` of each package, `test-fixtures/test`, `tools/test`, `bench/test`; sorted by path. */
export function allTestFiles(root: string): TestFile[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'test'));
  const others = ['test-fixtures', 'tools', 'bench'].map((name) => join(root, name, 'test'));
  const folders = [...packages, ...others];
  return folders
    .filter(exists)
    .flatMap(filesBelow)
    .sort()
    .map((path) => describe(root, path));
}

/**
 * The test files that a user named: files, or folders with all that is in them.
 *
 * @throws when a name is no file or folder, or has no test in it, with the name
 */
export function namedTestFiles(root: string, names: readonly string[], from: string): TestFile[] {
  const found = names.flatMap((name) => {
    const path = resolve(from, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new Error(`no such test file: ${name}`);
    const files = stat.isDirectory() ? filesBelow(path) : [path];
    if (files.length === 0) throw new Error(`no test file (*${ending}) in ${name}`);
    return files;
  });
  return [...new Set(found)].sort().map((path) => describe(root, path));
}
