import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { FakeApiServer } from '../../../src/testing/fake-api-server/fake-api-server.js';
import { apiServerClient } from './api-client-under-test.js';
import { apiServerCases } from './api-server-cases.js';

apiServerCases(t, async () => {
  const fake = new FakeApiServer();
  await fake.start();
  t.teardown(() => fake.stop());
  const folder = tempDir(t);
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const kubeconfigs = {
    admin: await file('admin', fake.kubeconfig()),
    wrong: await file('wrong', fake.kubeconfig('wrong')),
    nobody: await file('nobody', fake.kubeconfig('')),
  };
  return apiServerClient(kubeconfigs, async () => fake.compact());
});
