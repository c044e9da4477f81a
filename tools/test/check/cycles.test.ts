import t from 'tap';
import { cyclesOf, findCycles } from '../../check/cycles.js';
import { readTree } from '../../check/source-tree.js';
import { tinyTree } from './tiny-tree.js';

const graph = (arrows: Record<string, string>) =>
  new Map(
    Object.entries(arrows).map(([from, to]) => [from, new Set(to.split(' ').filter((name) => name !== ''))]),
  );

t.test('a graph without cycles has none', async (t) => {
  t.same(cyclesOf(graph({ a: 'b c', b: 'd', c: 'd', d: '' })), []);
});

t.test('each knot is one way around, the shortest from its first node', async (t) => {
  t.same(cyclesOf(graph({ a: 'b', b: 'c', c: 'd a', d: 'c', x: 'y', y: 'x', z: 'a' })), [
    ['a', 'b', 'c'],
    ['x', 'y'],
  ]);
});

t.test('a cycle of files is found, type-only imports included', async (t) => {
  const root = tinyTree(t, {
    'packages/p/src/room/a.ts': "import { b } from './b.js';",
    'packages/p/src/room/b.ts': "import type { A } from './a.js';",
  });
  t.match(findCycles(readTree(root)), [
    {
      text: 'imports go in a circle: packages/p/src/room/a.ts → packages/p/src/room/b.ts → packages/p/src/room/a.ts',
    },
  ]);
});

t.test('a cycle of folders is found where no file has one', async (t) => {
  const root = tinyTree(t, {
    'packages/p/src/one/a.ts': "import { b } from '../two/b.js';",
    'packages/p/src/two/b.ts': '',
    'packages/p/src/two/c.ts': "import { d } from '../one/d.js';",
    'packages/p/src/one/d.ts': '',
  });
  t.match(findCycles(readTree(root)), [
    { text: 'imports go in a circle: packages/p/src/one → packages/p/src/two → packages/p/src/one' },
  ]);
});

t.test('a cycle of folders within a folder is found', async (t) => {
  const root = tinyTree(t, {
    'packages/p/src/top/one/a.ts': "import { b } from '../two/b.js';",
    'packages/p/src/top/two/b.ts': '',
    'packages/p/src/top/two/c.ts': "import { d } from '../one/d.js';",
    'packages/p/src/top/one/d.ts': '',
    'packages/p/src/top/e.ts': "import { a } from './one/a.js';",
  });
  t.match(findCycles(readTree(root)), [
    {
      text: 'imports go in a circle: packages/p/src/top/one → packages/p/src/top/two → packages/p/src/top/one',
    },
  ]);
});
