import { readFileSync } from 'node:fs';

const page = new URL('../../../../docs/guide/config.md', import.meta.url);

/** The example of the guide, as it stands there. */
export function guideExample(): string {
  const [, example] = /```yaml run\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
  if (example === undefined) throw new Error('the guide has no example');
  return example;
}
