import t from 'tap';
import { findUnexplainedExports } from '../../check/door-comments.js';
import { readTree } from '../../check/source-tree.js';
import { manifest, tinyTree } from './tiny-tree.js';

const explained = `/**
 * Adds.
 *
 * @example
 * add(1, 2); // 3
 */
export function add(x: number, y: number): number {
  return x + y;
}

/** A point. */
export interface Point {
  readonly x: number;
}
`;

const found = (root: string) =>
  findUnexplainedExports(readTree(root), ['tiny']).map(({ place, text }) => `${place} ${text}`);

t.test('what goes through a door has a comment, and what is called an example', async (t) => {
  const root = tinyTree(t, {
    'packages/tiny/package.json': manifest('tiny', { '.': './src/index.ts' }),
    'packages/tiny/src/index.ts':
      "export { add, bare, type Kind } from './math.js';\nexport type { Point } from './math.js';\n",
    'packages/tiny/src/math.ts': `${explained}
/** No example. */
export function bare(): void {}

export type { Kind } from './kind.js';
`,
    'packages/tiny/src/kind.ts': "export type Kind = 'a' | 'b';\n",
  });
  t.same(found(root), [
    'packages/tiny/src/math.ts:17 bare (tiny) has no @example in its doc comment',
    'packages/tiny/src/kind.ts:1 Kind (tiny) has no doc comment: what it is, units, errors, the source',
  ]);
});

t.test('a comment that stands before something else does not count', async (t) => {
  const root = tinyTree(t, {
    'packages/tiny/package.json': manifest('tiny', { '.': './src/index.ts' }),
    'packages/tiny/src/index.ts': "export { limit } from './limit.js';\n",
    'packages/tiny/src/limit.ts': '/** Of another. */\nconst other = 1;\nexport const limit = other;\n',
  });
  t.same(found(root), [
    'packages/tiny/src/limit.ts:3 limit (tiny) has no doc comment: what it is, units, errors, the source',
  ]);
});
