import { performance } from 'node:perf_hooks';
import type { Block, Cell } from '../result.js';
import type { Verdict } from './first-tables.js';
import type { Lab } from './lab.js';
import { addedService, addressesOf } from './manifests.js';
import { gatewaysOf, goesVia, startPing, timeUntil, watchRoutes } from './measure.js';
import { cutLink, mendLink } from './network.js';
import { hostPrefix, type NodePlan } from './plan.js';

/** One change and what it is waited for. */
interface Change {
  readonly what: string;
  readonly until: string;
  /** Seconds that the protocol allows, beside which the measured time is shown. */
  readonly bound: number;
  readonly why: string;
  /** Makes the change, waits, and answers the seconds it took; null when it did not happen in time. */
  run(): Promise<number | null>;
}

/** How long a killed agent stays away, and how long its routes are watched after it returned. */
const AWAY_MILLISECONDS = 2000;

/** Waiting goes on for so long past the bound, to tell late from never. */
const PATIENCE_SECONDS = 15;

/** Makes one change at a time, and shows what each took. */
export async function* changeTable(lab: Lab, verdict: Verdict, signal: AbortSignal): AsyncIterable<Block> {
  const notes: string[] = [];
  yield {
    kind: 'table',
    title: 'Changes, one at a time',
    columns: ['change', 'until', 'seconds', 'expected', 'why'],
    live: [43, 52, 7, 8],
    rows: changeRows(lab, verdict, signal, notes),
    empty: 'none',
  };
  for (const text of notes) yield { kind: 'text', text };
}

async function* changeRows(
  lab: Lab,
  verdict: Verdict,
  signal: AbortSignal,
  notes: string[],
): AsyncIterable<readonly Cell[]> {
  for (const change of changes(lab, verdict, signal, notes)) {
    const seconds = await change.run();
    const late = seconds === null || seconds > change.bound;
    if (late) verdict.failures.push(`${change.what}: ${seconds === null ? 'it never happened' : 'late'}`);
    yield [
      change.what,
      change.until,
      { text: seconds === null ? 'never' : seconds.toFixed(3), tone: late ? 'bad' : 'good' },
      `≤ ${change.bound}`,
      change.why,
    ];
  }
}

