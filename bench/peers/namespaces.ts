import { execFileSync } from 'node:child_process';
import type { World } from './world.js';

/** The two network namespaces of a run: nothing of the machine's network is touched. */
export interface Namespaces {
  readonly dut: string;
  readonly tester: string;
  remove(): void;
}

/** Makes them, with a link for feeders, one for monitors, and all addresses. Needs root. */
export function makeNamespaces(world: World): Namespaces {
  const prefix = `peerage-bench-${process.pid}`;
  const made: string[] = [];
  const namespaces: Namespaces = {
    dut: `${prefix}-dut`,
    tester: `${prefix}-tester`,
    remove: () => {
      for (const name of made.splice(0)) ip(['netns', 'del', name]);
    },
  };
  try {
    for (const name of [namespaces.dut, namespaces.tester]) {
      ip(['netns', 'add', name]);
      made.push(name);
      ip(['-n', name, 'link', 'set', 'lo', 'up']);
    }
    for (const role of ['feeder', 'monitor'] as const) join(namespaces, role, world);
    return namespaces;
  } catch (error) {
    namespaces.remove();
    throw error;
  }
}

function join({ dut, tester }: Namespaces, role: 'feeder' | 'monitor', { peers }: World): void {
  const link = `${role}s`;
  const played = peers.filter((peer) => peer.role === role);
  const dutAddress = played[0]?.dutAddress;
  if (dutAddress === undefined) return;
  ip(['-n', dut, 'link', 'add', link, 'type', 'veth', 'peer', 'name', link, 'netns', tester]);
  ip(['-n', dut, 'addr', 'add', `${dutAddress}/16`, 'dev', link]);
  ip(['-n', dut, 'link', 'set', link, 'up']);
  const addresses = played.map(({ address }) => `addr add ${address}/16 dev ${link}`);
  ip(['-n', tester, '-batch', '-'], [...addresses, `link set ${link} up`].join('\n'));
}

function ip(words: readonly string[], input?: string): void {
  execFileSync('ip', words, { input, stdio: ['pipe', 'ignore', 'inherit'] });
}
