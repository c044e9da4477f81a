/**
 * How long a change of the cluster takes until the kernels have it: three nodes, FRR as the external router, a thousand services.
 *
 *   npm run bench:changes -- [--services 1000] [--rounds 100] [--json] [--write]
 *
 * One change at a time, each waited for. Time is from the rename of the manifest to the kernel's own notification: for a service, in
 * the router, with all nodes as next hops or none; for a pod range, in every other node and in the router. `--write` draws
 * docs/performance-changes.md and .svg. Needs root and FRR.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Lab, newPrefix } from '../src/lab/lab.js';
import type { ServicePlan } from '../src/lab/manifests.js';
import { labPlan, type NodePlan } from '../src/lab/plan.js';
import { LoneSpeaker } from './changes/lone-speaker.js';
import { changesPage } from './changes/page.js';
import { type Measured, plotOf } from './changes/plot.js';
import { type RouteNews, RouteWatch } from './changes/route-watch.js';
import { spreadOf } from './changes/statistics.js';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const services = Number(values.services);
const program = fileURLToPath(new URL('../dist/bundle/bin/kube-router.js', import.meta.url));
const patience = 10_000;

function service(name: string, number: number): ServicePlan {
  const clusterIp = `10.64.${1 + Math.floor(number / 250)}.${1 + (number % 250)}`;
  return { name, type: 'ClusterIP', clusterIps: [clusterIp], externalIps: [], loadBalancerIps: [] };
}

/** Waits for one piece of news in each of the places, and gives the milliseconds from `since` to the last. */
async function untilAll(since: number, news: readonly Promise<number>[]): Promise<number> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`a change did not reach the kernels within ${patience} ms`)),
      patience,
    ).unref();
  });
  return Math.max(...(await Promise.race([Promise.all(news), late]))) - since;
}

function reaches(destination: string, gateways: readonly string[]): (news: RouteNews) => boolean {
  const wanted = [...gateways].sort().join();
  return (news) => !news.isGone && news.destination === destination && news.gateways.join() === wanted;
}

function leaves(destination: string): (news: RouteNews) => boolean {
  return (news) => news.isGone && news.destination === destination;
}

async function serviceRounds(lab: Lab, router: RouteWatch): Promise<readonly Measured[]> {
  const added: number[] = [];
  const removed: number[] = [];
  const nodes = lab.nodes.map(({ addresses }) => addresses[0] ?? '');
  for (let round = 0; round < rounds; round++) {
    const one = service(`changing-${round}`, services + round);
    const vip = `${one.clusterIps[0]}/32`;
    const there = router.next(reaches(vip, nodes));
    let since = performance.now();
    lab.putService(one);
    added.push(await untilAll(since, [there]));
    await pause();
    const gone = router.next(leaves(vip));
    since = performance.now();
    lab.removeService(one);
    removed.push(await untilAll(since, [gone]));
    await pause();
  }
  return [
    { what: 'a service comes', values: added },
    { what: 'a service goes', values: removed },
  ];
}

async function podRangeRounds(lab: Lab, places: ReadonlyMap<string, RouteWatch>): Promise<Measured> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const node = lab.nodes[round % lab.nodes.length] as NodePlan;
    const range = `10.49.${round % 250}.0/24`;
    const others = [...places].filter(([namespace]) => namespace !== node.namespace);
    const news = others.map(([, watch]) => watch.next(reaches(range, [node.addresses[0] ?? ''])));
    const since = performance.now();
    lab.manifests.putNode({ ...node, podCidrs: [range] });
    taken.push(await untilAll(since, news));
    await pause();
  }
  return { what: "a node's pod range changes", values: taken };
}

/** What is left when nothing of the agent is in it: one speaker says one route, or takes it back. */
async function loneRounds(lab: Lab, router: RouteWatch): Promise<readonly Measured[]> {
  const speaker = await LoneSpeaker.start(lab.plan);
  const [added, removed]: [number[], number[]] = [[], []];
  const gateway = lab.plan.extraNode.addresses[0] ?? '';
  for (let round = 0; round < rounds; round++) {
    const prefix = `198.18.0.${round % 250}/32`;
    await pause();
    const there = router.next(reaches(prefix, [gateway]));
    let since = performance.now();
    speaker.announce(prefix);
    added.push(await untilAll(since, [there]));
    await pause();
    const gone = router.next(leaves(prefix));
    since = performance.now();
    speaker.withdraw(prefix);
    removed.push(await untilAll(since, [gone]));
  }
  speaker.stop();
  return [
    { what: 'FRR alone: a route comes', values: added },
    { what: 'FRR alone: a route goes', values: removed },
  ];
}

/** Apart in time, so that each is a change after quiet, and none falls together with another. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 100));
}

async function measure(): Promise<readonly Measured[]> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('stopped by SIGINT')));
  const lab = new Lab(labPlan(newPrefix(), 'ipv4'), interrupted.signal, program);
  const watches = new Map<string, RouteWatch>();
  try {
    await lab.start();
    for (let n = 0; n < services; n++) lab.putService(service(`service-${n}`, n));
    if ((await lab.converge(120)) === null) throw new Error('the cluster did not converge within 120 s');
    for (const { namespace } of [...lab.nodes, lab.plan.router])
      watches.set(namespace, new RouteWatch(namespace));
    await pause();
    const router = watches.get(lab.plan.router.namespace) as RouteWatch;
    const ofServices = await serviceRounds(lab, router);
    const ofPodRanges = await podRangeRounds(lab, watches);
    return [...ofServices, ofPodRanges, ...(await loneRounds(lab, router))];
  } finally {
    for (const watch of watches.values()) watch.stop();
    await lab.stop();
  }
}

const measured = await measure();
const summary = measured.map(({ what, values }) => ({ what, rounds: values.length, ...spreadOf(values) }));
if (values.json) console.log(JSON.stringify({ services, summary, measured }));
else {
  console.log(`${services} services, 3 nodes, FRR; milliseconds until the kernels have it`);
  console.table(
    Object.fromEntries(
      summary.map(({ what, rounds, ...spread }) => [
        what,
        {
          rounds,
          ...Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, Math.round(value)])),
        },
      ]),
    ),
  );
}
if (values.write) {
  const docs = new URL('../../../docs/', import.meta.url);
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
  writeFileSync(new URL('performance-changes.svg', docs), plotOf(measured));
  writeFileSync(new URL('performance-changes.md', docs), changesPage({ services, machine, measured }));
}
