import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import * as codec from '../src/codec.js';
import * as main from '../src/index.js';
import * as node from '../src/node/index.js';
import * as session from '../src/session.js';
import * as testing from '../src/testing/index.js';

const source = new URL('../src/', import.meta.url);

/** Lines of examples that say what they give: `parsePrefix('10.0.0.0/8').length; // 8`. */
function claims(text: string): readonly (readonly [expression: string, value: string])[] {
  const comments = [...text.matchAll(/\/\*\*(?:[^*]|\*(?!\/))*\*\//g)].map(([comment]) => comment);
  return comments.flatMap((comment) => {
    const at = comment.indexOf('@example');
    if (at < 0) return [];
    const lines = [
      ...comment
        .slice(at)
        .matchAll(
          /^ \* ((?!const |let |console)[^\n]*?); \/\/ ((?:['\d[{]|true|false|undefined|null)[^\n]*)$/gm,
        ),
    ];
    return lines.map(([, expression = '', value = '']) => [expression, value] as const);
  });
}

t.test('examples of doc comments give what they say', async (t) => {
  let count = 0;
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    // Two functions of one name are at different doors: that of the file's own room counts.
    const doors = { ...node, ...testing, ...session, ...(file.startsWith('policy') ? codec : main) };
    const scope: Readonly<Record<string, unknown>> = {
      ...doors,
      ...(file.startsWith('policy') ? main : codec),
    };
    for (const [expression, value] of claims(readFileSync(new URL(file, source), 'utf8'))) {
      count++;
      const run = (text: string): unknown => {
        try {
          return new Function(...Object.keys(scope), `return (${text});`)(...Object.values(scope));
        } catch (error) {
          throw new Error(`${file}: ${text}: ${String(error)}`);
        }
      };
      t.same(run(expression), run(value), `${file}: ${expression}`);
    }
  }
  t.ok(count > 30, `${count} of them`);
});
