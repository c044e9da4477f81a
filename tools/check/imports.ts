/** One import, export-from or dynamic import of a source file. */
export interface Import {
  /** What stands between the quotes. */
  readonly specifier: string;
  readonly line: number;
  readonly form: 'import' | 'export' | 'export *' | 'dynamic';
  /** Only types come through it: it is gone from the built file. */
  readonly typeOnly: boolean;
}

// The formatter puts each of these at the start of a line, so no parser is needed to find them.
const fromStatement = /^(import|export)\s+(type\s+)?([^'"`;()=]*?)\s*from\s*['"]([^'"]+)['"]/gm;
const bareImport = /^import\s*['"]([^'"]+)['"]/gm;
const dynamicImport = /\bimport\(\s*['"]([^'"]+)['"]/g;
const comment = /^\s*(\/\/|\/?\*)/;

/** All names in the braces carry their own `type`. */
function namesAreTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}$/
    .exec(clause.trim())?.[1]
    ?.split(',')
    .filter((name) => name.trim() !== '');
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

/** Finds what a source file imports, type-only imports included, in the order of lines. */
export function importsOf(text: string): Import[] {
  const lineOf = (index: number) => text.slice(0, index).split('\n').length;
  const lines = text.split('\n');
  const found: Import[] = [];
  for (const { 1: keyword, 2: type, 3: clause = '', 4: specifier = '', index } of text.matchAll(
    fromStatement,
  )) {
    const star = keyword === 'export' && clause.trim() === '*';
    const form = keyword === 'import' ? 'import' : star ? 'export *' : 'export';
    found.push({
      specifier,
      line: lineOf(index),
      form,
      typeOnly: type !== undefined || namesAreTypes(clause),
    });
  }
  for (const { 1: specifier = '', index } of text.matchAll(bareImport)) {
    found.push({ specifier, line: lineOf(index), form: 'import', typeOnly: false });
  }
  for (const { 1: specifier = '', index } of text.matchAll(dynamicImport)) {
    const line = lineOf(index);
    if (comment.test(lines[line - 1] ?? '')) continue;
    // `typeof import('x')` and `import('x').Name` after a colon are types, gone from the built file
    const typeOnly = /(\btypeof|[:<|&])\s*$/.test(text.slice(Math.max(0, index - 20), index));
    found.push({ specifier, line, form: 'dynamic', typeOnly });
  }
  return found.sort((a, b) => a.line - b.line);
}
