import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { readSpeakerFile, speakerSetup } from '../../src/commands/speaker-config.js';
import { speakerConfigPage } from './speaker-config-page.js';

const page = new URL('../../../../docs/reference/speaker-config.md', import.meta.url);

t.test('docs/reference/speaker-config.md is what the schema says', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, speakerConfigPage());
  const how =
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/cli/test/commands/speaker-config-page.test.ts';
  t.equal(readFileSync(page, 'utf8'), speakerConfigPage(), how);
});

t.test('the file that the page shows is taken', async (t) => {
  const file = join(tempDir(t), 'speaker.yaml');
  writeFileSync(file, /^```yaml\n([\s\S]*?)^```$/m.exec(speakerConfigPage())?.[1] ?? '');
  const { peers, announcements } = speakerSetup(readSpeakerFile(file), false);
  t.equal(peers.length, 1);
  t.equal(announcements.length, 1);
});
