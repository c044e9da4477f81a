import { existsSync } from 'node:fs';
import t from 'tap';
import { arrows, findWrongArrows } from '../../check/arrows.js';
import { readTree } from '../../check/source-tree.js';
import { manifest, tinyTree } from './tiny-tree.js';

const packages = {
  'packages/bgp/package.json': manifest('@peerage/bgp', {
    '.': './src/index.ts',
    './node': './src/node/index.ts',
  }),
  'packages/bgp/src/index.ts': '',
  'packages/bgp/src/errors.ts': '',
  'packages/control/package.json': manifest('@peerage/control', { '.': './src/index.ts' }, '@peerage/bgp'),
  'packages/linux/package.json': manifest('@peerage/linux', { '.': './src/index.ts' }),
  'packages/cli/package.json': manifest('peerage', {}, '@peerage/bgp', '@peerage/router-agent'),
  'packages/router-agent/package.json': manifest(
    '@peerage/router-agent',
    { './run': './src/run.ts' },
    '@peerage/bgp',
  ),
  'test-fixtures/package.json': manifest('@peerage/test-fixtures', { '.': './src/index.ts' }),
};

const cases: readonly { title: string; file: string; text: string; wrong?: RegExp }[] = [
  {
    title: 'to the right',
    file: 'packages/bgp/src/rib/a.ts',
    text: "import { b } from '../attributes/b.js';",
  },
  { title: 'within a room', file: 'packages/bgp/src/rib/a.ts', text: "import { b } from './b.js';" },
  {
    title: 'errors, from anywhere',
    file: 'packages/bgp/src/wire/a.ts',
    text: "import { b } from '../errors.js';",
  },
  {
    title: 'to the left',
    file: 'packages/bgp/src/message/a.ts',
    text: "import { b } from '../fsm/b.js';",
    wrong: /bgp\/message must not import bgp\/fsm: \.\.\/fsm\/b\.js/,
  },
  {
    title: 'to the left, for a type',
    file: 'packages/bgp/src/rib/a.ts',
    text: "import type { B } from '../policy/b.js';",
    wrong: /bgp\/rib must not import bgp\/policy/,
  },
  {
    title: 'through an export',
    file: 'packages/bgp/src/fsm/a.ts',
    text: "export { b } from '../rib/b.js';",
    wrong: /bgp\/fsm must not import bgp\/rib/,
  },
  {
    title: 'dynamically',
    file: 'packages/bgp/src/nlri/a.ts',
    text: "const b = await import('../speaker/b.js');",
    wrong: /bgp\/nlri must not import bgp\/speaker/,
  },
  {
    title: 'to the right below a room',
    file: 'packages/bgp/src/speaker/outbound/a.ts',
    text: "import { b } from '../members/b.js';\nimport { c } from '../../rib/c.js';\nimport { d } from './d.js';",
  },
  {
    title: 'to the left below a room',
    file: 'packages/bgp/src/speaker/inbound/a.ts',
    text: "import type { B } from '../outbound/b.js';",
    wrong: /bgp\/speaker\/inbound must not import bgp\/speaker\/outbound/,
  },
  {
    title: 'what stands beside it, below a room',
    file: 'packages/bgp/src/speaker/peers/a.ts',
    text: "import type { B } from '../speaker.js';",
    wrong: /bgp\/speaker\/peers must not import bgp\/speaker:/,
  },
  {
    title: 'rooms below it, beside them',
    file: 'packages/bgp/src/speaker/speaker.ts',
    text: "import { b } from './outbound/b.js';\nimport { c } from './planner.js';",
  },
  {
    title: 'a room below another, from a third that may import that',
    file: 'packages/bgp/src/index.ts',
    text: "export { b } from './speaker/feeds/b.js';",
  },
  {
    title: 'from a room further out to one below another',
    file: 'packages/bgp/src/rib/a.ts',
    text: "import { b } from '../speaker/settings/b.js';",
    wrong: /bgp\/rib must not import bgp\/speaker\/settings/,
  },
  {
    title: 'the door of its own package',
    file: 'packages/bgp/src/session/a.ts',
    text: "import { b } from '../index.js';",
    wrong: /bgp\/session must not import bgp\/index\.ts/,
  },
  {
    title: 'another package',
    file: 'packages/cli/src/commands/a.ts',
    text: "import { b } from '@peerage/bgp/node';",
  },
  {
    title: 'another package that it must not know',
    file: 'packages/linux/src/route/a.ts',
    text: "import { b } from '@peerage/bgp';",
    wrong: /linux must not import bgp\/index\.ts/,
  },
  {
    title: 'types alone, a type',
    file: 'packages/control/src/a.ts',
    text: "import type { B } from '@peerage/bgp';",
  },
  {
    title: 'types alone, a value',
    file: 'packages/control/src/a.ts',
    text: "import { b } from '@peerage/bgp';",
    wrong: /other than types \(use `import type`\)/,
  },
  {
    title: 'the agent, dynamically in its command',
    file: 'packages/cli/src/commands/agent.ts',
    text: "const { run } = await import('@peerage/router-agent/run');",
  },
  {
    title: 'the agent, at once in its command',
    file: 'packages/cli/src/commands/agent.ts',
    text: "import { run } from '@peerage/router-agent/run';",
    wrong: /cli must not import router-agent\/shell/,
  },
  {
    title: 'the agent, in another command',
    file: 'packages/cli/src/commands/show.ts',
    text: "const { run } = await import('@peerage/router-agent/run');",
    wrong: /cli must not import router-agent\/shell/,
  },
  {
    title: 'a driver, where differences are made',
    file: 'packages/router-agent/src/reconcile/a.ts',
    text: "import { nft } from '../drivers/nft.js';",
    wrong: /router-agent\/reconcile must not import router-agent\/drivers/,
  },
  {
    title: 'something of ours, in the fixtures',
    file: 'test-fixtures/src/a.ts',
    text: "import { b } from '@peerage/bgp';",
    wrong: /test-fixtures must not import bgp/,
  },
  {
    title: 'anything in a shell of the agent',
    file: 'packages/router-agent/src/run.ts',
    text: "import { a } from './drivers/a.js';\nimport { main } from './main.js';",
  },
  {
    title: 'a room without a row',
    file: 'packages/bgp/src/attic/a.ts',
    text: '',
    wrong: /room bgp\/attic has no row/,
  },
  {
    title: 'a folder without a row, in a room that is divided',
    file: 'packages/bgp/src/speaker/attic/a.ts',
    text: '',
    wrong: /room bgp\/speaker\/attic has no row/,
  },
  {
    title: 'each other, folders of a room that is not divided',
    file: 'packages/router-agent/src/sources/kube/a.ts',
    text: "import { b } from '../manifests/b.js';",
  },
  {
    title: 'anything, in a test',
    file: 'packages/bgp/test/a.test.ts',
    text: "import { b } from '../src/rib/b.js';",
  },
  { title: 'libraries', file: 'packages/bgp/src/net/a.ts', text: "import { b } from 'ip-num';" },
];

for (const { title, file, text, wrong } of cases) {
  t.test(`arrows ${wrong === undefined ? 'allow' : 'forbid'} to import ${title}`, async (t) => {
    const findings = findWrongArrows(readTree(tinyTree(t, { ...packages, [file]: text })));
    t.equal(findings.length, wrong === undefined ? 0 : 1);
    if (wrong !== undefined) t.match(findings[0], { place: file, text: wrong });
  });
}

t.test('the table knows each room that it names', async (t) => {
  const names = Object.values(arrows).flatMap((row) => row.map((name) => name.replace('types ', '')));
  const known = new Set([...Object.keys(arrows), 'bgp']);
  const isFile = (name: string): boolean =>
    name.endsWith('.ts') &&
    existsSync(new URL(`../../../packages/${name.replace('/', '/src/')}`, import.meta.url));
  t.same(
    names.filter((name) => !known.has(name) && !isFile(name)),
    [],
  );
});
