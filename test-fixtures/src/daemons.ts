import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { type Teardown, tempDir } from './temp-dir.js';

const run = promisify(execFile);

/** A routing daemon that a test started: by hand, in a folder of its own, ended by pid. */
export interface Daemon {
  readonly folder: string;
  /** What it logged so far, standard output and error included. */
  log(): string;
  /** Asks it through its own command-line client; FRR takes several commands, one a line. */
  query(command: string): Promise<string>;
  stop(): Promise<void>;
  /** Ends it without a word to its peers. */
  kill(): Promise<void>;
}

export interface DaemonOptions {
  /** Network namespace to run in. */
  readonly namespace?: string;
}

interface Recipe {
  readonly command: readonly string[];
  readonly query: (command: string) => readonly string[];
  readonly logFile?: string;
}

/** BIRD 2 with this configuration. `log` and `router id` are for the caller to set; the log file is `bird.log`. */
export function startBird(t: Teardown, config: string, options: DaemonOptions = {}): Promise<Daemon> {
  return start(t, 'bird', options, (folder) => {
    const file = join(folder, 'bird.conf');
    writeFileSync(file, `log "${join(folder, 'bird.log')}" all;\nprotocol device {}\n${config}`);
    const control = join(folder, 'bird.ctl');
    return {
      command: ['bird', '-f', '-c', file, '-s', control, '-P', join(folder, 'bird.pid')],
      query: (command) => ['birdc', '-s', control, ...command.split(' ')],
      logFile: join(folder, 'bird.log'),
    };
  });
}

/** FRR's bgpd without zebra. It listens on `address` and `port`. */
export function startFrr(
  t: Teardown,
  config: string,
  options: DaemonOptions & { readonly address: string; readonly port: number },
): Promise<Daemon> {
  return start(t, 'frr', options, (folder) => {
    const file = join(folder, 'bgpd.conf');
    const log = join(folder, 'bgpd.log');
    writeFileSync(file, `log file ${log} debugging\n${config}`);
    const bgpd = ['/usr/lib/frr/bgpd', '-f', file, '-i', join(folder, 'bgpd.pid'), '--vty_socket', folder];
    return {
      command: [...bgpd, '-Z', '-S', '-P', '0', '-l', options.address, '-p', String(options.port)],
      query: (command) => [
        ...['vtysh', '--vty_socket', folder, '-d', 'bgpd'],
        ...command.split('\n').flatMap((line) => ['-c', line]),
      ],
      logFile: log,
    };
  });
}

/** GoBGP with this TOML. */
export async function startGobgp(t: Teardown, config: string, options: DaemonOptions = {}): Promise<Daemon> {
  const api = String(await freePort());
  return start(t, 'gobgp', options, (folder) => {
    const file = join(folder, 'gobgpd.toml');
    writeFileSync(file, config);
    return {
      command: [
        'gobgpd',
        '-f',
        file,
        '-t',
        'toml',
        '--api-hosts',
        `127.0.0.1:${api}`,
        '--pprof-disable',
        '-p',
      ],
      query: (command) => ['gobgp', '-p', api, ...command.split(' ')],
    };
  });
}

async function start(
  t: Teardown,
  name: string,
  options: DaemonOptions,
  recipe: (folder: string) => Recipe,
): Promise<Daemon> {
  const folder = tempDir(t);
  const { command, query, logFile } = recipe(folder);
  const within = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
  // A test process that is killed runs no teardown; the kernel then ends what it started.
  const [program = '', ...parameters] = ['setpriv', '--pdeathsig', 'TERM', '--', ...within, ...command];
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.on('error', (error) => {
    output += `${error.message}\n`;
  });
  const daemon: Daemon = {
    folder,
    log: () => output + (logFile === undefined ? '' : readIfThere(logFile)),
    async query(text) {
      const [client = '', ...words] = [...within, ...query(text)];
      const { stdout } = await run(client, words, { timeout: 10_000 });
      return stdout;
    },
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
  t.teardown(() => end(child, 'SIGTERM'));
  await eventually(
    () => {
      if (child.exitCode !== null) return true;
      return daemon.query(probes[name] ?? '').then(() => true);
    },
    { timeout: 15_000 },
  );
  if (child.exitCode !== null) throw new Error(`${name} ended at once: ${daemon.log()}`);
  return daemon;
}

/** A question that is answered as soon as a daemon runs. */
const probes: Readonly<Record<string, string>> = {
  bird: 'show status',
  frr: 'show version',
  gobgp: 'global',
};

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const isGone = await Promise.race([gone.then(() => true), sleep(5_000, false, { ref: false })]);
  if (isGone) return;
  child.kill('SIGKILL');
  await gone;
}
