import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { delimiter, join } from 'node:path';

/** What a test may ask of the machine that it runs on. `thisMachine` is the real one. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  isRoot(): boolean;
  pathExists(path: string): boolean;
  /** Absolute path of a program, or undefined. */
  commandPath(name: string): string | undefined;
  hasKernelModule(name: string): boolean;
}

/** Where Debian puts programs that are not on everybody's PATH. */
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/lib/frr', '/usr/lib/cni'];

/** Kinds of links: a kernel may have them built in, and then they have no entry in /sys/module. */
const linkKinds = new Set([
  'bridge',
  'dummy',
  'ip6tnl',
  'ip_gre',
  'ipip',
  'veth',
  'vrf',
  'vxlan',
  'wireguard',
]);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Absolute path of a program: on PATH, or in the folders where Debian keeps daemons and CNI plugins
 * (`/usr/lib/frr`, `/usr/lib/cni`, the `sbin` folders). Undefined when it is in none of them.
 */
export function commandPath(name: string, path: string | undefined = process.env.PATH): string | undefined {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...moreFolders];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isBuiltIn(name: string): boolean {
  const list = `/lib/modules/${release()}/modules.builtin`;
  return existsSync(list) && readFileSync(list, 'utf8').includes(`/${name}.ko`);
}

function succeeds(command: string, ...args: string[]): boolean {
  const program = commandPath(command);
  return program !== undefined && spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** A link of this kind can be made, tried in a network namespace that ends with the command. */
function makesLink(name: string): boolean {
  const kind = name === 'ip_gre' ? 'gre' : name;
  const detail = { vrf: ['table', '100'], vxlan: ['id', '1', 'dstport', '4789'] }[kind] ?? [];
  return succeeds(
    'unshare',
    '-n',
    commandPath('ip') ?? 'ip',
    'link',
    'add',
    'probe0',
    'type',
    kind,
    ...detail,
  );
}

/** The kernel has this module: loaded, built in, or loaded now by modprobe (which needs root). */
export function hasKernelModule(name: string): boolean {
  if (existsSync(`/sys/module/${name}`) || isBuiltIn(name)) return true;
  return succeeds('modprobe', '-q', name) || (linkKinds.has(name) && makesLink(name));
}

/** The machine that the tests run on. */
export const thisMachine: Machine = {
  env: process.env,
  isRoot: () => process.getuid?.() === 0,
  pathExists: existsSync,
  commandPath,
  hasKernelModule,
};
