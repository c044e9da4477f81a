import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Teardown, tempDir } from '@peerage/test-fixtures';
import { FakeApiServer } from '../../../src/testing/fake-api-server/fake-api-server.js';
import type { ApiServerUnderTest } from './api-server-under-test.js';

/** A fake API server that runs until the test ends. */
export async function openFakeServer(t: Teardown): Promise<ApiServerUnderTest> {
  const folder = tempDir(t);
  const fake = new FakeApiServer();
  await fake.start();
  t.teardown(() => fake.stop());
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  return {
    kubeconfig: await file('admin', fake.kubeconfig()),
    stop: () => fake.stop(),
    start: () => fake.start(),
    forgetHistory: async () => fake.compact(),
    kubeconfigWithRules: async (rules) => {
      fake.allow('agent-token', 'system:serviceaccount:kube-system:kube-router', rules);
      return file('agent', fake.kubeconfig('agent-token'));
    },
  };
}