function* changes(lab: Lab, verdict: Verdict, signal: AbortSignal, notes: string[]): Iterable<Change> {
  const { plan } = lab;
  const routerNamespace = plan.router.namespace;
  const wait = (bound: number, holds: () => Promise<boolean>, since?: number): Promise<number | null> =>
    timeUntil(holds, bound + PATIENCE_SECONDS, signal, since);

  const service = addedService(plan);
  const servicePrefixes = addressesOf(service).map(hostPrefix);
  const gatewaysFor = (prefix: string): readonly string[] =>
    lab.nodes.map((node) => node.addresses[prefix.includes(':') ? 1 : 0] ?? '');
  yield {
    what: `service ${service.name} is added`,
    until: "the router's kernel has all nodes as next hops",
    bound: 2,
    why: 'file event, UPDATE, FRR to kernel',
    run() {
      const since = performance.now();
      lab.putService(service);
      return wait(2, () => every(servicePrefixes, (p) => goesVia(routerNamespace, p, gatewaysFor(p))), since);
    },
  };
  yield {
    what: `service ${service.name} is removed`,
    until: "the router's kernel has no route to it",
    bound: 2,
    why: 'file event, withdrawal, FRR to kernel',
    run() {
      const since = performance.now();
      lab.removeService(service);
      return wait(2, () => every(servicePrefixes, (p) => isGone(routerNamespace, p)), since);
    },
  };

  const extra = plan.extraNode;
  yield {
    what: `${extra.name} is added`,
    until: "every node's kernel and the router's have its pods",
    bound: 10,
    why: 'start of a process, then its sessions',
    async run() {
      const others = lab.nodes;
      const agent = await lab.addNode(extra);
      const since = performance.now();
      const seconds = await wait(10, () => reachesPods(others, routerNamespace, extra), since);
      await lab.attachPod(agent);
      return seconds;
    },
  };

  const [killed, cut, last] = [lab.nodes[0], lab.nodes[1], lab.nodes[2]];
  if (killed === undefined || cut === undefined || last === undefined) return;
  const agent = lab.agents.find(({ node }) => node === killed);
  if (agent === undefined) return;
  const clientNetworks = plan.client.networks;
  let pings: ReturnType<typeof startPing>;
  let watch: ReturnType<typeof watchRoutes>;
  yield {
    what: `the agent of ${killed.name} is killed with -9`,
    until: "the others' kernels have dropped its pods",
    bound: 2,
    why: 'TCP close',
    async run() {
      pings = startPing(killed.namespace, plan.client.addresses[0] ?? '');
      watch = watchRoutes(killed.namespace);
      const since = performance.now();
      await agent.stop('SIGKILL');
      return wait(2, () => dropsPods(without(lab.nodes, killed), routerNamespace, killed), since);
    },
  };
  yield {
    what: `the agent of ${killed.name} returns`,
    until: "every node's kernel and the router's have its pods",
    bound: 10,
    why: 'start of a process, then its sessions',
    async run() {
      await pause(AWAY_MILLISECONDS);
      const since = performance.now();
      agent.start();
      const seconds = await wait(
        10,
        () => reachesPods(without(lab.nodes, killed), routerNamespace, killed),
        since,
      );
      await pause(AWAY_MILLISECONDS);
      const routes = await watch.stop();
      const count = await pings.stop();
      const lost = count.sent - count.received;
      const touched = routes.filter((line) => clientNetworks.some((network) => line.includes(network)));
      if (lost > 0 || count.sent === 0)
        verdict.failures.push(`${lost} pings were lost while the agent was away`);
      if (touched.length > 0)
        verdict.failures.push(`the returning agent touched its routes: ${touched.join('; ')}`);
      notes.push(
        `While that agent was away and took its kernel routes over again: ${count.received} of ${count.sent} pings from ${killed.name} to the client answered; changes to its route to the client network: ${touched.length}.`,
      );
      return seconds;
    },
  };

  const bound = plan.holdSeconds + 2;
  yield {
    what: `the link of ${cut.name} is cut`,
    until: "the others' kernels have dropped its pods",
    bound,
    why: `hold time ${plan.holdSeconds} s`,
    async run() {
      const since = performance.now();
      await cutLink(plan, cut);
      return wait(bound, () => dropsPods(without(lab.nodes, cut), routerNamespace, cut), since);
    },
  };
  yield {
    what: `the link of ${cut.name} is mended`,
    until: "every node's kernel and the router's have its pods",
    bound: 15,
    why: 'connect retry',
    async run() {
      const since = performance.now();
      await mendLink(plan, cut);
      return wait(15, () => reachesPods(without(lab.nodes, cut), routerNamespace, cut), since);
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function without(nodes: readonly NodePlan[], one: NodePlan): readonly NodePlan[] {
  return nodes.filter((node) => node !== one);
}

async function every<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (!(await holds(item))) return false;
  return true;
}

async function isGone(namespace: string, prefix: string): Promise<boolean> {
  return (await gatewaysOf(namespace, prefix)) === null;
}

/** Whether the pods of a node are routed through it everywhere. */
function reachesPods(others: readonly NodePlan[], router: string, node: NodePlan): Promise<boolean> {
  const places = [...others.map((other) => other.namespace), router];
  return every(node.podCidrs, (prefix) => {
    const address = node.addresses[prefix.includes(':') ? 1 : 0] ?? '';
    return every(places, (place) => goesVia(place, prefix, [address]));
  });
}

function dropsPods(others: readonly NodePlan[], router: string, node: NodePlan): Promise<boolean> {
  const places = [...others.map((other) => other.namespace), router];
  return every(node.podCidrs, (prefix) => every(places, (place) => isGone(place, prefix)));
}
