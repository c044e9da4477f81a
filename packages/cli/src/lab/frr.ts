import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '@peerage/linux';
import * as z from 'zod';
import { bgpdConfig, zebraConfig } from './frr-config.js';
import type { LabPlan } from './plan.js';
import { LabProcess } from './process.js';

const BINARIES = '/usr/lib/frr';

const summarySchema = z.record(
  z.string(),
  z.object({
    peers: z
      .record(
        z.string(),
        z.object({
          state: z.string(),
          remoteAs: z.number(),
          pfxRcd: z.number().optional(),
          pfxSnt: z.number().optional(),
        }),
      )
      .optional(),
  }),
);

/** One session as FRR sees it. */
export interface FrrSession {
  readonly family: string;
  readonly peer: string;
  readonly as: number;
  readonly state: string;
  readonly received: number;
  readonly sent: number;
}

/** The external router: FRR's bgpd and zebra in the router's namespace. */
export class FrrRouter {
  readonly #plan: LabPlan;
  readonly #folder: string;
  readonly #processes: LabProcess[] = [];

  constructor(plan: LabPlan, folder: string) {
    this.#plan = plan;
    this.#folder = folder;
  }

  get #zebraSocket(): string {
    return join(this.#folder, 'zserv.api');
  }

  get processes(): readonly LabProcess[] {
    return this.#processes;
  }

  /** Starts both daemons. They give up root, so their folder must be theirs. */
  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    await exec(this.#plan.router.namespace, ['chown', 'frr:frr', this.#folder]);
    this.#launch('zebra', zebraConfig(join(this.#folder, 'zebra.log')));
    // A bgpd that does not find zebra tries again after ten seconds only.
    await this.#until(async () => existsSync(this.#zebraSocket), 'zebra opens its socket');
    this.#launch('bgpd', bgpdConfig(this.#plan, join(this.#folder, 'bgpd.log')));
    await this.#until(() => this.#answers(), 'bgpd answers');
  }

  /** `show bgp summary`, a line per family and session. */
  async sessions(): Promise<readonly FrrSession[]> {
    const summary = summarySchema.parse(JSON.parse(await this.vtysh('show bgp summary json')));
    return Object.entries(summary).flatMap(([family, { peers }]) =>
      Object.entries(peers ?? {}).map(([peer, session]) => ({
        family,
        peer: peer.replace(/^\*/, ''),
        as: session.remoteAs,
        state: session.state,
        received: session.pfxRcd ?? 0,
        sent: session.pfxSnt ?? 0,
      })),
    );
  }

  async vtysh(command: string): Promise<string> {
    const argv = ['vtysh', '--vty_socket', this.#folder, '-c', command];
    return (await exec(this.#plan.router.namespace, argv)).stdout;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  #launch(daemon: 'zebra' | 'bgpd', config: string): void {
    const file = (ending: string): string => join(this.#folder, `${daemon}.${ending}`);
    writeFileSync(file('conf'), config, { mode: 0o644 });
    const argv = [
      join(BINARIES, daemon),
      ...['-f', file('conf'), '-i', file('pid'), '-z', this.#zebraSocket],
      ...['--vty_socket', this.#folder, '-A', '127.0.0.1'],
    ];
    const { namespace } = this.#plan.router;
    this.#processes.push(new LabProcess(daemon, namespace, argv, { logFile: file('out') }));
  }

  async #answers(): Promise<boolean> {
    try {
      await this.vtysh('show bgp summary json');
      return true;
    } catch {
      return false; // vtysh fails as long as nobody listens
    }
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let attempt = 0; !(await holds()); attempt += 1) {
      const ended = this.#processes.find((process) => !process.running);
      if (ended !== undefined) throw new Error(`FRR's ${ended.name} ended:\n${ended.logTail()}`);
      if (attempt === 200) throw new Error(`waited 10 s until FRR's ${what}; see ${this.#folder}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
