// test-timeout: 240
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually, freePort, needs, startBird, type Teardown, tempDir } from '@peerage/test-fixtures';
import t from 'tap';

const run = promisify(execFile);
const patience = { timeout: 60_000 };
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const packageFolder = join(root, 'packages/bgp');
const examples = join(root, 'docs/examples');
const names = ['embed', 'collector', 'reflector', 'announcer', 'scripted-peer'];
const tsc = join(root, 'node_modules/typescript/bin/tsc');

interface PackedFile {
  readonly path: string;
}
interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly PackedFile[];
}

async function pack(folder: string, destination: string): Promise<Packed> {
  const flags = ['--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await run('npm', ['pack', ...flags], { cwd: folder, maxBuffer: 64 << 20 });
  return (JSON.parse(stdout) as readonly Packed[])[0]!;
}

/** What the package depends on, packed from what is installed here, so that no registry is asked. */
async function packDependencies(destination: string): Promise<readonly string[]> {
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const packed: string[] = [];
  for (const name of Object.keys(manifest.dependencies)) {
    const copy = join(destination, `copy-${name}`);
    cpSync(join(packageFolder, 'node_modules', name), copy, { recursive: true, dereference: true });
    packed.push((await pack(copy, destination)).filename);
  }
  return packed;
}

function compilerOptions(module: string, moduleResolution: string): object {
  const options = {
    module,
    moduleResolution,
    target: 'es2023',
    strict: true,
    exactOptionalPropertyTypes: true,
  };
  const types = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
  return { compilerOptions: { ...options, ...types, rootDir: '.', outDir: 'built' }, include: ['*.ts'] };
}

/** A program of the guide in a plain Node process, with what it prints. */
function start(t: Teardown, folder: string, name: string, args: readonly string[], env: object = {}) {
  const child = spawn(process.execPath, [join(folder, 'built', `${name}.js`), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  return {
    output: () => text,
    says: (words: string) =>
      eventually(() => text.includes(words), patience).catch(() => {
        throw new Error(`${name} does not say "${words}" but:\n${text}`);
      }),
    exited,
    async end(t: { same(found: unknown, wanted: unknown, text: string): unknown }) {
      child.kill('SIGTERM');
      t.same(await exited, [0, null], `${name} ends well: ${text}`);
    },
  };
}

const router = { address: '127.0.0.131', as: '64513' };

async function startRouter(t: Teardown) {
  const port = String(await freePort(router.address));
  const daemon = await startBird(
    t,
    `router id 198.51.100.2;
debug protocols { states, events };
protocol static statics { ipv4; route 198.51.100.0/24 blackhole; }
protocol bgp speaker {
  local ${router.address} port ${port} as ${router.as};
  neighbor 127.0.0.1 as 64512;
  multihop 2; strict bind on; passive on; error wait time 1, 2;
  ipv4 { import filter { if (65535,0) ~ bgp_community then print "drained: ", net; accept; }; export all; };
}
`,
  );
  const has = async (prefix: string): Promise<boolean> =>
    (await daemon.query(`show route for ${prefix} protocol speaker`).catch(() => '')).includes(prefix);
  return { ...daemon, port, has };
}

t.test('the pages of the guide show the programs as they are', async (t) => {
  for (const name of names) {
    const page = readFileSync(join(root, `docs/guide/library/${name}.md`), 'utf8');
    const program = readFileSync(join(examples, `${name}.ts`), 'utf8');
    t.ok(page.includes(`\`\`\`ts\n${program}\`\`\``), `${name}.md shows ${name}.ts`);
  }
  const known = readdirSync(examples).map((file) => basename(file, '.ts'));
  t.same(known.sort(), [...names].sort(), 'every example is a program of the guide');
});

t.test('outside the workspace', needs('command:bird', 'command:birdc'), async (t) => {
  const folder = tempDir(t);
  const packages = tempDir(t);
  await run(process.execPath, [tsc, '-b', packageFolder], { cwd: root });

  await t.test('the package has what users need and nothing else', async (t) => {
    const { files, filename, size, unpackedSize } = await pack(packageFolder, packages);
    const paths = files.map(({ path }) => path);
    for (const path of ['LICENSE', 'README.md', 'package.json']) t.ok(paths.includes(path), path);
    const others = paths.filter((path) => !/^(dist|src)\/.*(\.js|\.d\.ts|\.map|\.ts)$/.test(path));
    t.same(others.sort(), ['LICENSE', 'README.md', 'package.json'], 'nothing of tests, benches and tools');
    t.comment(`${filename}: ${size} octets packed, ${unpackedSize} unpacked, ${paths.length} files`);
    t.ok(size < 2 << 20, 'it stays small');

    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'newcomer', type: 'module' }));
    const tarballs = [filename, ...(await packDependencies(packages))].map((name) => join(packages, name));
    const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...flags, ...tarballs], { cwd: folder });
    t.ok(statSync(join(folder, 'node_modules/@peerage/bgp/dist/index.js')).isFile());
    t.throws(() => statSync(join(folder, 'node_modules/typescript')), 'no tool comes along');
  });

  await t.test('types hold for node16 and bundler resolution, every door included', async (t) => {
    for (const name of names) cpSync(join(examples, `${name}.ts`), join(folder, `${name}.ts`));
    const doors = Object.keys(
      (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { exports: object }).exports,
    ).map((door) => `@peerage/bgp${door.slice(1)}`);
    const lines = doors.map((door, i) => `import * as door${i} from '${door}';`);
    const list = doors.map((_, i) => `door${i}`).join(', ');
    writeFileSync(
      join(folder, 'doors.ts'),
      `${lines.join('\n')}\nfor (const door of [${list}]) console.log(Object.keys(door).length > 0);\n`,
    );
    for (const [module, resolution] of [
      ['esnext', 'bundler'],
      ['node16', 'node16'],
    ] as const) {
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerOptions(module, resolution)));
      const result = await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch(
        (error: { stdout: string }) => error,
      );
      // Some of what @types/node says of itself depends on the compiler.
      const complaints = result.stdout
        .split('\n')
        .filter((line) => /error/.test(line) && !/@types.node/.test(line));
      t.same(complaints, [], resolution);
    }
    const { stdout } = await run(process.execPath, [join(folder, 'built/doors.js')], { cwd: folder });
    t.same(
      stdout.trim().split('\n'),
      doors.map(() => 'true'),
    );
  });

  const daemon = await startRouter(t);
  const toRouter = [router.address, router.as, daemon.port];

  await t.test('embed announces its prefix and prints what it learns', async (t) => {
    const program = start(t, folder, 'embed', toRouter);
    await program.says('session is up');
    await program.says(`198.51.100.0/24 via ${router.address}`);
    await eventually(() => daemon.has('203.0.113.0/24'), patience);
    await program.end(t);
    await eventually(() => daemon.log().includes('the example ends'), patience);
  });

  await t.test('collector tells the table, changes, and what a reader missed', async (t) => {
    const port = String(await freePort('127.0.0.1'));
    const program = start(t, folder, 'collector', ['64512', port, ...toRouter]);
    await program.says('ready');
    await program.says('session is up');
    const first = read(t, `http://127.0.0.1:${port}/`);
    await eventually(() => first.lines().some(({ kind }) => kind === 'in-sync'), patience);
    await eventually(() => nextHopsOf(first.lines(), '198.51.100.0/24') === router.address, patience);
    const token = String(first.lines().at(-1)?.token);
    first.leave();

    await daemon.query('disable statics');
    await eventually(() => daemon.log().includes('statics: State changed to down'), patience);
    const second = read(t, `http://127.0.0.1:${port}/?since=${token}`);
    await eventually(() => nextHopsOf(second.lines(), '198.51.100.0/24') === '', patience);
    t.notOk(second.lines().some(({ kind }) => kind === 'restart'));
    await daemon.query('enable statics');
    await eventually(() => nextHopsOf(second.lines(), '198.51.100.0/24') === router.address, patience);

    const stale = read(t, `http://127.0.0.1:${port}/?since=nothing.1&prefix=198.51.100.0/24`);
    await eventually(() => stale.lines()[0]?.kind === 'restart', patience);
    const wrong = read(t, `http://127.0.0.1:${port}/?prefix=198.51.100.1/24`);
    await eventually(() => wrong.text().includes('BGP_ERR_PREFIX'), patience);
    await program.end(t);
  });

  await t.test('announcer follows a health check, and drains', async (t) => {
    let status = 503;
    let checks = 0;
    const service = createServer((_request, response) => {
      checks++;
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    t.teardown(() => service.close());
    const prefix = '203.0.113.10/32';
    const check = `http://127.0.0.1:${(service.address() as AddressInfo).port}/healthz`;
    const args = [router.address, router.as, prefix, check, daemon.port];
    const program = start(t, folder, 'announcer', args, { CHECK_PERIOD: '300' });
    await program.says('session is up');
    await eventually(() => checks > 4, patience);
    t.notMatch(program.output(), 'announcing');
    status = 200;
    await program.says(`announcing ${prefix}\n${router.address}: written\n`);
    await eventually(() => daemon.has(prefix), patience);
    status = 500;
    await program.says(`withdrawing ${prefix}`);
    await eventually(async () => !(await daemon.has(prefix)), patience);
    status = 200;
    await eventually(() => daemon.has(prefix), patience);
    t.notMatch(daemon.log(), 'drained: ');
    await program.end(t);
    t.match(program.output(), `draining\n${router.address}: written\n`);
    await eventually(() => daemon.log().includes(`drained: ${prefix}`), patience);
    await eventually(() => daemon.log().includes('the announcer ends'), patience);
  });

  await t.test('scripted-peer gets the NOTIFICATION that it asks for', async (t) => {
    const program = start(t, folder, 'scripted-peer', toRouter);
    t.same(await program.exited, [0, null], program.output());
    t.match(program.output(), /^right: UPDATE Message Error \/ Malformed Attribute List$/m);
  });

  await t.test('reflector sends every client all paths of the others', async (t) => {
    const at = '127.0.0.1';
    const port = await freePort(at);
    const program = start(t, folder, 'reflector', ['64512', at, '127.0.0.140/30', String(port)]);
    await program.says('ready');
    const clients = [141, 142, 143].map((last) =>
      startBird(
        t,
        `router id 198.51.100.${last};
${last === 143 ? '' : 'protocol static statics { ipv4; route 192.0.2.0/25 blackhole; }'}
protocol bgp reflector {
  local 127.0.0.${last} port ${port} as 64512; strict bind on;
  neighbor ${at} port ${port} as 64512;
  multihop 2; connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import all; export all; add paths on; };
}
`,
      ),
    );
    const observer = (await Promise.all(clients))[2]!;
    const paths = await eventually(async () => {
      const text = await observer.query('show route for 192.0.2.0/25 all');
      const originators = [...text.matchAll(/BGP\.originator_id: (\S+)/g)].map(([, id]) => id);
      return originators.length === 2 ? originators : undefined;
    }, patience);
    t.same(paths.sort(), ['198.51.100.141', '198.51.100.142'], 'both paths, each with who made it');
    await program.says('client 127.0.0.143: session is up, ipv4-unicast (both)');
    await program.end(t);
  });
});

interface Line {
  readonly kind: string;
  readonly token?: string | null;
  readonly routes?: readonly { readonly prefix: string; readonly nextHops: readonly string[] }[];
}

/** What a stream of lines told so far. */
function read(t: Teardown, url: string) {
  let text = '';
  const request = get(url, (response) => response.on('data', (chunk: Buffer) => (text += chunk)));
  request.on('error', () => {});
  t.teardown(() => request.destroy());
  const whole = (): readonly string[] => text.split('\n').slice(0, -1);
  return {
    text: () => text,
    lines: () => whole().map((line) => JSON.parse(line) as Line),
    leave: () => request.destroy(),
  };
}

/** The newest next hops of a prefix; undefined when it was not told. */
function nextHopsOf(lines: readonly Line[], prefix: string): string | undefined {
  const told = lines.flatMap(({ routes = [] }) => routes.filter((route) => route.prefix === prefix));
  return told.at(-1)?.nextHops.join(' ');
}
