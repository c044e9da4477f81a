import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPath } from '@peerage/test-fixtures';
import { type BitingPolicy, birdFilters, peeragePolicies } from './biting-policy.js';
import { DUT_AS, DUT_ROUTER_ID, type World } from './world.js';

/** A daemon that can be measured: how it is found, told what to do, and started. */
export interface Daemon {
  readonly name: string;
  /** What the page calls it. */
  readonly title: string;
  /** Its program, or undefined where the machine has none. */
  find(): string | undefined;
  /** How to get it. */
  readonly wayOut: string;
  version(program: string): string;
  /** It can be told a policy. */
  readonly takesPolicy?: true;
  /**
   * Writes its configuration into a folder, and gives the command line that keeps it in the foreground. `policy` is for all
   * peers, on import and on export.
   */
  command(program: string, folder: string, world: World, policy?: BitingPolicy): readonly string[];
}

const root = join(import.meta.dirname, '..', '..');
const unused = '127.0.0.1';

/** Its first line of output with a number in it. */
function versionBy(...flags: readonly string[]): (program: string) => string {
  return (program) => {
    const { stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8', timeout: 10_000 });
    const found = /\d+(\.\d+)+\S*/.exec(`${stdout}\n${stderr}`);
    return found?.[0] ?? 'unknown';
  };
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** What a speaker of ours is told. */
export function speakerConfig(world: World) {
  const neighbors = world.peers.map(({ address, as }) => ({ address, remoteAs: as, passive: true }));
  return { localAs: DUT_AS, routerId: DUT_ROUTER_ID, listenPort: world.port, neighbors };
}

/** The same facts for daemons that read JSON: Peerage, the reflector, and those of `exec:`. */
function jsonConfig(folder: string, world: World, policy?: BitingPolicy): string {
  const config = speakerConfig(world);
  const biting = { importPolicy: 'biting-in', exportPolicy: 'biting-out' };
  const filtered = policy && {
    ...peeragePolicies(policy),
    neighbors: config.neighbors.map((neighbor) => ({ ...neighbor, ...biting })),
  };
  return write(folder, 'dut.json', `${JSON.stringify({ ...config, ...filtered }, null, 2)}\n`);
}

/** The command of this checkout, as it is built. */
export const peerageMain = join(root, 'packages/cli/dist/bundle/bin/peerage.js');

/** Peerage of this checkout, as it is built, on a Node binary. */
export function peerage(node: string = process.execPath): Daemon {
  return {
    name: 'peerage',
    title: 'Peerage',
    wayOut: 'npm run build',
    find: () => (existsSync(peerageMain) ? peerageMain : undefined),
    version: (program) => {
      const own = execFileSync(node, [program, '--version'], { encoding: 'utf8' }).trim();
      return `${own}, Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1)}`;
    },
    takesPolicy: true,
    command: (program, folder, world, policy) => [
      ...[node, program, 'speaker', '--no-ebgp-requires-policy'],
      ...['--config', jsonConfig(folder, world, policy), '--socket', join(folder, 'speaker.sock')],
    ],
  };
}

const bird: Daemon = {
  name: 'bird2',
  title: 'BIRD 2',
  wayOut: 'apt-get install bird2',
  find: () => commandPath('bird'),
  version: versionBy('--version'),
  takesPolicy: true,
  command: (program, folder, world, policy) => {
    const [taken, given] = policy === undefined ? ['all', 'all'] : ['filter biting_in', 'filter biting_out'];
    const peers = world.peers.map(
      ({ address, as, dutAddress }, i) =>
        `protocol bgp peer${i} {\n  local ${dutAddress} port ${world.port} as ${DUT_AS};\n  neighbor ${address} as ${as};\n` +
        `  passive;\n  ipv4 { import ${taken}; export ${given}; };\n}\n`,
    );
    const head = `log stderr { warning, error, fatal, bug };\nrouter id ${DUT_ROUTER_ID};\nprotocol device {}\n`;
    const filters = policy === undefined ? '' : birdFilters(policy);
    const file = write(folder, 'bird.conf', head + filters + peers.join(''));
    return [program, '-f', '-c', file, '-s', join(folder, 'bird.ctl'), '-P', join(folder, 'bird.pid')];
  },
};

const frr: Daemon = {
  name: 'frr',
  title: 'FRR',
  wayOut: 'apt-get install frr',
  find: () => (existsSync('/usr/lib/frr/bgpd') ? '/usr/lib/frr/bgpd' : undefined),
  version: versionBy('--version'),
  command: (program, folder, world) => {
    const lines = [
      `router bgp ${DUT_AS}`,
      ` bgp router-id ${DUT_ROUTER_ID}`,
      ' no bgp ebgp-requires-policy',
      ' no bgp network import-check',
      ...world.peers.flatMap(({ address, as }) => [
        ` neighbor ${address} remote-as ${as}`,
        ` neighbor ${address} passive`,
      ]),
    ];
    const file = write(folder, 'bgpd.conf', `${lines.join('\n')}\n`);
    return [
      // without zebra and without the kernel's table
      ...[program, '-n', '-Z', '-S', '-f', file, '-p', String(world.port), '-P', '0', '-A', unused],
      ...['-i', join(folder, 'bgpd.pid'), '--vty_socket', folder, '--log', 'stdout', '--log-level', 'warn'],
    ];
  },
};

const gobgp: Daemon = {
  name: 'gobgp',
  title: 'GoBGP',
  wayOut: 'apt-get install gobgpd',
  find: () => commandPath('gobgpd'),
  version: versionBy('--version'),
  command: (program, folder, world) => {
    const peers = world.peers.map(
      ({ address, as, dutAddress }) => `
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${address}"
    peer-as = ${as}
  [neighbors.transport.config]
    passive-mode = true
    local-address = "${dutAddress}"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
`,
    );
    const head = `[global.config]\n  as = ${DUT_AS}\n  router-id = "${DUT_ROUTER_ID}"\n  port = ${world.port}\n`;
    const file = write(folder, 'gobgpd.toml', head + peers.join(''));
    return [
      program,
      '-f',
      file,
      '-t',
      'toml',
      '--api-hosts',
      `${unused}:50051`,
      '--pprof-disable',
      '--log-level',
      'warn',
    ];
  },
};

const openbgpd: Daemon = {
  name: 'openbgpd',
  title: 'OpenBGPD',
  wayOut: 'apt-get install openbgpd',
  find: () => (existsSync('/usr/sbin/bgpctl') && existsSync('/usr/sbin/bgpd') ? '/usr/sbin/bgpd' : undefined),
  version: versionBy('-V'),
  command: (program, folder, world) => {
    // Its unprivileged processes live here; Debian makes the folder when the machine starts.
    mkdirSync('/run/openbgpd', { recursive: true, mode: 0o755 });
    const links = [...new Set(world.peers.map(({ dutAddress }) => dutAddress))];
    const lines = [
      `AS ${DUT_AS}`,
      `router-id ${DUT_ROUTER_ID}`,
      'fib-update no',
      `socket "${join(folder, 'bgpd.sock')}"`,
      ...links.map((address) => `listen on ${address} port ${world.port}`),
      ...world.peers.map(({ address, as }) => `neighbor ${address} {\n  remote-as ${as}\n  passive\n}`),
      'allow from any',
      'allow to any',
    ];
    return [program, '-d', '-f', write(folder, 'bgpd.conf', `${lines.join('\n')}\n`)];
  },
};

const tsx = ['--import=tsx', '--conditions=@peerage/source'];

const reflector: Daemon = {
  name: 'reflector',
  title: 'no table at all',
  wayOut: 'it is part of the tree',
  find: () => join(import.meta.dirname, 'reflector-process.ts'),
  version: () => `Node ${process.versions.node}`,
  command: (program, folder, world) => [process.execPath, ...tsx, program, jsonConfig(folder, world)],
};

/** Any other daemon: a command line in which `{config}` stands for a JSON file with what it is to do. */
function execDaemon(line: string): Daemon {
  const words = line.split(' ').filter((word) => word !== '');
  return {
    name: 'exec',
    title: line,
    wayOut: 'give a program that is there',
    find: () => commandPath(words[0] ?? '') ?? (existsSync(words[0] ?? '') ? words[0] : undefined),
    version: () => '',
    command: (program, folder, world) => {
      const config = jsonConfig(folder, world);
      return [program, ...words.slice(1).map((word) => word.replaceAll('{config}', config))];
    },
  };
}

export const daemons: readonly Daemon[] = [peerage(), bird, frr, openbgpd, gobgp, reflector];

/** A daemon by name, or `exec:COMMAND`. Throws for others, and for one that the machine does not have. */
export function daemonCalled(
  name: string,
  node?: string,
): { readonly daemon: Daemon; readonly program: string } {
  const daemon = name.startsWith('exec:')
    ? execDaemon(name.slice('exec:'.length))
    : name === 'peerage'
      ? peerage(node)
      : daemons.find((one) => one.name === name);
  if (daemon === undefined) {
    const known = daemons.map((one) => one.name).join(', ');
    throw new RangeError(`there is no daemon "${name}"; there are ${known}, exec:COMMAND`);
  }
  const program = daemon.find();
  if (program === undefined)
    throw new Error(`${daemon.title} is not on this machine; to get it: ${daemon.wayOut}`);
  return { daemon, program };
}

/** Names of the daemons that this machine has. */
export function daemonsHere(): string[] {
  return daemons.filter((daemon) => daemon.find() !== undefined).map(({ name }) => name);
}
