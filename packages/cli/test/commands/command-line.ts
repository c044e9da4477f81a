import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../../', import.meta.url));
const built = join(packages, 'cli/dist/bundle');

/** When a file below these folders changed last, in milliseconds; 0 where there is none. */
function newest(folders: readonly string[]): number {
  let latest = 0;
  for (const folder of folders.filter((path) => existsSync(path)))
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      latest = Math.max(latest, statSync(join(folder, name)).mtimeMs);
  return latest;
}

/**
 * What node is started with for the command of this tree. As it is built, which costs a third of the processor time of a start
 * from sources; `npm test` builds it. From sources where those have changed since, as for one file run by itself.
 */
export function commandLine(): readonly string[] {
  const sources = readdirSync(packages).map((name) => join(packages, name, 'src'));
  return newest([built]) > newest(sources)
    ? [join(built, 'bin/peerage.js')]
    : ['--import=tsx', '--conditions=@peerage/source', join(packages, 'cli/src/bin/peerage.ts')];
}
