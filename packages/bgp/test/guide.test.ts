import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { BgpError } from '../src/errors.js';
import { compilePolicies } from '../src/policy/policies.js';
import type { BgpSpeaker } from '../src/speaker/speaker.js';
import { Lab } from './speaker/lab.js';

interface Doors {
  readonly speaker: BgpSpeaker;
  readonly compilePolicies: typeof compilePolicies;
  readonly BgpError: typeof BgpError;
  readonly console: { log(...words: readonly unknown[]): void };
}

t.test('the programs of the policy guide run as they are written', async (t) => {
  const guide = await readFile(new URL('../../../docs/guide/policy.md', import.meta.url), 'utf8');
  const programs = [...guide.matchAll(/^```ts run\n([\s\S]*?)^```$/gm)].map(
    ([, program]) => program as string,
  );
  t.equal(programs.length, 4);
  const folder = tempDir(t);
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  speaker.announce({ prefixes: ['203.0.113.0/24'] });
  await lab.start({ speaker, address: '192.0.2.1', as: 64512, lines: [], events: [] });
  await lab.clock.runFor(100);
  const printed: string[] = [];
  const doors: Doors = {
    speaker,
    compilePolicies,
    BgpError,
    console: { log: (...words) => void printed.push(words.join(' ')) },
  };
  for (const [i, program] of programs.entries()) {
    const file = join(folder, `program-${i}.ts`);
    const head = 'export default ({ speaker, compilePolicies, BgpError, console }: any) => {\n';
    await writeFile(file, `${head}type BgpError = any;\n${program}}\n`);
    const module: { readonly default: (doors: Doors) => void } = await import(pathToFileURL(file).href);
    module.default(doors);
  }
  t.same(printed, [
    'only path',
    'no session: the peer is connect ',
    'peer 192.0.2.2 soft-refresh importPolicy, exportPolicy changed',
    'route 203.0.113.0/24 changed-live owner changed',
    'in.statements[0].match.med',
  ]);
  t.equal(speaker.peers().length, 1);
  await speaker.close();
});
