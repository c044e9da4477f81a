import t from 'tap';
import { findNodeImports, findWrongDoors } from '../../check/doors.js';
import { readTree } from '../../check/source-tree.js';
import { manifest, tinyTree } from './tiny-tree.js';

const packages = {
  'packages/bgp/package.json': manifest('@peerage/bgp', { '.': './src/index.ts' }),
  'packages/cli/package.json': manifest('peerage', {}, '@peerage/bgp'),
  'packages/linux/package.json': manifest('@peerage/linux', {}),
};

const wrong: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'reaches into another package',
    'packages/cli/src/a.ts',
    "import { b } from '../../bgp/src/b.js';",
    /use a door/,
  ],
  [
    'leaves its package',
    'packages/cli/src/a.ts',
    "import { b } from '../../../tools/b.js';",
    /leaves the package/,
  ],
  [
    'names a file behind a door',
    'packages/cli/test/a.ts',
    "import { b } from '@peerage/bgp/src/b.js';",
    /is no door/,
  ],
  ['names its own package', 'packages/bgp/src/a.ts', "import { b } from '@peerage/bgp';", /relative paths/],
  ['is not in package.json', 'packages/linux/src/a.ts', "import { b } from '@peerage/bgp';", /does not list/],
  ['exports everything', 'packages/bgp/src/index.ts', "export * from './a.js';", /name what goes through/],
  ['has a name that says nothing', 'packages/bgp/src/utils.ts', '', /"utils" says nothing/],
  ['stands in a folder that says nothing', 'packages/bgp/src/common/a.ts', '', /"common" says nothing/],
];
for (const [title, path, text, message] of wrong) {
  t.test(`a file is refused that ${title}`, async (t) => {
    const findings = findWrongDoors(readTree(tinyTree(t, { ...packages, [path]: text })));
    t.equal(findings.length, 1);
    t.match(findings[0], { place: path, text: message });
  });
}

t.test('doors, own files and libraries are fine', async (t) => {
  const text = "import { a } from '@peerage/bgp';\nimport { b } from './b.js';\nimport c from 'c';\n";
  t.same(findWrongDoors(readTree(tinyTree(t, { ...packages, 'packages/cli/src/commonplace.ts': text }))), []);
});

t.test('benches of single functions may look behind doors, and nothing else may', async (t) => {
  const text = "import { a } from '../../packages/bgp/src/a.js';\n";
  const files = { 'bench/micro/decode.ts': text, 'bench/peers/decode.ts': text };
  const findings = findWrongDoors(readTree(tinyTree(t, { ...packages, ...files })));
  t.match(findings, [{ place: 'bench/peers/decode.ts:1', text: /use a door/ }]);
});

t.test('the BGP library imports from Node in one folder alone', async (t) => {
  const text = "import net from 'node:net';\n";
  const root = tinyTree(t, {
    'packages/bgp/src/node/listener.ts': text,
    'packages/bgp/src/session/session.ts': text,
    'packages/bgp/test/a.test.ts': text,
    'packages/linux/src/a.ts': text,
  });
  t.match(findNodeImports(readTree(root)), [{ place: 'packages/bgp/src/session/session.ts:1' }]);
});
