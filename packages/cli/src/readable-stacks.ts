import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Makes stacks name lines of the sources instead of lines of built files. The map of a file is read when a stack
 * with this file in it is looked at for the first time, not before: Node's `--enable-source-maps` reads all at start.
 */
export function readableStacks(): void {
  if (process.sourceMapsEnabled) return;
  const maps = new Map<string, SourceMap | null>();
  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.map((site) => `\n    at ${placeOf(site, maps)}`);
    return `${Error.prototype.toString.call(error)}${lines.join('')}`;
  };
}

function placeOf(site: NodeJS.CallSite, maps: Map<string, SourceMap | null>): string {
  const [file, line, column] = [site.getFileName(), site.getLineNumber(), site.getColumnNumber()];
  const asBuilt = String(site);
  if (!file?.startsWith('file:') || line === null || column === null) return asBuilt;
  let map = maps.get(file);
  if (map === undefined) {
    map = readMap(file);
    maps.set(file, map);
  }
  const found = map?.findEntry(line - 1, column - 1);
  if (found === undefined || !('originalSource' in found)) return asBuilt;
  const source = fileURLToPath(new URL(found.originalSource, file));
  return asBuilt.replace(
    `${file}:${line}:${column}`,
    `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`,
  );
}

/** Null where a file has no map: then its stacks stay as they are. */
function readMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), 'utf8')));
  } catch {
    return null;
  }
}
