import { readFile, writeFile } from 'node:fs/promises';
import t from 'tap';
import { agentConfigPage } from './agent-config-page.js';

const page = new URL('../../../../docs/reference/agent-config.md', import.meta.url);

t.test('docs/reference/agent-config.md is what the schema says', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') await writeFile(page, agentConfigPage());
  t.equal(
    await readFile(page, 'utf8'),
    agentConfigPage(),
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/config/agent-config-page.test.ts',
  );
});
