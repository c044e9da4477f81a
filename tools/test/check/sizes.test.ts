import t from 'tap';
import { findLongFiles, mostLines } from '../../check/sizes.js';
import { readTree } from '../../check/source-tree.js';
import { tinyTree } from './tiny-tree.js';

const lines = (count: number) => 'line();\n'.repeat(count);

t.test('a file may have 400 lines and not one more', async (t) => {
  const root = tinyTree(t, { 'a.ts': lines(mostLines), 'b.ts': lines(mostLines + 1), 'c.md': lines(1000) });
  t.match(findLongFiles(readTree(root)), [
    { place: 'b.ts', text: '401 lines, more than 400: is it one idea?' },
  ]);
});

t.test('a file on the list may have more, until it is shorter again', async (t) => {
  const root = tinyTree(t, { 'a.ts': lines(500), 'b.ts': lines(10) });
  const allowed = [
    { path: 'a.ts', reason: 'one table' },
    { path: 'b.ts', reason: 'was one table' },
  ];
  t.match(findLongFiles(readTree(root), allowed), [{ place: 'b.ts', text: /take it off the list/ }]);
});
