// Puts the command together from its sources: a few files instead of hundreds, of which each command reads those that
// it needs. The packages' own `dist` is what others import; nothing but `./peerage` and the bins runs the bundle.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Where the bundle stands in a checkout. Below it are `bin`, and `chunks` with all the rest. */
export const bundleFolder = 'packages/cli/dist/bundle';

/** Paths below the bundle. Chunks find the worker beside them, and the bins as `../bin`, as the sources do. */
const entries = {
  'bin/peerage': 'packages/cli/src/bin/peerage.ts',
  'bin/kube-router': 'packages/cli/src/bin/kube-router.ts',
  'chunks/worker-entry': 'packages/linux/src/netlink/worker-entry.ts',
};

/** Libraries in CommonJS call `require` for what is Node's own. */
const banner =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';

/** In place of reading package.json at each start, the files called `version.ts` have the version in them. */
const versions = {
  name: 'versions',
  setup(build) {
    build.onLoad({ filter: /\/packages\/[^/]+\/src\/version\.ts$/ }, ({ path }) => {
      const manifest = join(dirname(dirname(path)), 'package.json');
      const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
      return { contents: `export const version = ${JSON.stringify(version)};`, watchFiles: [manifest] };
    });
  },
};

/**
 * Bundles the command into a folder, and leaves files alone that would not change. `sources` says which source files
 * came into each file, by its path below the folder.
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<{ sources: Record<string, readonly string[]> }>}
 */
export async function bundle(root, folder = join(root, bundleFolder)) {
  const { build } = await import('esbuild'); // not there before the libraries are
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@peerage/source'],
    // a native library finds its binary from where it stands
    external: ['koffi'],
    // names stay, so that stack traces and profiles can be read without the maps too
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: banner },
    plugins: [versions],
    logLevel: 'silent',
  });
  const below = (path) => relative(folder, path);
  // entries last: a command that starts meanwhile finds the chunks that it names
  const files = outputFiles.toSorted((a, b) => below(b.path).localeCompare(below(a.path)));
  for (const { path, contents } of files) writeChanged(path, contents);
  removeOthers(folder, new Set(outputFiles.map(({ path }) => below(path))));
  const outputs = Object.entries(metafile.outputs).map(([path, { inputs }]) => [
    below(join(root, path)),
    Object.keys(inputs),
  ]);
  return { sources: Object.fromEntries(outputs) };
}

function writeChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

/** What an earlier build left: chunks have a hash in their names. */
function removeOthers(folder, kept) {
  for (const place of ['bin', 'chunks'])
    for (const name of readdirSync(join(folder, place)))
      if (!kept.has(join(place, name))) rmSync(join(folder, place, name));
}
