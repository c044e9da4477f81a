import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlClient } from '@peerage/control';
import { cniTemplate } from './cni.js';
import { environmentFile, parseEnvironmentFile, splitOptions } from './environment-file.js';
import type { LabPlan, NodePlan } from './plan.js';
import { LabProcess } from './process.js';

/** The agent as it lies beside this file once it is built. */
export const builtAgent = fileURLToPath(new URL('../bin/kube-router.js', import.meta.url));

/** The agent of one node, started as its unit file does it: from an environment file. */
export class LabAgent {
  readonly node: NodePlan;
  readonly folder: string;
  readonly cniFile: string;
  readonly control: ControlClient;
  readonly #environmentFile: string;
  readonly #program: string;
  #process: LabProcess | null = null;

  constructor(plan: LabPlan, node: NodePlan, labFolder: string, manifests: string, program = builtAgent) {
    this.node = node;
    this.#program = program;
    this.folder = join(labFolder, node.name);
    this.cniFile = join(this.folder, '10-kuberouter.conflist');
    this.#environmentFile = join(this.folder, 'kube-router');
    const socket = join(this.folder, 'peerage.sock');
    this.control = new ControlClient({ path: socket });
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.cniFile, cniTemplate(join(this.folder, 'cni-data')));
    writeFileSync(
      this.#environmentFile,
      environmentFile(plan, node, { manifests, cniConfFile: this.cniFile, socket }),
    );
  }

  get process(): LabProcess | null {
    return this.#process;
  }

  start(): void {
    const { KUBE_ROUTER_OPTS, ...variables } = parseEnvironmentFile(
      readFileSync(this.#environmentFile, 'utf8'),
    );
    const argv = [process.execPath, this.#program, ...splitOptions(KUBE_ROUTER_OPTS ?? '')];
    this.#process = new LabProcess(this.node.name, this.node.namespace, argv, {
      logFile: join(this.folder, 'agent.log'),
      env: { ...process.env, ...variables },
    });
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#process?.stop(signal);
  }

  /** Throws, with the end of its log, when the agent is not running. */
  assertRunning(): void {
    if (this.#process?.running === true) return;
    throw new Error(`the agent of ${this.node.name} ended:\n${this.#process?.logTail() ?? ''}`);
  }
}
