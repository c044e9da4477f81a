import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Teardown } from '@peerage/test-fixtures';

const run = promisify(execFile);

/** `ip` with these words. */
export async function ip(words: string): Promise<void> {
  await run('ip', words.split(' '));
}

/** A network namespace with a loopback interface that is up, gone when the test ends. */
export async function namespace(t: Teardown): Promise<string> {
  const name = `pgcli-${randomBytes(4).toString('hex')}`;
  await ip(`netns add ${name}`);
  t.teardown(() => ip(`netns del ${name}`));
  await ip(`-n ${name} link set lo up`);
  return name;
}

/** Adds addresses, all in one process. */
export async function addAddresses(
  within: string,
  device: string,
  addresses: readonly string[],
): Promise<void> {
  const batch = addresses.map(
    (one) => `address add ${one} dev ${device}${one.includes(':') ? ' nodad' : ''}`,
  );
  const child = run('ip', ['-n', within, '-batch', '-']);
  child.child.stdin?.end(`${batch.join('\n')}\n`);
  await child;
}
