import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';

const source = new URL('../src/', import.meta.url);

t.test('every error code is in the reference, in order, and no other', async (t) => {
  const codes = new Set<string>();
  for (const file of await readdir(source, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const text = await readFile(new URL(file, source), 'utf8');
    for (const [, code] of text.matchAll(/'(BGP_ERR_[A-Z_]+)'/g)) codes.add(code as string);
  }
  const reference = await readFile(new URL('../../../docs/reference/errors-bgp.md', import.meta.url), 'utf8');
  const listed = [...reference.matchAll(/^\| `(BGP_ERR_\w+)` \|/gm)].map(([, code]) => code);
  t.same(listed, [...codes].sort());
});

t.test('every end of a session is in the reference, in order, and no other', async (t) => {
  const text = await readFile(new URL('session/session-error.ts', source), 'utf8');
  const type = /export type SessionErrorCode =([^;]*);/.exec(text)?.[1] ?? '';
  const codes = [...type.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code);
  t.ok(codes.length > 5);
  const reference = await readFile(new URL('../../../docs/reference/errors-bgp.md', import.meta.url), 'utf8');
  const listed = [...reference.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  t.same(listed, codes);
});
