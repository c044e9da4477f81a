import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { flagNames } from '../../src/config/flags.js';
import { provenFlags } from './compatibility/flags.js';
import { compatibilityPage, sections, testPath } from './compatibility-page.js';

const root = new URL('../../../../', import.meta.url);
const page = new URL('docs/reference/kube-router-compatibility.md', root);
const rows = sections.flatMap(({ rows }) => rows);

t.test('docs/reference/kube-router-compatibility.md is what the tables say', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, compatibilityPage());
  t.equal(readFileSync(page, 'utf8'), compatibilityPage());
});

t.test('every row has a name of its own, and says how it is better or why it is refused', async (t) => {
  for (const { title, rows } of sections) {
    t.equal(new Set(rows.map(({ what }) => what)).size, rows.length, title);
  }
  for (const { what, state, how, tests } of rows) {
    t.equal(how !== undefined, ['better', 'refused', 'later'].includes(state), what);
    if (state === 'same' || state === 'better') t.ok(tests.length > 0, `${what}: its test`);
  }
  t.same(
    provenFlags.filter((name) => !flagNames.some((flag) => flag === name)),
    [],
    'flags that are none',
  );
});

t.test('every test that proves a row is there, under its title', async (t) => {
  const texts = new Map<string, string>();
  for (const { what, tests } of rows) {
    for (const test of tests) {
      const path = testPath(test);
      const url = new URL(path, root);
      if (!existsSync(url)) {
        t.fail(`${what}: there is no ${path}`);
        continue;
      }
      const text = texts.get(path) ?? readFileSync(url, 'utf8').replaceAll('\\', '');
      texts.set(path, text);
      t.ok(text.includes(test[1]), `${what}: ${path} has no test "${test[1]}"`);
    }
  }
});

t.test('no row is open', async (t) => {
  t.same(
    rows.filter(({ state }) => state === 'open').map(({ what }) => what),
    [],
    'add the test that proves it, or the reason why not',
  );
});

t.test('only what belongs to parts that are not there is not yet', async (t) => {
  for (const { what, how } of rows.filter(({ state }) => state === 'later')) {
    t.match(how, /^the (firewall|service proxy|load-balancer allocator)$/, what);
  }
});

t.test('every known defect of the original has a row that says it is set right', async (t) => {
  const told = new Set(
    rows.flatMap(({ how = '' }) => [...how.matchAll(/\bD(\d+)\b/g)].map(([, n]) => Number(n))),
  );
  for (let n = 1; n <= 20; n++) t.ok(told.has(n), `D${n}`);
});
