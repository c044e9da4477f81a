import { posix } from 'node:path';
import type { Finding } from './finding.js';
import type { Import } from './imports.js';
import { type Package, packageOf, type SourceFile, type SourceTree } from './source-tree.js';

const namelessNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc']);

function wrongName(path: string): Finding[] {
  const parts = path.split('/').map((part) => part.replace(/(\.test)?\.[a-z]+$/, ''));
  const bad = parts.find((part) => namelessNames.has(part));
  return bad === undefined
    ? []
    : [{ place: path, text: `"${bad}" says nothing: name the file after what is in it` }];
}

/** Measures functions one by one, most of which no door shows. */
const behindDoors = 'bench/micro/';

function wrongImport(
  tree: SourceTree,
  file: SourceFile,
  home: Package | undefined,
  entry: Import,
): string | undefined {
  const { specifier, form } = entry;
  if (form === 'export *') return `export * hides what the door shows: name what goes through (${specifier})`;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file.path), specifier);
    const other = packageOf(tree, target);
    if (file.path.startsWith(behindDoors)) return undefined;
    if (other !== undefined && other !== home) return `use a door of ${other.name} instead of ${specifier}`;
    if (home !== undefined && !target.startsWith(`${home.folder}/`)) return `${specifier} leaves the package`;
    return undefined;
  }
  const owner = tree.packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (owner === undefined) return undefined;
  if (!owner.doors.has(specifier))
    return `${specifier} is no door of ${owner.name}: it has ${[...owner.doors.keys()].join(', ')}`;
  if (owner === home && file.path.startsWith(`${home.folder}/src/`)) {
    return `a package imports its own files by relative paths, not ${specifier}`;
  }
  if (owner === home) return undefined;
  if (home !== undefined && !home.dependencies.includes(owner.name))
    return `${home.folder}/package.json does not list ${owner.name}`;
  return undefined;
}

/** Finds imports that go around the doors of packages, `export *`, and files with names that say nothing. */
export function findWrongDoors(tree: SourceTree): Finding[] {
  return tree.files.flatMap((file) => {
    const home = packageOf(tree, file.path);
    const imports = file.imports.flatMap((entry) => {
      const text = wrongImport(tree, file, home, entry);
      return text === undefined ? [] : [{ place: `${file.path}:${entry.line}`, text }];
    });
    return [...wrongName(file.path), ...imports];
  });
}

/** Finds `node:` imports in the BGP library outside its folder `node`: the rest runs on anything. */
export function findNodeImports(tree: SourceTree): Finding[] {
  return tree.files
    .filter(({ path }) => path.startsWith('packages/bgp/src/') && !path.startsWith('packages/bgp/src/node/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .map(({ specifier, line }) => ({
          place: `${path}:${line}`,
          text: `${specifier}: only packages/bgp/src/node may import from Node; add a port for it`,
        })),
    );
}
