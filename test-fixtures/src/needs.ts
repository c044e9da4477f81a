import { type Machine, thisMachine } from './machine.js';

/**
 * What a test can need beside Node and the installed packages: the right to do network set-up (`root`), a thing
 * outside the tree that an environment variable names, a program, or a kernel module.
 */
export type Need = 'root' | OutsideTheTree | `command:${string}` | `kernel:${string}`;

/** Environment variables with the path of something that is not part of the project. */
export type OutsideTheTree = 'KUBE_APISERVER' | 'VM_RUN' | 'PEERAGE_VECTORS';

/** The part of tap's options that leaves a test out, with the reason. */
export interface LeftOut {
  readonly skip: string | false;
}

/** Stands between the reason and the way out in the text of `skip`; the test runner splits there. */
export const wayOutMark = '; to run it: ';

interface Lack {
  readonly reason: string;
  readonly wayOut: string;
}

const outside: Readonly<Record<OutsideTheTree, { readonly what: string; readonly wayOut: string }>> = {
  KUBE_APISERVER: {
    what: 'the path of a kube-apiserver program',
    wayOut: 'set KUBE_APISERVER to a kube-apiserver of the Kubernetes release, and install etcd-server',
  },
  VM_RUN: {
    what: 'the path of a program that runs a command under another kernel: VM_RUN [--rw DIR] -- COMMAND',
    wayOut: 'set VM_RUN to such a program, or use a machine whose kernel has the modules',
  },
  PEERAGE_VECTORS: {
    what: 'the path of a folder with BGP messages of other projects as .jsonl files',
    wayOut: 'set PEERAGE_VECTORS to that folder; each line is {source, name, hex, expect}',
  },
};

/** Debian packages of the programs that tests ask for, where the name differs. */
const packageOf: Readonly<Record<string, string>> = {
  bgpctl: 'openbgpd',
  bgpd: 'frr',
  bird: 'bird2',
  birdc: 'bird2',
  bridge: 'containernetworking-plugins',
  etcd: 'etcd-server',
  gobgp: 'gobgpd',
  'host-local': 'containernetworking-plugins',
  ip: 'iproute2',
  nft: 'nftables',
  ping: 'iputils-ping',
  ps: 'procps',
  sysctl: 'procps',
  vtysh: 'frr',
  zebra: 'frr',
};

function isOutside(need: string): need is OutsideTheTree {
  return Object.hasOwn(outside, need);
}

function lackOf(need: Need, machine: Machine): Lack | undefined {
  if (need === 'root') {
    return machine.isRoot() ? undefined : { reason: 'not root', wayOut: 'run npm test as root' };
  }
  if (isOutside(need)) {
    const path = machine.env[need];
    const { what, wayOut } = outside[need];
    if (path === undefined || path === '') return { reason: `${need} is not set (${what})`, wayOut };
    if (machine.pathExists(path)) return undefined;
    return { reason: `${need} is ${path}, which does not exist (${what})`, wayOut };
  }
  const [kind, name] = [need.slice(0, need.indexOf(':')), need.slice(need.indexOf(':') + 1)];
  if (kind === 'command') {
    if (machine.commandPath(name) !== undefined) return undefined;
    return { reason: `no program ${name}`, wayOut: `apt-get install ${packageOf[name] ?? name}` };
  }
  if (machine.hasKernelModule(name)) return undefined;
  return {
    reason: `this kernel has no module ${name}`,
    wayOut: `use a machine where modprobe ${name} works, as root`,
  };
}

/**
 * Options for `t.test` that leave a test out where something that it needs is missing. The text says what is
 * missing and how to get it; the test runner lists it under "left out", and `.ci/run` fails on it.
 *
 * A test that is left out this way never runs, so it must not be used to hide a failure.
 *
 * ```ts
 * t.test('a route that was announced is in the kernel', needs('root', 'command:ip'), async (t) => { … });
 * ```
 */
export function needs(...things: readonly Need[]): LeftOut {
  return needsOn(thisMachine, ...things);
}

/** As {@link needs}, on a given machine. */
export function needsOn(machine: Machine, ...things: readonly Need[]): LeftOut {
  const lacks = things.map((thing) => lackOf(thing, machine)).filter((lack) => lack !== undefined);
  if (lacks.length === 0) return { skip: false };
  const reasons = lacks.map((lack) => lack.reason).join('; ');
  const wayOut = [...new Set(lacks.map((lack) => lack.wayOut))].join('; ');
  return { skip: `${reasons}${wayOutMark}${wayOut}` };
}
