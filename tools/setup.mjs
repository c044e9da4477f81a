// Makes a fresh clone ready: libraries, build, test tool, Debian packages. Only Node and npm need to be there, so
// this is plain JavaScript without dependencies. What is up to date is left alone.
//
//   node tools/setup.mjs check     libraries
//   node tools/setup.mjs build     libraries, build with the bundle of the command
//   node tools/setup.mjs test      libraries, build, test tool, Debian packages (a missing one only leaves tests out)
//   node tools/setup.mjs lab       libraries, build, Debian packages (a missing one is an error)

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './setup/apt.mjs';
import { bundle } from './setup/bundle.mjs';
import { run, SetupError, step } from './setup/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.peerage-setup');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

async function checkNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const have = process.versions.node.split('.').map(Number);
  if (have[0] > wanted[0] || (have[0] === wanted[0] && have[1] >= wanted[1])) return process.versions.node;
  throw new SetupError(
    `Node ${manifest.engines.node.slice(2)} or newer is needed, this is ${process.versions.node}`,
  );
}

/** Changes whenever an install would do something. */
function librariesStamp() {
  const folders = [
    '.',
    'test-fixtures',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
  ];
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...folders.map((folder) => join(folder, 'package.json')),
  ];
  const hash = createHash('sha256').update(process.versions.node);
  for (const file of files)
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

async function installLibraries() {
  const stamp = librariesStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return 'up to date';
  const pnpm = manifest.packageManager.split('+')[0];
  const install = [
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    '--config.confirm-modules-purge=false',
  ];
  await run('npx', ['-y', pnpm, ...install], { cwd: root });
  writeFileSync(stampFile, stamp);
  return `installed by ${pnpm}`;
}

async function build() {
  await run(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-b', 'packages/cli', 'packages/router-agent'],
    { cwd: root },
  );
  return 'built';
}

async function bundleCommand() {
  const { sources } = await bundle(root).catch((error) => {
    throw new SetupError('the command cannot be bundled', error.message);
  });
  return `${Object.keys(sources).filter((path) => path.endsWith('.js')).length} files`;
}

/** tap generates its Test class from the plugins that .taprc names; ours leaves out @tapjs/typescript (tsx compiles). */
async function buildTestTool() {
  const fromTap = createRequire(realpathSync(join(root, 'node_modules/tap/package.json')));
  const built = join(dirname(fromTap.resolve('@tapjs/test/package.json')), 'test-built');
  const signature = /export const signature = `([^`]*)`/.exec(
    readFileSync(join(built, 'dist/esm/index.js'), 'utf8'),
  )?.[1];
  if (signature !== undefined && !signature.includes('@tapjs/typescript')) return 'up to date';
  // pnpm links these files from its store: they become copies before tap writes to them
  const copy = `${built}.copy`;
  cpSync(built, copy, { recursive: true, dereference: true });
  rmSync(built, { recursive: true });
  renameSync(copy, built);
  await run(process.execPath, ['node_modules/tap/dist/esm/run.mjs', 'build'], { cwd: root });
  return 'built';
}

async function testPackages() {
  return ensurePackages('test').catch((error) => {
    missing = error.message;
    return 'some are missing (told below)';
  });
}

let missing;
const steps = {
  node: ['node', checkNode],
  libraries: ['libraries', installLibraries],
  build: ['build', build],
  bundle: ['bundle', bundleCommand],
  testTool: ['test tool', buildTestTool],
  testPackages: ['Debian packages', testPackages],
  labPackages: ['Debian packages', () => ensurePackages('lab')],
};
const plans = {
  check: ['node', 'libraries'],
  build: ['node', 'libraries', 'build', 'bundle'],
  test: ['node', 'libraries', 'build', 'bundle', 'testTool', 'testPackages'],
  lab: ['node', 'libraries', 'build', 'bundle', 'labPackages'],
};

const plan = plans[process.argv[2]];
if (plan === undefined) {
  process.stderr.write(
    `set-up: say for what: ${Object.keys(plans).join(', ')}; got ${process.argv[2] ?? 'nothing'}\n`,
  );
  process.exit(2);
}
try {
  for (const name of plan) await step(...steps[name]);
  if (missing !== undefined) process.stdout.write(`set-up: ${missing}\n`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n${error.output}\nset-up: ${error.message}\n`);
  process.exit(1);
}
