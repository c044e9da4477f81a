import type { Netlink } from '@peerage/linux';
import type { AgentKernel } from './agent-ports.js';
import type { Config } from './config/config.js';
import type { Facts } from './controllers/facts.js';
import {
  bridgeController,
  cniController,
  egressController,
  forwardController,
  sysctlController,
} from './controllers/host.js';
import { Overlay } from './controllers/overlay.js';
import type { KeyStore } from './controllers/wireguard-key.js';
import { publicKeyAnnotation, publicKeyOf } from './desired/wireguard.js';
import { NextHopObjectDriver } from './drivers/next-hop-object-driver.js';
import { OwnRouteDriver } from './drivers/own-route-driver.js';
import { nextHopOwnership } from './fib/own-next-hops.js';
import { annotationKind } from './items/annotation.js';
import type { CniFileItem } from './items/cni-file.js';
import type { Driver } from './items/item.js';
import { nftTableKind } from './items/nft-table.js';
import type { SysctlItem } from './items/sysctl.js';
import type { Node, Problem } from './model/cluster.js';
import { layer, reconcileLayers } from './reconcile/layers.js';
import { type PlannedChange, recorded } from './reconcile/recorded.js';
import type { ClusterSource } from './sources/cluster-source.js';

/** What a task found, or did. */
export interface TaskReport {
  readonly changes: readonly PlannedChange[];
  readonly problems: readonly Problem[];
}

const unreadable =
  'it is there; whether its rules are as they should be is known to the agent that wrote them, and the next one writes them anew';

/** Files of this host that an agent keeps. */
export interface HostFiles {
  readonly cniFile: Driver<CniFileItem>;
  readonly keys: KeyStore;
}

/** How long a source may take to list the nodes. */
const listingMilliseconds = 60_000;

/**
 * How this host differs from what it should be, in all that follows from the cluster alone. Learned routes, and the tunnels that they need,
 * follow from sessions: those that stand are taken as wanted.
 */
export async function planHost(
  config: Config,
  source: ClusterSource,
  kernel: AgentKernel,
  { cniFile, keys }: HostFiles,
): Promise<TaskReport> {
  const changes: PlannedChange[] = [];
  const problems: Problem[] = [];
  const note = (change: PlannedChange): void => {
    if (change.kind !== nftTableKind.name || change.verb !== 'replace') changes.push(change);
    else problems.push({ place: `table inet ${change.key}`, message: unreadable });
  };
  await listed(source);
  const facts: Facts = {
    config,
    snapshot: () => source.snapshot(),
    tellProblems: (_, told) => problems.push(...told),
    tellAdvertisements: () => {},
  };
  const signal = AbortSignal.timeout(listingMilliseconds);
  const links = await kernel.overlay.links.read(signal);
  const ends = new Set(links.flatMap((link) => (link.type === 'tunnel' ? [link.remote] : [])));
  const known = await kernel.overlay.vxlanPeers.read(signal);
  for (const { address } of known) ends.add(address);
  const node = source.snapshot().nodes.get(config.nodeName);
  const publicKey = await plannedKey(config, keys, node, note);
  for (const gateway of await keyedEnds(kernel, source, signal)) ends.add(gateway);
  const overlay = new Overlay(facts, {
    drivers: {
      fouPorts: recorded(kernel.overlay.fouPorts, note),
      links: recorded(kernel.overlay.links, note),
      vxlanPeers: recorded(kernel.overlay.vxlanPeers, note),
      wireguardPeers: recorded(kernel.overlay.wireguardPeers, note),
      routes: recorded(kernel.overlay.routes, note),
      rules: recorded(kernel.overlay.rules, note),
    },
    underlay: kernel.interfaces,
    gateways: () => ends,
    publicKey: () => publicKey,
  });
  await kernel.interfaces.refresh();
  const controllers = [
    sysctlController(facts, recorded(kernel.sysctls, note), async () => 'a plan loads none'),
    bridgeController(facts, recorded(kernel.links, note), kernel.interfaces),
    egressController(facts, recorded(kernel.nftTables, note), recorded(kernel.leftovers.egress, note)),
    overlay.controller(),
    forwardController(
      facts,
      { ...recorded(kernel.forward, note), needed: (abort) => kernel.forward.needed(abort) },
      recorded(kernel.leftovers.forward, note),
    ),
  ];
  if (config.enableCni) controllers.push(cniController(facts, recorded(cniFile, note), kernel.interfaces));
  for (const controller of controllers) {
    const { failures } = await controller.run(signal);
    problems.push(...failures.map((message): Problem => ({ place: controller.name, message })));
  }
  return { changes, problems };
}

