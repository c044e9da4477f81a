import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawn } from '@peerage/linux';
import { buildNode } from '../../src/lab/network.js';
import type { LabPlan } from '../../src/lab/plan.js';

/** A speaker on a machine of its own that has no agent: what its routes take is what the router takes by itself. */
export class LoneSpeaker {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Builds its machine, the one that the lab leaves for later; resolves when its session is up. */
  static async start(plan: LabPlan): Promise<LoneSpeaker> {
    const { extraNode, router, clusterAs } = plan;
    await buildNode(plan, extraNode);
    const program = fileURLToPath(new URL('lone-speaker-process.ts', import.meta.url));
    const words = [extraNode.addresses[0], clusterAs, router.addresses[0], router.as].map(String);
    const child = spawn(extraNode.namespace, [process.execPath, ...process.execArgv, program, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error('the lone speaker has no output');
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) });
    return new LoneSpeaker(child);
  }

  announce(prefix: string): void {
    this.#child.stdin?.write(`announce ${prefix}\n`);
  }

  withdraw(prefix: string): void {
    this.#child.stdin?.write(`withdraw ${prefix}\n`);
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
