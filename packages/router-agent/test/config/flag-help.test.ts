import { readFile, writeFile } from 'node:fs/promises';
import t from 'tap';
import { flagsPage, helpText } from '../../src/config/flag-help.js';
import { flagNames, flagRow } from '../../src/config/flags.js';

const page = new URL('../../../../docs/reference/flags.md', import.meta.url);

t.test('docs/reference/flags.md is what the table of flags says', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') await writeFile(page, flagsPage());
  t.equal(
    await readFile(page, 'utf8'),
    flagsPage(),
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/config/flag-help.test.ts',
  );
});

t.test('helpText names every flag with type and default, and says what has no effect yet', async (t) => {
  const help = helpText();
  for (const name of flagNames) t.match(help, `--${name} ${flagRow(name)?.type.goName}\n`);
  t.match(help, '-v, --v string');
  t.match(help, '(default 1m30s)');
  t.match(help, /--run-firewall bool\n.*\(no effect yet\)/);
});
