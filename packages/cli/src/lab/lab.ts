import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteNamespace, exec } from '@peerage/linux';
import { builtAgent, LabAgent } from './agent.js';
import { attachPod } from './cni.js';
import { FrrRouter } from './frr.js';
import { addressesOf, firstServices, ManifestFolder, type ServicePlan } from './manifests.js';
import { kernelRoutes, timeUntil } from './measure.js';
import { buildNetwork, buildNode } from './network.js';
import { hostPrefix, type LabPlan, type NodePlan } from './plan.js';

/** Everything that runs in one lab. */
export class Lab {
  readonly plan: LabPlan;
  readonly folder: string;
  readonly manifests: ManifestFolder;
  readonly router: FrrRouter;
  readonly agents: LabAgent[] = [];
  readonly services: ServicePlan[] = [];
  readonly #signal: AbortSignal;
  readonly #program: string;

  /** `program` is the agent that runs on the nodes. */
  constructor(plan: LabPlan, signal: AbortSignal, program = builtAgent) {
    this.plan = plan;
    this.#program = program;
    this.#signal = signal;
    this.folder = labFolder(plan.prefix);
    mkdirSync(this.folder, { recursive: true });
    this.manifests = new ManifestFolder(join(this.folder, 'manifests'));
    this.router = new FrrRouter(plan, join(this.folder, 'router'));
  }

  /** Nodes that have an agent, in the order in which they came. */
  get nodes(): readonly NodePlan[] {
    return this.agents.map((agent) => agent.node);
  }

  /** Builds the network, then the cluster: the external router, the manifests, an agent on every node. */
  async start(): Promise<void> {
    await buildNetwork(this.plan);
    await this.router.start();
    for (const node of this.plan.nodes) this.manifests.putNode(node);
    for (const service of firstServices(this.plan)) this.putService(service);
    for (const node of this.plan.nodes) this.startAgent(node);
    for (const agent of this.agents) await this.attachPod(agent);
  }

  /** A node joins: machine, Node object, agent. */
  async addNode(node: NodePlan): Promise<LabAgent> {
    await buildNode(this.plan, node);
    this.manifests.putNode(node);
    return this.startAgent(node);
  }

  startAgent(node: NodePlan): LabAgent {
    const agent = new LabAgent(this.plan, node, this.folder, this.manifests.path, this.#program);
    this.agents.push(agent);
    agent.start();
    return agent;
  }

  putService(service: ServicePlan): void {
    this.services.push(service);
    this.manifests.putService(service, this.plan.nodes);
  }

  removeService(service: ServicePlan): void {
    this.services.splice(this.services.indexOf(service), 1);
    this.manifests.removeService(service);
  }

  /** Sessions that a settled lab has, as pairs of neighbour and count of those established, over all agents. */
  async establishedSessions(): Promise<{ established: number; expected: number }> {
    const perNode = this.nodes.length - 1 + (this.plan.mode === 'dual-stack-two-sessions' ? 2 : 1);
    let established = 0;
    for (const agent of this.agents) {
      agent.assertRunning();
      const peers = await agent.control.neighbors().catch(() => []);
      established += peers.filter((peer) => peer.state === 'established').length;
    }
    return { established, expected: perNode * this.nodes.length };
  }

  /** Waits until every session is up and the router's kernel has everything; says how long it took. */
  async converge(timeoutSeconds: number): Promise<number | null> {
    return timeUntil(() => this.#converged(), timeoutSeconds, this.#signal);
  }

  async #converged(): Promise<boolean> {
    const { established, expected } = await this.establishedSessions();
    if (established !== expected) return false;
    const families = this.plan.mode === 'ipv4' ? ([4] as const) : ([4, 6] as const);
    for (const family of families) {
      const routes = await kernelRoutes(this.plan.router.namespace, family);
      const wide = new Map(routes.map((route) => [route.destination, route.gateways.length]));
      const pods = this.nodes.flatMap((node) => node.podCidrs);
      const vips = this.services.flatMap(addressesOf);
      const ours = (text: string): boolean => text.includes(':') === (family === 6);
      if (!pods.filter(ours).every((prefix) => wide.get(prefix) === 1)) return false;
      const spread = this.nodes.length;
      const learned = this.plan.client.networks.filter(ours);
      for (const node of this.nodes) {
        const known = new Set((await kernelRoutes(node.namespace, family)).map((route) => route.destination));
        if (!learned.every((network) => known.has(network))) return false;
      }
      const through = (vip: string): number | undefined => wide.get(vip) ?? wide.get(hostPrefix(vip));
      if (!vips.filter(ours).every((vip) => through(vip) === spread)) return false;
    }
    return true;
  }

  /** Stops what runs and removes every trace. Each step goes on when one before it failed. */
  async stop(): Promise<void> {
    await Promise.allSettled([...this.agents.map((agent) => agent.stop()), this.router.stop()]);
    await takeDown(this.plan.prefix);
  }

  /** Lets everything run on without this process. */
  release(): void {
    for (const agent of this.agents) agent.process?.release();
    for (const process of this.router.processes) process.release();
  }

  /** Attaches a node's pod, once the agent has completed the CNI file. */
  async attachPod(agent: LabAgent): Promise<void> {
    const completed = (): boolean =>
      readFileSync(agent.cniFile, 'utf8').includes(agent.node.podCidrs.at(-1) ?? '');
    const seconds = await timeUntil(
      async () => {
        agent.assertRunning();
        return completed();
      },
      20,
      this.#signal,
    );
    if (seconds === null) throw new Error(`the agent did not complete ${agent.cniFile} within 20 s`);
    await attachPod(agent.node, agent.cniFile);
  }
}

const FOLDER = join(tmpdir(), 'peerage-lab');

function labFolder(prefix: string): string {
  return join(FOLDER, prefix);
}

/** A name that no lab on this machine has. Short, because it goes into the names of namespaces. */
export function newPrefix(): string {
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(FOLDER, 'lab'));
  chmodSync(folder, 0o755); // FRR gives up root, and must still reach its own folder in here
  return folder.slice(FOLDER.length + 1);
}

/** Names of labs that are up, or were left behind. */
export function labNames(): readonly string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER) : [];
}

/** Ends every process in the lab's namespaces, deletes them and the lab's files. */
export async function takeDown(prefix: string): Promise<void> {
  const namespaces = existsSync('/run/netns')
    ? readdirSync('/run/netns').filter((name) => name.startsWith(`${prefix}-`))
    : [];
  for (const namespace of namespaces) {
    const { stdout } = await exec(namespace, ['ip', 'netns', 'pids', namespace]);
    for (const pid of stdout.split('\n').filter((line) => line !== '')) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // it ended by itself in the meantime
      }
    }
    await deleteNamespace(namespace);
  }
  rmSync(labFolder(prefix), { recursive: true, force: true });
}
