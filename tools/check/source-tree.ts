import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Import, importsOf } from './imports.js';

/** A TypeScript or JavaScript file of the tree. */
export interface SourceFile {
  /** From the root of the tree, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** A package of the workspace, as other packages see it. */
export interface Package {
  /** `packages/bgp`, `test-fixtures`. */
  readonly folder: string;
  readonly name: string;
  /** What others may import: `@peerage/bgp` and `@peerage/bgp/node`, each with the source file behind it. */
  readonly doors: ReadonlyMap<string, string>;
  /** Names in `dependencies` and `devDependencies`. */
  readonly dependencies: readonly string[];
}

export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly packages: readonly Package[];
}

const passedOver = new Set(['node_modules', 'dist', '.git', '.tap']);

/** Paths of all files below a folder, from the root, without what is installed or built. */
export function filesBelow(root: string, folder = ''): string[] {
  if (statSync(join(root, folder), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !passedOver.has(entry.name) && !entry.isSymbolicLink())
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(root, path) : [path];
    })
    .sort();
}

type Json = Record<string, unknown>;
const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

function sourceOfDoor(target: unknown): string {
  const source = typeof target === 'string' ? target : objectIn(target)['@peerage/source'];
  return typeof source === 'string' ? source : '';
}

function readPackage(root: string, folder: string): Package {
  const manifest = objectIn(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
  const name = String(manifest.name);
  const doors = Object.entries(objectIn(manifest.exports)).map(
    ([door, target]) => [posix.join(name, door), posix.join(folder, sourceOfDoor(target))] as const,
  );
  const dependencies = ['dependencies', 'devDependencies'].flatMap((kind) =>
    Object.keys(objectIn(manifest[kind])),
  );
  return { folder, name, doors: new Map(doors), dependencies };
}

/** Reads the packages and all source files of a tree. */
export function readTree(root: string): SourceTree {
  const all = filesBelow(root);
  const folders = all
    .filter((path) => posix.basename(path) === 'package.json')
    .map((path) => posix.dirname(path));
  const files = all
    .filter((path) => /\.(ts|mts|js|mjs)$/.test(path))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(text) };
    });
  return {
    files,
    packages: folders.filter((folder) => folder !== '.').map((folder) => readPackage(root, folder)),
  };
}

export function packageOf(tree: SourceTree, path: string): Package | undefined {
  return tree.packages.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** The file of the tree that an import means; undefined for libraries, `node:` and what is not there. */
export function resolveImport(tree: SourceTree, from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    return tree.packages.map(({ doors }) => doors.get(specifier)).find((source) => source !== undefined);
  }
  return posix
    .join(posix.dirname(from), specifier)
    .replace(/\.js$/, '.ts')
    .replace(/\.mjs$/, '.mts');
}
