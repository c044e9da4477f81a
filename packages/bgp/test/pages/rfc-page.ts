import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { features } from './features.js';
import { isDone, testPath } from './features-page.js';
import { rfcTitles } from './rfc-titles.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** What the tree says of one RFC. */
export interface RfcRow {
  readonly rfc: number;
  /** Named in comments: `4.2`, `9.1.2.2`. */
  readonly sections: readonly string[];
  /** Folders of sources that name it. */
  readonly places: readonly string[];
  /** Tests that name it, that mirror a source which does, or that prove a feature of it. */
  readonly tests: readonly string[];
}

interface Found {
  readonly sections: Set<string>;
  readonly places: Set<string>;
  readonly tests: Set<string>;
}

/** TypeScript files below a folder, as paths from the root of the tree. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(`${root}${folder}`)) return [];
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

const reference = /RFC ?(\d{3,5})(?: §(\d+(?:\.\d+)*))?/g;

function inOrderOfSections(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** All RFCs that sources of the packages name, in order. */
export function rfcRows(): readonly RfcRow[] {
  const found = new Map<number, Found>();
  const of = (rfc: number): Found => {
    const entry = found.get(rfc) ?? { sections: new Set(), places: new Set(), tests: new Set() };
    found.set(rfc, entry);
    return entry;
  };
  const packages = readdirSync(`${root}packages`).map((name) => `packages/${name}`);
  for (const folder of packages) {
    for (const file of filesBelow(`${folder}/src`)) {
      for (const [, rfc, section] of readFileSync(`${root}${file}`, 'utf8').matchAll(reference)) {
        const entry = of(Number(rfc));
        entry.places.add(file.slice(0, file.lastIndexOf('/')));
        if (section !== undefined) entry.sections.add(section);
        const mirror = file.replace('/src/', '/test/').replace(/\.ts$/, '.test.ts');
        if (existsSync(`${root}${mirror}`)) entry.tests.add(mirror);
      }
    }
  }
  for (const folder of packages) {
    for (const file of filesBelow(`${folder}/test`)) {
      if (!file.endsWith('.test.ts')) continue;
      for (const [, rfc] of readFileSync(`${root}${file}`, 'utf8').matchAll(reference)) {
        // What only tests name is no claim of the code.
        found.get(Number(rfc))?.tests.add(file);
      }
    }
  }
  for (const row of features.filter(isDone)) {
    for (const rfc of row.rfcs) for (const test of row.tests) found.get(rfc)?.tests.add(testPath(test));
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([rfc, { sections, places, tests }]) => ({
      rfc,
      sections: [...sections].sort(inOrderOfSections),
      places: [...places].sort(),
      tests: [...tests].sort(),
    }));
}

const nameOf = (path: string): string => path.replace(/^packages\//, '').replace('/src', '');
const testName = (path: string): string => path.replace(/^.*\//, '').replace(/\.test\.ts$/, '');

/** `docs/reference/rfc-coverage.md`, drawn from the comments of sources and tests. */
export function rfcPage(rows: readonly RfcRow[]): string {
  const lines = rows.map(({ rfc, sections, places, tests }) => {
    const cells = [
      `[${rfc}](https://www.rfc-editor.org/rfc/rfc${rfc})`,
      rfcTitles[rfc] ?? '',
      sections.map((section) => `§${section}`).join(', '),
      places.map((place) => `[${nameOf(place)}](../../${place})`).join(', '),
      tests.map((test) => `[${testName(test)}](../../${test})`).join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# RFCs in the code

<!-- Drawn from the comments of sources and tests by: PEERAGE_WRITE_PAGES=1 npm test -- packages/bgp/test/pages -->

Each RFC that a comment in the sources refers to: the sections that are named, where, and the tests that name the RFC, belong to a source
file that does, or prove a feature of it. It says where to look, not that every sentence of an RFC is implemented: [features](features.md) says what is there.

| RFC | Title | Sections named | Sources | Tests |
|---|---|---|---|---|
${lines.join('\n')}
`;
}
