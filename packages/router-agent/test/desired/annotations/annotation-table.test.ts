import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { annotationNames, annotations } from '../../../src/desired/annotations/annotation-table.js';
import { annotationsPage } from './annotations-page.js';

const page = new URL('../../../../../docs/reference/annotations.md', import.meta.url);

t.test('docs/reference/annotations.md is what the table of annotations says', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, annotationsPage());
  t.equal(readFileSync(page, 'utf8'), annotationsPage());
});

t.test(
  'annotations of kube-router and our own have names of their own, and say what they may be',
  async (t) => {
    for (const name of annotationNames) {
      t.match(name, /^(kube-router|peerage)\.io\/[a-z][a-z\d.-]*$/);
      const { values, meaning } = annotations[name];
      t.ok(values !== '' && meaning !== '', name);
    }
  },
);
