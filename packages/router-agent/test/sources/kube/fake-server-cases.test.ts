import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { AccessRule } from '../../../src/testing/fake-api-server/access-rules.js';
import { FakeApiServer } from '../../../src/testing/fake-api-server/fake-api-server.js';
import { documentedRules } from './documented-rules.js';
import { kubeCases } from './kube-cases.js';

kubeCases(
  t,
  async () => {
    const fake = new FakeApiServer();
    await fake.start();
    const files: string[] = [];
    t.teardown(async () => {
      await fake.stop();
      for (const file of files) await rm(file, { force: true });
    });
    const file = async (text: string, name: string): Promise<string> => {
      const path = join(tmpdir(), `fake-api-server-${process.pid}-${name}`);
      files.push(path);
      await writeFile(path, text);
      return path;
    };
    return {
      kubeconfig: await file(fake.kubeconfig(), 'admin'),
      stop: () => fake.stop(),
      start: () => fake.start(),
      forgetHistory: async () => fake.compact(),
      kubeconfigWithRules: async (rules) => {
        fake.allow(
          'agent-token',
          'system:serviceaccount:kube-system:kube-router',
          rules as unknown as readonly AccessRule[],
        );
        return file(fake.kubeconfig('agent-token'), 'agent');
      },
    };
  },
  1000,
  documentedRules,
);
