import { readFile, writeFile } from 'node:fs/promises';

interface Asserting {
  equal(found: unknown, wanted: unknown, message: string): unknown;
}

const wayOut = 'write it with PEERAGE_WRITE_PAGES=1 npm test -- packages/bgp/test/pages';

/** Holds a page of the tree against what it is drawn from; with PEERAGE_WRITE_PAGES=1 it is written first. */
export async function holdPage(t: Asserting, page: URL, drawn: string): Promise<void> {
  if (process.env.PEERAGE_WRITE_PAGES === '1') await writeFile(page, drawn);
  t.equal(await readFile(page, 'utf8'), drawn, wayOut);
}
