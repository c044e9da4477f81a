import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freePort, type Teardown, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { bundle } from '../setup/bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(tempDir(t), 'bundle');
const peerage = join(folder, 'bin/peerage.js');
const { sources } = await bundle(root, folder);
// where the library that stays outside is found
symlinkSync(join(root, 'packages/cli/node_modules'), join(folder, 'node_modules'));

interface Loaded {
  readonly status: number | null;
  readonly output: string;
  /** Files of the bundle, by their path below it. */
  readonly files: readonly string[];
  /** Whether anything of a library or folder came with these files, or was loaded beside them. */
  has(part: string): boolean;
}

/** Runs the command to its end, with SIGTERM once it listens. V8 knows what was loaded: it counts coverage there. */
async function load(t: Teardown, args: readonly string[]): Promise<Loaded> {
  const coverage = tempDir(t);
  const child = spawn(process.execPath, [peerage, ...args], {
    env: { PATH: process.env.PATH, NODE_V8_COVERAGE: coverage },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes('listening on')) child.kill('SIGTERM');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const scripts = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as {
      result: { url: string }[];
    };
    return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
  });
  const files = scripts.filter((path) => path.startsWith(folder)).map((path) => relative(folder, path));
  const read = [...scripts, ...files.flatMap((path) => sources[path] ?? [])];
  return { status, output, files, has: (part) => read.some((path) => path.includes(part)) };
}

const absent = (loaded: Loaded, parts: readonly string[]) => parts.filter((part) => loaded.has(part));

t.test('peerage show reads few files, and nothing of the speaker, the agent or the kernel', async (t) => {
  const shown = await load(t, ['show', 'neighbors', '--socket', join(tempDir(t), 'none.sock')]);
  t.match(shown.output, /nobody answers/);
  t.equal(shown.status, 1);
  t.ok(shown.has('packages/cli/src/commands/show-neighbors.ts'), 'what was loaded is known');
  const others = [
    'packages/bgp/src/speaker',
    'packages/bgp/src/rib',
    'packages/router-agent',
    'packages/linux',
  ];
  t.same(absent(shown, [...others, '@kubernetes/client-node', 'koffi', 'yaml/', 'pino', 'ip-num']), []);
  t.ok(shown.files.length <= 20, `${shown.files.length} files`);
});

t.test('peerage speaker reads few files, and nothing of the agent or of tables on a terminal', async (t) => {
  const config = join(tempDir(t), 'speaker.yaml');
  const port = await freePort('127.0.0.1');
  const address = `listenAddresses: [127.0.0.1]\nlistenPort: ${port}\n`;
  writeFileSync(config, `localAs: 64512\nrouterId: 192.0.2.1\n${address}`);
  const ran = await load(t, ['speaker', '--config', config, '--socket', join(tempDir(t), 's.sock')]);
  t.equal(ran.status, 0, ran.output);
  t.ok(ran.has('packages/bgp/src/speaker'), 'what was loaded is known');
  const others = ['packages/router-agent', '@kubernetes/client-node', 'prom-client', 'pino', 'cli-table3'];
  t.same(absent(ran, [...others, 'packages/linux/src/route', 'packages/cli/src/lab']), []);
  t.ok(ran.files.length <= 30, `${ran.files.length} files`);
});

t.test('the agent starts without the Kubernetes client: what talks to a server loads it', async (t) => {
  const helped = await load(t, ['agent', '--help']);
  t.equal(helped.status, 0);
  t.ok(helped.has('packages/router-agent/src/agent.ts'), 'what was loaded is known');
  t.same(
    absent(helped, ['@kubernetes/client-node', 'kubernetes-source', 'commander', 'zod/v4/locales/de']),
    [],
  );
  const withClient = Object.keys(sources).filter((path) =>
    sources[path]?.some((source) => source.includes('@kubernetes/client-node')),
  );
  t.equal(withClient.length, 1, 'it is in one chunk');
  const [chunk = ''] = withClient;
  const name = chunk.replace('chunks/', '');
  const importers = Object.keys(sources).filter(
    (path) => path.endsWith('.js') && readFileSync(join(folder, path), 'utf8').includes(`from"./${name}"`),
  );
  t.same(importers.map((path) => path.replace(/-[A-Z0-9]+\.js$/, '')).toSorted(), [
    'chunks/kube-annotations',
    'chunks/kube-events',
    'chunks/kubernetes-source',
  ]);
});

t.test('files that the bundle names at run time are in it', async (t) => {
  const named = readdirSync(join(folder, 'chunks'))
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) =>
      [
        ...readFileSync(join(folder, 'chunks', name), 'utf8').matchAll(
          /new URL\("(\.[^"]+\.js)",import\.meta/g,
        ),
      ].map(([, path = '']) => join('chunks', path)),
    );
  t.same(named.toSorted(), ['bin/kube-router.js', 'chunks/worker-entry.js']);
  t.same(
    named.filter((path) => sources[path] === undefined),
    [],
  );
});

t.test('stacks name the sources, whose maps are read only then', async (t) => {
  const script = join(tempDir(t), 'run.mjs');
  const run = async (prelude: string): Promise<{ maps: number; stderr: string }> => {
    const lines = [
      "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';",
      'const read = fs.readFileSync; let maps = 0;',
      "fs.readFileSync = (path, ...rest) => { if (String(path).endsWith('.map')) maps++; return read(path, ...rest); };",
      "syncBuiltinESMExports(); process.on('exit', () => process.stderr.write('maps ' + maps));",
      `process.argv.splice(2, 9, 'decode'); ${prelude}`,
      `await import(${JSON.stringify(pathToFileURL(peerage).href)});`,
    ];
    writeFileSync(script, lines.join('\n'));
    const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'pipe'] });
    child.stdin.end(`${'f'.repeat(32)}001304\n`);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    return { maps: Number(/maps (\d+)/.exec(stderr)?.[1]), stderr };
  };
  t.equal((await run('')).maps, 0);
  const broken = await run("process.stdout.write = () => { throw new Error('no room'); };");
  t.match(broken.stderr, /^peerage: Error: no room\n/);
  t.match(broken.stderr, /at print.*packages\/cli\/src\/render\/print\.ts:\d+:\d+/);
  t.ok(broken.maps >= 1);
});

t.test('a bundle that is built again stays as it is, without what an earlier one left', async (t) => {
  const left = join(folder, 'chunks/left-OLDHASH.js');
  writeFileSync(left, '');
  const names = () => readdirSync(join(folder, 'chunks')).toSorted();
  const before = names().filter((name) => !left.endsWith(name));
  await bundle(root, folder);
  t.same(names(), before);
});
