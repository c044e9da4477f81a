import t from 'tap';
import { findUnexplainedDependencies } from '../../check/dependencies.js';
import { tinyTree } from './tiny-tree.js';

t.test('every dependency has a line, and every line a dependency', async (t) => {
  const root = tinyTree(t, {
    'package.json': { devDependencies: { tap: '1.0.0' } },
    'packages/a/package.json': { dependencies: { zod: '1.0.0', '@peerage/bgp': 'workspace:*' } },
    'docs/dependencies.md': '| `tap` | runs the tests |\n| `left-pad` | was nice |\n',
  });
  t.same(findUnexplainedDependencies(root), [
    { place: 'packages/a/package.json', text: 'zod has no line in docs/dependencies.md that says why' },
    { place: 'docs/dependencies.md', text: 'left-pad is not a dependency any more' },
  ]);
});
