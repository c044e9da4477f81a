import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { Rules } from './api-server-under-test.js';

/** The rules of the ClusterRole in a file of `deploy`. */
export async function documentedRules(name = 'rbac.yaml'): Promise<Rules> {
  const text = await readFile(new URL(`../../../../../deploy/${name}`, import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map(
    (document) => document.toJS() as { kind: string; rules?: Rules },
  );
  const role = objects.find(({ kind }) => kind === 'ClusterRole');
  if (role?.rules === undefined) throw new Error(`deploy/${name} has no ClusterRole with rules`);
  return role.rules;
}
