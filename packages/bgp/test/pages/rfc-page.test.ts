import t from 'tap';
import { holdPage } from './drawn-page.js';
import { rfcPage, rfcRows } from './rfc-page.js';
import { rfcTitles } from './rfc-titles.js';

const page = new URL('../../../../docs/reference/rfc-coverage.md', import.meta.url);

t.test('docs/reference/rfc-coverage.md is what comments in sources and tests say', async (t) => {
  await holdPage(t, page, rfcPage(rfcRows()));
});

t.test('every RFC that sources name has its title', async (t) => {
  for (const { rfc } of rfcRows())
    t.ok(rfcTitles[rfc], `RFC ${rfc}: its title belongs into packages/bgp/test/pages/rfc-titles.ts`);
});
