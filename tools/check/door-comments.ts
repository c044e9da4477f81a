import type { Finding } from './finding.js';
import { resolveImport, type SourceFile, type SourceTree } from './source-tree.js';

/** Packages whose doors strangers read: each thing that goes through them is explained where it is made. */
export const explainedPackages: readonly string[] = ['@peerage/bgp'];

const exportList = /^export\s+(?:type\s+)?\{([^}]*)\}(?:\s*from\s*'([^']+)')?/gm;

/** Names that a file hands on, with the file that it has them from; null: it makes them itself. */
function handedOn(file: SourceFile): ReadonlyMap<string, string | null> {
  const names = new Map<string, string | null>();
  for (const [, list = '', from = null] of file.text.matchAll(exportList)) {
    for (const entry of list.split(',')) {
      const name = /^\s*(?:type\s+)?(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(entry);
      if (name !== null) names.set(name[2] ?? (name[1] as string), from);
    }
  }
  return names;
}

interface Declaration {
  readonly file: SourceFile;
  readonly line: number;
  readonly kind: string;
  /** The comment that stands before it; undefined when there is none. */
  readonly comment: string | undefined;
}

function declarationIn(file: SourceFile, name: string): Declaration | undefined {
  const declared = new RegExp(
    `^export (?:abstract )?(?:async )?(class|function\\*?|interface|type|const) ${name}\\b`,
    'm',
  ).exec(file.text);
  if (declared === null) return undefined;
  const before = file.text.slice(0, declared.index);
  const comment = /\/\*\*(?:[^*]|\*(?!\/))*\*\/\n$/.exec(before)?.[0];
  return { file, line: before.split('\n').length, kind: (declared[1] as string).replace('*', ''), comment };
}

function declarationOf(tree: SourceTree, path: string, name: string): Declaration | undefined {
  const file = tree.files.find((candidate) => candidate.path === path);
  if (file === undefined) return undefined;
  const own = declarationIn(file, name);
  if (own !== undefined) return own;
  const from = handedOn(file).get(name);
  if (from === undefined || from === null) return undefined;
  const target = resolveImport(tree, path, from);
  return target === undefined ? undefined : declarationOf(tree, target, name);
}

/**
 * Finds what goes through a door without a doc comment, and classes and functions without an example. A type needs no example, since
 * those of functions show it; nor does a constant, which is used by writing its name.
 */
export function findUnexplainedExports(tree: SourceTree, packages = explainedPackages): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { name, doors } of tree.packages) {
    if (!packages.includes(name)) continue;
    for (const [door, path] of doors) {
      const file = tree.files.find((candidate) => candidate.path === path);
      if (file === undefined) continue;
      for (const symbol of handedOn(file).keys()) {
        const found = declarationOf(tree, path, symbol);
        const place = found === undefined ? path : `${found.file.path}:${found.line}`;
        const text = lackOf(found);
        if (text !== undefined)
          findings.set(`${place} ${symbol}`, { place, text: `${symbol} (${door}) ${text}` });
      }
    }
  }
  return [...findings.values()];
}

function lackOf(found: Declaration | undefined): string | undefined {
  if (found === undefined)
    return 'is declared in a form that this check does not know: write `export function NAME`';
  if (found.comment === undefined) return 'has no doc comment: what it is, units, errors, the source';
  const isCalled = found.kind === 'class' || found.kind === 'function';
  if (isCalled && !found.comment.includes('@example')) return 'has no @example in its doc comment';
  return undefined;
}
