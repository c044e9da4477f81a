import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GrowthPoint } from './growth-point.js';
import { sessionsGrowth } from './sessions.js';
import type { Growth } from './slopes.js';

export interface GrowthOptions {
  readonly node: string;
  readonly runs: number;
  /** A share of the sizes: 1 is 500,000 to 2 million prefixes. */
  readonly scale: number;
  /** 0: without; they need root. */
  readonly sessions: number;
  onPoint?(name: string): void;
}

const program = join(import.meta.dirname, '..', '..', 'packages', 'bgp', 'bench', 'growth-point.ts');
const ROUTES_EACH = 100;

/** Measures all points, round by round, each in a process of its own. */
export async function measureGrowth({
  node,
  runs,
  scale,
  sessions,
  onPoint,
}: GrowthOptions): Promise<Growth> {
  const wanted = {
    small: [500_000, 1, 'full'],
    large: [2_000_000, 1, 'full'],
    base: [1_000_000, 1, 'pooled'],
    doubled: [2_000_000, 1, 'pooled'],
    twoPeers: [1_000_000, 2, 'pooled'],
    fourPeers: [1_000_000, 4, 'pooled'],
  } as const;
  const points: Record<keyof typeof wanted, GrowthPoint[]> = {
    ...{ small: [], large: [], base: [], doubled: [], twoPeers: [], fourPeers: [] },
  };
  for (let run = 1; run <= runs; run++) {
    for (const [name, [prefixes, peers, sets]] of Object.entries(wanted)) {
      const count = Math.round(prefixes * scale);
      onPoint?.(`${count} prefixes, ${peers} peer${peers === 1 ? '' : 's'}, ${sets}, run ${run}`);
      points[name as keyof typeof wanted].push(await measurePoint(node, count, peers, sets));
    }
  }
  if (sessions > 0) onPoint?.(`${sessions} sessions`);
  return {
    node,
    ...points,
    sessions: sessions > 0 ? await sessionsGrowth(sessions, ROUTES_EACH, node) : null,
  };
}

async function measurePoint(
  node: string,
  prefixes: number,
  peers: number,
  sets: string,
): Promise<GrowthPoint> {
  const words = ['--expose-gc', '--import=tsx', '--conditions=@peerage/source', program];
  const { stdout } = await promisify(execFile)(node, [...words, String(prefixes), String(peers), sets]);
  return JSON.parse(stdout) as GrowthPoint;
}
