import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type DaemonName, daemonNames } from '@peerage/test-fixtures';
import t from 'tap';
import { holdPage } from './drawn-page.js';
import { allProofs, interopPage } from './interop-page.js';

const root = new URL('../../../../', import.meta.url);
const page = new URL('docs/interop.md', root);
/** Releases of the daemons with which the record was made. */
const versionsFile = new URL('versions.json', import.meta.url);

const commands: Readonly<Record<DaemonName, readonly [string, ...string[]]>> = {
  FRR: ['/usr/lib/frr/bgpd', '--version'],
  BIRD: ['bird', '--version'],
  GoBGP: ['gobgpd', '--version'],
  OpenBGPD: ['/usr/sbin/bgpd', '-V'],
  ExaBGP: ['exabgp', '--version'],
};

function versionOf(daemon: DaemonName): string {
  const [command, ...flags] = commands[daemon];
  // Some print it to standard error.
  const text = execFileSync('/bin/sh', ['-c', `${[command, ...flags].join(' ')} 2>&1`], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown';
}

t.test('docs/interop.md is what the tests with daemons have on record', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') {
    const versions = Object.fromEntries(daemonNames.map((name) => [name, versionOf(name)]));
    await writeFile(versionsFile, `${JSON.stringify(versions, null, 2)}\n`);
  }
  const versions = JSON.parse(await readFile(versionsFile, 'utf8')) as Record<DaemonName, string>;
  await holdPage(t, page, interopPage(allProofs(), versions));
});

t.test('every record belongs to a file of tests', async (t) => {
  for (const test of new Set(allProofs().map((proof) => proof.test)))
    t.ok(existsSync(fileURLToPath(new URL(test, root))), test);
});
