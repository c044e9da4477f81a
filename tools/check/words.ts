import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.js';
import { filesBelow } from './source-tree.js';

/** Each pattern is written so that it does not find itself here. */
const banned: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  { pattern: /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/, text: 'do it now, or leave it to an issue' },
  { pattern: /@ts-(ig[n]ore|noch[e]ck)/, text: 'the types are to be right' },
  { pattern: /(^|[^\w.])\/(wo[r]k|ho[m]e)\/\w/, text: 'a path of one machine' },
];

const notRead = /(^pnpm-lock\.yaml|\.(xz|gz|png|pcap|bin))$/;

/** Finds words that mark unfinished work, and paths of one machine, in all text files of the tree. */
export function findBannedWords(root: string): Finding[] {
  return filesBelow(root)
    .filter((path) => !notRead.test(path))
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          banned
            .filter(({ pattern }) => pattern.test(line))
            .map(({ pattern, text }) => ({
              place: `${path}:${index + 1}`,
              text: `${pattern.exec(line)?.[0].trim()}: ${text}`,
            })),
        ),
    );
}