/**
 * Removes what an agent put on this host, of any version, by what marks it as ours; what uses something goes before it. With `dryRun`
 * nothing is removed.
 */
export async function cleanUpHost(
  netlink: Pick<Netlink, 'routes' | 'nextHopObjects'>,
  kernel: AgentKernel,
  {
    cniFile,
    changedSettings,
  }: { readonly cniFile: Driver<CniFileItem>; readonly changedSettings: Driver<SysctlItem> },
  dryRun: boolean,
): Promise<TaskReport> {
  const changes: PlannedChange[] = [];
  const { overlay } = kernel;
  const noted = <T>(driver: Driver<T>): Driver<T> => {
    const note = recorded(driver, (change) => changes.push(change));
    if (dryRun) return note;
    return {
      ...note,
      apply: async (wanted, signal) => {
        await note.apply(wanted, signal);
        return driver.apply(wanted, signal);
      },
    };
  };
  const layers = [
    layer(noted(changedSettings), []),
    layer(noted(kernel.links), []),
    layer(noted(overlay.fouPorts), []),
    layer(noted(overlay.links), []),
    layer(noted(overlay.vxlanPeers), []),
    layer(noted(overlay.wireguardPeers), []),
    layer(noted(overlay.routes), []),
    layer(noted(overlay.rules), []),
    layer(noted(kernel.leftovers.forward), []),
    layer(noted(kernel.leftovers.egress), []),
    layer(noted(kernel.forward), []),
    layer(noted(kernel.nftTables), []),
    layer(noted(new NextHopObjectDriver(netlink, nextHopOwnership)), []),
    layer(noted(new OwnRouteDriver(netlink)), []),
    layer(noted(cniFile), []),
  ];
  const signal = AbortSignal.timeout(listingMilliseconds);
  const { failures } = await reconcileLayers(layers, signal, { mayDelete: true });
  return { changes, problems: failures.map((message) => ({ place: 'cleanup', message })) };
}

/** The key of this node, and what would be done about it; a key that is not there yet is `new`. */
async function plannedKey(
  config: Config,
  keys: KeyStore,
  node: Node | undefined,
  note: (change: PlannedChange) => void,
): Promise<string | null> {
  if (!config.enableOverlay || config.overlayEncap !== 'wireguard') return null;
  const { current, next } = await keys.read();
  const announced = node?.annotations[publicKeyAnnotation];
  const after = next?.publicKey ?? current?.publicKey ?? 'new';
  if (announced !== after) {
    const verb = announced === undefined ? 'create' : 'replace';
    note({ verb, kind: annotationKind.name, key: publicKeyAnnotation, before: announced, after });
  }
  return current?.publicKey ?? 'new';
}

/** Nodes that the WireGuard link knows: routes to them may stand. */
async function keyedEnds(
  kernel: AgentKernel,
  source: ClusterSource,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const peers = await kernel.overlay.wireguardPeers.read(signal);
  const known = new Set(peers.map(({ publicKey }) => publicKey));
  const nodes = [...source.snapshot().nodes.values()];
  return nodes
    .filter((node) => known.has(publicKeyOf(node).key ?? ''))
    .flatMap((node) => node.addresses.map(({ address }) => address));
}

/** A report as a table, or as JSON. */
export function reportText({ changes, problems }: TaskReport, json: boolean, done: string): string {
  if (json) return `${JSON.stringify({ changes, problems }, null, 2)}\n`;
  const rows = changes.map(({ verb, kind, key }) => [verb, kind, key]);
  const width = (at: number): number => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0));
  const widths = [width(0), width(1)];
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  const told = problems.map(({ place, message }) => `problem  ${place}: ${message}`);
  return `${[...lines, ...told, changes.length === 0 ? 'nothing differs' : done].join('\n')}\n`;
}

/** Waits until the nodes of the cluster are known. */
async function listed(source: ClusterSource): Promise<void> {
  const { promise, resolve, reject } = withResolvers();
  const look = (): void => {
    if (source.snapshot().listed.has('Node')) resolve();
  };
  const stop = source.onChange(look);
  const timer = setTimeout(
    () => reject(new Error(`the nodes were not listed within ${listingMilliseconds / 1000} s`)),
    listingMilliseconds,
  );
  try {
    await source.start();
    look();
    await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
