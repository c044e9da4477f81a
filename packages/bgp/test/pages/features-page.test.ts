import { existsSync } from 'node:fs';
import t from 'tap';
import { holdPage } from './drawn-page.js';
import { sections } from './feature.js';
import { features } from './features.js';
import { featuresPage, isDone, testPath } from './features-page.js';
import { allProofs } from './interop-page.js';

const root = new URL('../../../../', import.meta.url);
const page = new URL('docs/reference/features.md', root);

/** What the library leaves to others, for good or for now. */
const mayBeMissing = /MVPN|Multicast VPN|VPLS|\(ORF\)|Dynamic capability|Unreachable prefixes|^BFD|TCP-AO/;

t.test('docs/reference/features.md is what the table of features says', async (t) => {
  await holdPage(t, page, featuresPage(allProofs()));
});

t.test('every feature has tests that exist, or is one of those that may be missing', async (t) => {
  for (const row of features) {
    t.ok(sections.includes(row.section) && row.feature !== '');
    if (!isDone(row)) {
      t.match(row.feature, mayBeMissing);
      t.ok(row.missing.length > 10, `${row.feature}: why`);
      continue;
    }
    t.ok(row.tests.length > 0, row.feature);
    for (const test of row.tests) t.ok(existsSync(new URL(testPath(test), root)), testPath(test));
  }
});

t.test('no feature is named twice, and every section has some', async (t) => {
  t.equal(new Set(features.map(({ feature }) => feature)).size, features.length);
  for (const section of sections) t.ok(features.some((row) => row.section === section));
});
