import t from 'tap';
import { importsOf } from '../../check/imports.js';

t.test('importsOf finds every form, with its line', async (t) => {
  const text = `import { a } from './a.js';
import type { B } from './b.js';
import { type C, type D } from './c.js';
import { type E, f } from './f.js';
import './effect.js';
import {
  g,
  h,
} from "./g.js";
export { i } from './i.js';
export type { J } from './j.js';
${'export *'} from './k.js';
import * as l from './l.js';
import m from 'm';
const n = await import('./n.js');
type O = typeof import('./o.js');
`;
  t.same(
    importsOf(text).map(({ specifier, line, form, typeOnly }) => [specifier, line, form, typeOnly]),
    [
      ['./a.js', 1, 'import', false],
      ['./b.js', 2, 'import', true],
      ['./c.js', 3, 'import', true],
      ['./f.js', 4, 'import', false],
      ['./effect.js', 5, 'import', false],
      ['./g.js', 6, 'import', false],
      ['./i.js', 10, 'export', false],
      ['./j.js', 11, 'export', true],
      ['./k.js', 12, 'export *', false],
      ['./l.js', 13, 'import', false],
      ['m', 14, 'import', false],
      ['./n.js', 15, 'dynamic', false],
      ['./o.js', 16, 'dynamic', true],
    ],
  );
});

t.test('importsOf passes over comments and other exports', async (t) => {
  const text = `/**
 * import { a } from './a.js';
 * const b = await import('./b.js');
 */
// import('./c.js')
export const from = 'x';
export function importAll(): void {}
`;
  t.same(importsOf(text), []);
});
