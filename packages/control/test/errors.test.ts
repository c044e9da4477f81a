import { readFileSync } from 'node:fs';
import t from 'tap';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const sorted = (found: Iterable<RegExpMatchArray>): string[] =>
  [...new Set([...found].map(([, code]) => code as string))].sort();

t.test('every code of control and cli is in the reference, and no other', (t) => {
  const declared = sorted(read('packages/control/src/errors.ts').matchAll(/'(CONTROL_ERR_\w+)'/g));
  const cli = ['packages/cli/src/result.ts', 'packages/cli/src/commands/decode.ts'].map(read).join('\n');
  const used = sorted(cli.matchAll(/'(CLI_ERR_\w+)'/g));
  const listed = sorted(read('docs/reference/errors.md').matchAll(/^\| `(\w+_ERR_\w+)` \|/gm));
  t.same(listed, [...used, ...declared].sort());
  t.end();
});
