// Measures how soon `peerage speaker` takes connections after it was started, and what it holds when idle, beside a Node
// program that only listens. The programs run in turn, so that a busy machine is unfair to none.
//
//   npm run bench:start -- [--runs N] [--idle SECONDS] [--node PATH] [--json]

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '@peerage/test-fixtures';
import { median } from './statistics.js';
import { textTable } from './text-table.js';

const HOST = '127.0.0.1';
const dist = fileURLToPath(new URL('../packages/cli/dist', import.meta.url));

interface Start {
  /** From spawn to the first connection that was accepted. */
  readonly milliseconds: number;
  /** Processor time of all threads until then. */
  readonly cpuMilliseconds: number;
  /** Idle, some seconds later. */
  readonly residentMegabytes: number;
  /** Of these, what no other process shares. */
  readonly privateMegabytes: number;
}

interface Program {
  readonly name: string;
  arguments(port: number, folder: string): readonly string[];
}

const speaker = (main: string): Program['arguments'] => {
  return (port, folder) => {
    const file = join(folder, 'speaker.yaml');
    const neighbors = 'neighbors:\n  - { address: 127.0.0.2, remoteAs: 64513, passive: true }\n';
    const listen = `listenAddresses: [${HOST}]\nlistenPort: ${port}\n`;
    writeFileSync(file, `localAs: 64512\nrouterId: 192.0.2.1\n${listen}${neighbors}`);
    return [join(dist, main), 'speaker', '--config', file, '--socket', join(folder, 'speaker.sock')];
  };
};

const programs: readonly Program[] = [
  {
    name: 'node -e, listening',
    arguments: (port) => ['-e', `require('node:net').createServer().listen(${port}, '${HOST}')`],
  },
  { name: 'peerage speaker', arguments: speaker('bundle/bin/peerage.js') },
  { name: 'the same, not bundled', arguments: speaker('bin/peerage.js') },
];

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function cpuMilliseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
}

function megabytes(pid: number): Pick<Start, 'residentMegabytes' | 'privateMegabytes'> {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) / 1000;
  return {
    residentMegabytes: field('Rss'),
    privateMegabytes: field('Private_Clean') + field('Private_Dirty'),
  };
}

async function start(program: Program, node: string, idleSeconds: number): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), 'peerage-start-'));
  const port = await freePort(HOST);
  const args = program.arguments(port, folder);
  const began = performance.now();
  const child = spawn(node, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`${program.name} ended: ${said}`);
      await sleep(2);
    }
    const milliseconds = performance.now() - began;
    const pid = child.pid ?? 0;
    const cpu = cpuMilliseconds(pid);
    await sleep(idleSeconds * 1000);
    return { milliseconds, cpuMilliseconds: cpu, ...megabytes(pid) };
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    idle: { type: 'string', default: '2' },
    node: { type: 'string', default: process.execPath },
    json: { type: 'boolean', default: false },
  },
});
const runs = programs.map((program) => ({ program, starts: [] as Start[] }));
for (let run = 0; run < Number(values.runs); run++) {
  for (const { program, starts } of runs) starts.push(await start(program, values.node, Number(values.idle)));
}
const of = (starts: readonly Start[], field: keyof Start, digits: number): string =>
  median(starts.map((each) => each[field])).toFixed(digits);
const table = textTable(
  ['medians', 'until it accepts, ms', 'processor time, ms', 'resident, MB', 'private, MB'],
  runs.map(({ program, starts }) => [
    program.name,
    of(starts, 'milliseconds', 0),
    of(starts, 'cpuMilliseconds', 0),
    of(starts, 'residentMegabytes', 1),
    of(starts, 'privateMegabytes', 1),
  ]),
);
process.stdout.write(
  values.json
    ? `${JSON.stringify(runs.map(({ program, starts }) => ({ name: program.name, starts })))}\n`
    : `${table}\n`,
);
