import { type ChildProcess, execFile, type SpawnOptions, spawn as spawnProcess } from 'node:child_process';
import { LinuxError } from '../errors.js';

/*
 * Network namespaces for labs and tests, made with the `ip` program (iproute2). What has to be fast or must not
 * depend on a program goes through netlink instead.
 */

/** What a command printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Given to the command's standard input. */
  readonly input?: string;
  /** After this the command is killed and the promise rejects; 30,000 by default. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/** One end of a pair of virtual Ethernet devices. */
export interface VethEnd {
  /** Absent: the namespace of this process. */
  readonly namespace?: string;
  readonly name: string;
  /** `192.0.2.1/24`, `2001:db8::1/64`; usable at once. */
  readonly addresses?: readonly string[];
  /** A bridge in the same namespace that it becomes a port of. */
  readonly bridge?: string;
}

export interface BridgeSpec {
  readonly namespace?: string;
  readonly name: string;
  readonly addresses?: readonly string[];
}

/** Makes a network namespace (`/run/netns/NAME`) with its loopback up. */
export async function createNamespace(name: string): Promise<void> {
  await ip(['netns', 'add', name]);
  await ip(['-n', name, 'link', 'set', 'lo', 'up']);
}

/** Removes a namespace's name; it ends with the last process in it, and its virtual devices with it. */
export async function deleteNamespace(name: string): Promise<void> {
  await ip(['netns', 'delete', name]);
}

/** Joins two namespaces by a cable, both ends up. */
export async function vethPair(one: VethEnd, other: VethEnd): Promise<void> {
  const pair = [
    ...['link', 'add', 'name', one.name, ...inNamespace(one), 'type', 'veth'],
    ...['peer', 'name', other.name, ...inNamespace(other)],
  ];
  const near = [pair, ...configuration(one)];
  const far = configuration(other);
  if (one.namespace === other.namespace) return batch(one.namespace, [...near, ...far]);
  await batch(one.namespace, near);
  await batch(other.namespace, far);
}

/** Makes a bridge, up. */
export async function bridge(spec: BridgeSpec): Promise<void> {
  const add = ['link', 'add', 'name', spec.name, 'type', 'bridge'];
  await batch(spec.namespace, [add, ...configuration(spec)]);
}

/** Runs a program in a namespace to its end; rejects with its standard error when it fails. */
export function exec(
  namespace: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<CommandOutput> {
  return run(['ip', 'netns', 'exec', namespace, ...argv], options);
}

/** Starts a program in a namespace; the child's process id is the program's own. */
export function spawn(namespace: string, argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawnProcess('ip', ['netns', 'exec', namespace, ...argv], options);
}

function configuration({ name, addresses = [], bridge }: VethEnd): readonly (readonly string[])[] {
  const skipDetection = (address: string) => (address.includes(':') ? ['nodad'] : []);
  return [
    ...(bridge === undefined ? [] : [['link', 'set', 'dev', name, 'master', bridge]]),
    ['link', 'set', 'dev', name, 'up'],
    ...addresses.map((address) => ['address', 'add', address, 'dev', name, ...skipDetection(address)]),
  ];
}

/** Runs several `ip` commands in one process: starting processes is what takes the time here. */
async function batch(namespace: string | undefined, commands: readonly (readonly string[])[]): Promise<void> {
  const input = commands.map((words) => `${words.join(' ')}\n`).join('');
  await run(['ip', ...at(namespace), '-batch', '-'], { input });
}

function at(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['-n', namespace];
}

function inNamespace({ namespace }: VethEnd): readonly string[] {
  return namespace === undefined ? [] : ['netns', namespace];
}

function ip(args: readonly string[]): Promise<CommandOutput> {
  return run(['ip', ...args], {});
}

function run(argv: readonly string[], options: ExecOptions): Promise<CommandOutput> {
  const [program = '', ...args] = argv;
  const { signal } = options;
  const timeout = options.timeoutMilliseconds ?? 30_000;
  return new Promise((resolve, reject) => {
    const settings = { timeout, maxBuffer: 64 * 1024 * 1024, ...(signal === undefined ? {} : { signal }) };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(commandError(argv, error, stderr));
    });
    // A command that ends without reading its input is judged by its exit code alone.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

function commandError(argv: readonly string[], cause: Error, stderr: string): LinuxError {
  const code = 'code' in cause ? cause.code : null;
  const words = stderr.trim();
  if (code === 'ENOENT') {
    const message = `cannot run "${argv.join(' ')}": ${argv[0]} is not installed`;
    return new LinuxError('LINUX_ERR_COMMAND', message, { cause });
  }
  const outcome = typeof code === 'number' ? `exit code ${code}` : cause.message;
  const message = `"${argv.join(' ')}" failed: ${words === '' ? outcome : words}`;
  return new LinuxError('LINUX_ERR_COMMAND', message, { cause });
}
