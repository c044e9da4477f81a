import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
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
  /** More words of its command line. */
  readonly flags?: readonly string[];
}

interface Recipe {
  readonly command: readonly string[];
  /** The client's command line, or for a daemon without a client the answer itself. */
  readonly query: (command: string) => readonly string[] | Promise<string>;
  readonly logFile?: string;
  readonly env?: Readonly<Record<string, string>>;
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

/** FRR's zebra, which puts the routes of a bgpd into the kernel of its namespace and sends router advertisements. Needs root. */
export function startZebra(t: Teardown, config: string, options: DaemonOptions = {}): Promise<Daemon> {
  return start(t, 'zebra', options, (folder) => {
    // It gives up root, so the folder must be its own.
    execFileSync('chown', ['frr:frr', folder]);
    const file = join(folder, 'zebra.conf');
    const log = join(folder, 'zebra.log');
    writeFileSync(file, `log file ${log} informational\n${config}`);
    const paths = ['-i', join(folder, 'zebra.pid'), '-z', join(folder, 'zserv.api'), '--vty_socket', folder];
    return {
      command: ['/usr/lib/frr/zebra', '-f', file, ...paths, '-P', '0'],
      query: (command) => [
        ...['vtysh', '--vty_socket', folder, '-d', 'zebra'],
        ...command.split('\n').flatMap((line) => ['-c', line]),
      ],
      logFile: log,
    };
  });
}

/** FRR's bgpd, by default without zebra. It listens on `address` and `port`. */
export function startFrr(
  t: Teardown,
  config: string,
  options: DaemonOptions & {
    readonly address: string;
    readonly port: number;
    /** What `startZebra` started. Default: none. */
    readonly zebra?: Daemon;
  },
): Promise<Daemon> {
  const zebra = options.zebra === undefined ? ['-Z'] : ['-z', join(options.zebra.folder, 'zserv.api')];
  return start(t, 'frr', options, (folder) => {
    const file = join(folder, 'bgpd.conf');
    const log = join(folder, 'bgpd.log');
    writeFileSync(file, `log file ${log} debugging\n${config}`);
    const bgpd = ['/usr/lib/frr/bgpd', '-f', file, '-i', join(folder, 'bgpd.pid'), '--vty_socket', folder];
    return {
      command: [...bgpd, ...zebra, '-S', '-P', '0', '-l', options.address, '-p', String(options.port)],
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

/**
 * OpenBGPD with this configuration, which needs root. Its control socket is set here; it leaves the kernel's routes alone
 * when the configuration says `fib-update no`.
 */
export function startOpenbgpd(t: Teardown, config: string, options: DaemonOptions = {}): Promise<Daemon> {
  // Its unprivileged processes live here; Debian makes the folder at boot.
  mkdirSync('/run/openbgpd', { recursive: true, mode: 0o755 });
  return start(t, 'openbgpd', options, (folder) => {
    const file = join(folder, 'bgpd.conf');
    const control = join(folder, 'control');
    writeFileSync(file, `${config}\nsocket "${control}"\n`, { mode: 0o600 });
    return {
      command: ['/usr/sbin/bgpd', '-d', '-v', '-f', file],
      query: (command) => ['bgpctl', '-s', control, ...command.split(' ')],
    };
  });
}

/**
 * ExaBGP with this configuration. Its API is a process named `test`, which every neighbour's `api` section may name: what it
 * is told is in the file `received` of the folder, and `query` gives it a command and waits for `done`.
 */
export function startExabgp(t: Teardown, config: string, options: DaemonOptions = {}): Promise<Daemon> {
  return start(t, 'exabgp', options, (folder) => {
    const file = join(folder, 'exabgp.conf');
    const api = join(folder, 'api');
    writeFileSync(api, exabgpApi(join(folder, 'commands'), join(folder, 'received')), { mode: 0o755 });
    writeFileSync(file, `process test { run ${api}; encoder json; }\n${config}`);
    return {
      command: ['exabgp', file],
      query: (command) => askExabgp(folder, command),
      env: {
        'exabgp.daemon.drop': 'false',
        'exabgp.daemon.user': 'root',
        'exabgp.api.cli': 'false',
        'exabgp.api.ack': 'true',
        'exabgp.log.level': 'DEBUG',
        'exabgp.log.network': 'true',
        'exabgp.log.message': 'true',
        'exabgp.log.destination': 'stdout',
      },
    };
  });
}

/** ExaBGP's API process, in the language of ExaBGP: commands go from a pipe to it, what it tells to a file, until it ends. */
const exabgpApi = (commands: string, received: string): string => `#!/usr/bin/python3
import os, select
os.mkfifo('${commands}')
commands = os.open('${commands}', os.O_RDWR)
received = os.open('${received}', os.O_CREAT | os.O_WRONLY | os.O_APPEND)
while True:
    ready, _, _ = select.select([0, commands], [], [])
    if 0 in ready:
        told = os.read(0, 65536)
        if not told:
            break
        os.write(received, told)
    if commands in ready:
        os.write(1, os.read(commands, 65536))
`;

/** One command at a time: the lines that are no events, up to `done` or `error`. */
async function askExabgp(folder: string, command: string): Promise<string> {
  const received = join(folder, 'received');
  const before = readFileSync(received, 'utf8').length;
  await appendFile(join(folder, 'commands'), `${command}\n`);
  const { end, answer } = await eventually(() => {
    const lines = readFileSync(received, 'utf8').slice(before).split('\n');
    const answer = lines.filter((line) => !line.startsWith('{'));
    const end = answer.findIndex((line) => line === 'done' || line === 'error');
    return end < 0 ? undefined : { end, answer };
  });
  if (answer[end] === 'error') throw new Error(`ExaBGP refuses: ${command}`);
  return answer.slice(0, end).join('\n');
}

async function start(
  t: Teardown,
  name: string,
  options: DaemonOptions,
  recipe: (folder: string) => Recipe,
): Promise<Daemon> {
  const folder = tempDir(t);
  const { command, query, logFile, env } = recipe(folder);
  const within = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
  // A test process that is killed runs no teardown; the kernel then ends what it started.
  const words = [...within, ...command, ...(options.flags ?? [])];
  const [program = '', ...parameters] = ['setpriv', '--pdeathsig', 'TERM', '--', ...words];
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env !== undefined && { env: { ...process.env, ...env } }),
  });
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
      const asked = query(text);
      if (asked instanceof Promise) return asked;
      const [client = '', ...words] = [...within, ...asked];
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
  zebra: 'show version',
  gobgp: 'global',
  openbgpd: 'show summary',
  exabgp: 'version',
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
