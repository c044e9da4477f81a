import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netns } from '@peerage/linux';
import { tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { sampleNode, sampleService } from '../sources/sample-objects.js';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const program = [process.execPath, '--import=tsx', '--conditions=@peerage/source', main];
/** Of each log, when a test fails: of some hundred lives the last lines tell more than all. */
const shownLines = 60;

/** A program under test, with what it wrote. */
export interface Program {
  readonly child: ChildProcess;
  text(): string;
  /** Lines of the log with that event. */
  events(event: string): readonly Record<string, unknown>[];
  exitCode(): Promise<number | null>;
}

export function watch(t: Test, child: ChildProcess): Program {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const ended = once(child, 'exit');
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    if (!t.passing()) t.comment(text.split('\n').slice(-shownLines).join('\n'));
  });
  return {
    child,
    text: () => text,
    events: (event) =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, unknown> => JSON.parse(line))
        .filter((line) => line.event === event),
    exitCode: async () => (await ended)[0],
  };
}

/** Two nodes on one segment, with a folder of manifests that has both. */
export async function segment(t: Test) {
  const id = randomBytes(3).toString('hex');
  const directory = tempDir(t);
  const manifests = join(directory, 'manifests');
  mkdirSync(manifests);
  const objects = [sampleNode(1), sampleNode(2), sampleService(1)];
  for (const object of objects) {
    writeFileSync(join(manifests, `${object.kind}-${object.metadata.name}.json`), JSON.stringify(object));
  }
  const namespaces = [1, 2].map((n) => `ra-${id}-${n}`);
  for (const namespace of namespaces) {
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
  }
  const [one = '', two = ''] = namespaces;
  await netns.vethPair(
    { namespace: one, name: 'eth0', addresses: ['192.168.1.11/24'] },
    { namespace: two, name: 'eth0', addresses: ['192.168.1.12/24'] },
  );
  const start = (n: 1 | 2, flags: readonly string[] = []): Program => {
    const argv = [
      ...program,
      `--hostname-override=node-${n}`,
      `--manifests=${manifests}`,
      `--socket=${join(directory, `node-${n}.sock`)}`,
      '--enable-cni=false',
      ...flags,
    ];
    return watch(t, netns.spawn(n === 1 ? one : two, argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
  };
  const routes = async (namespace: string) =>
    (await netns.exec(namespace, ['ip', 'route', 'show', 'proto', '17'])).stdout.trim();
  const get = async (namespace: string, url: string) =>
    (await netns.exec(namespace, ['curl', '--silent', '--max-time', '5', url])).stdout;
  return { one, two, start, routes, get, manifests, sockets: directory };
}
