import t from 'tap';
import { findBannedWords } from '../../check/words.js';
import { tinyTree } from './tiny-tree.js';

const banned = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
  ['@ts-', 'ignore'],
  ['see /wo', 'rk/tree'],
  ['"/ho', 'me/me/x"'],
];

for (const parts of banned) {
  const words = parts.join('');
  t.test(`${parts.join('·')} is found with its line`, async (t) => {
    t.match(findBannedWords(tinyTree(t, { 'docs/a.md': `fine\nso: ${words} later\n` })), [
      { place: 'docs/a.md:2' },
    ]);
  });
}

t.test('words that only look alike are fine', async (t) => {
  const inside = ['prefix', 'work', 'x'].join('/');
  const text = `todo lists, ${inside}, https://example.com/home/page, framework/worker\n`;
  t.same(findBannedWords(tinyTree(t, { 'a.ts': text, 'node_modules/x/a.js': banned.join('') })), []);
});
