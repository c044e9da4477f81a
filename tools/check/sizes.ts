import type { Finding } from './finding.js';
import type { SourceTree } from './source-tree.js';

/** A file longer than this needs a reason. */
export const mostLines = 400;

/** Files that are one idea in more lines, each with the reason. */
export const longFiles: readonly { readonly path: string; readonly reason: string }[] = [];

/** Finds files that are too long, and entries of the list that are no longer needed. */
export function findLongFiles(tree: SourceTree, allowed = longFiles): Finding[] {
  const long = tree.files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > mostLines);
  const tooLong = long
    .filter(({ path }) => !allowed.some((entry) => entry.path === path))
    .map(({ path, lines }) => ({
      place: path,
      text: `${lines} lines, more than ${mostLines}: is it one idea?`,
    }));
  const stale = allowed
    .filter((entry) => !long.some(({ path }) => path === entry.path))
    .map(({ path }) => ({
      place: path,
      text: `is not over ${mostLines} lines: take it off the list in tools/check/sizes.ts`,
    }));
  return [...tooLong, ...stale];
}
