import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netns } from '@peerage/linux';
import { eventually, tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { type Program, watch } from './segment.js';

/** As it is built: under another kernel, starting from sources takes long. */
const program = [fileURLToPath(new URL('../../../../peerage', import.meta.url)), 'agent'];

/** One node of the cluster: its agent, and a pod of it. */
export interface ClusterNode {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  readonly podAddress: string;
  /** The agent's `--data-dir`. */
  readonly dataDir: string;
  /** Namespace of its pod. */
  readonly pod: string;
  /** Runs `ip` and the like in the node's namespace; gives what it printed. */
  run(...argv: readonly string[]): Promise<string>;
  start(...flags: readonly string[]): Program;
  /** Runs the agent to its end. */
  runToEnd(...flags: readonly string[]): Promise<{ readonly text: string; readonly status: number | null }>;
  /** Whether an answer comes from there to the node's pod. */
  podReaches(address: string): Promise<boolean>;
}

export interface OverlayCluster {
  readonly nodes: readonly [ClusterNode, ClusterNode, ClusterNode];
  /** Writes or removes a node's object. */
  put(n: number, annotations?: Readonly<Record<string, string>>): void;
  remove(n: number): void;
  /** The router between the subnets, which knows no pod. */
  readonly router: string;
  readonly folder: string;
}

export const patient = { timeout: 60_000, interval: 200 };

/**
 * Nodes 1 and 2 on a segment, node 3 behind a router that knows the nodes' subnets alone; each with a pod on its bridge.
 *
 *   node-1 192.168.1.11 ─┐
 *   node-2 192.168.1.12 ─┴ br ─ router ─ 192.168.2.13 node-3
 */
export async function overlayCluster(t: Test): Promise<OverlayCluster> {
  const id = randomBytes(3).toString('hex');
  const folder = tempDir(t);
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  const names = ['router', 'node-1', 'node-2', 'node-3', 'pod-1', 'pod-2', 'pod-3'];
  const spaces = new Map(names.map((name) => [name, `ov-${id}-${name}`]));
  for (const namespace of spaces.values()) {
    await netns.createNamespace(namespace);
    t.teardown(() => netns.deleteNamespace(namespace));
  }
  const space = (name: string): string => spaces.get(name) ?? '';
  const router = space('router');
  await netns.bridge({ namespace: router, name: 'br', addresses: ['192.168.1.1/24'] });
  const addresses = ['192.168.1.11', '192.168.1.12', '192.168.2.13'];
  for (const [i, address] of addresses.entries()) {
    const far =
      i < 2 ? { name: `to-${i + 1}`, bridge: 'br' } : { name: 'to-3', addresses: ['192.168.2.1/24'] };
    await netns.vethPair(
      { namespace: space(`node-${i + 1}`), name: 'eth0', addresses: [`${address}/24`] },
      { namespace: router, ...far },
    );
    const gateway = i < 2 ? '192.168.1.1' : '192.168.2.1';
    await netns.exec(space(`node-${i + 1}`), ['ip', 'route', 'add', 'default', 'via', gateway]);
  }
  await netns.exec(router, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  const put = (n: number, annotations: Readonly<Record<string, string>> = {}): void => {
    const object = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${n}`, annotations },
      spec: { podCIDR: `10.48.${n}.0/24`, podCIDRs: [`10.48.${n}.0/24`] },
      status: { addresses: [{ type: 'InternalIP', address: addresses[n - 1] }] },
    };
    writeFileSync(join(manifests, `node-${n}.json`), JSON.stringify(object));
  };
  const nodes = addresses.map((address, i): ClusterNode => {
    const n = i + 1;
    const namespace = space(`node-${n}`);
    const argvOf = (flags: readonly string[]): readonly string[] => [
      ...program,
      `--hostname-override=node-${n}`,
      `--manifests=${manifests}`,
      `--socket=${join(folder, `node-${n}.sock`)}`,
      `--data-dir=${join(folder, `data-${n}`)}`,
      '--enable-cni=false',
      '--disable-source-dest-check=false',
      '--routes-sync-period=30s',
      ...flags,
    ];
    put(n);
    const run = async (...argv: readonly string[]): Promise<string> =>
      (await netns.exec(namespace, argv)).stdout;
    return {
      name: `node-${n}`,
      namespace,
      address,
      podAddress: `10.48.${n}.5`,
      dataDir: join(folder, `data-${n}`),
      pod: space(`pod-${n}`),
      run,
      start: (...flags) =>
        watch(t, netns.spawn(namespace, argvOf(flags), { stdio: ['ignore', 'pipe', 'pipe'] })),
      runToEnd: async (...flags) => {
        const child = watch(t, netns.spawn(namespace, argvOf(flags), { stdio: ['ignore', 'pipe', 'pipe'] }));
        const status = await child.exitCode();
        return { text: child.text(), status };
      },
      podReaches: async (to) =>
        netns.exec(space(`pod-${n}`), ['ping', '-c', '1', '-W', '2', to]).then(
          () => true,
          () => false,
        ),
    };
  });
  const [one, two, three] = nodes;
  return {
    nodes: [one!, two!, three!],
    put,
    remove: (n) => rmSync(join(manifests, `node-${n}.json`)),
    router,
    folder,
  };
}

/** Attaches the pods, when the agents have made their bridges. */
export async function attachPods({ nodes }: OverlayCluster): Promise<void> {
  for (const [i, node] of nodes.entries()) {
    const n = i + 1;
    await eventually(
      () =>
        node.run('ip', 'link', 'show', 'kube-bridge').then(
          (text) => text.includes('UP'),
          () => false,
        ),
      patient,
    );
    await node.run('ip', 'address', 'add', `10.48.${n}.1/24`, 'dev', 'kube-bridge');
    const pod = node.namespace.replace('node', 'pod');
    await netns.vethPair(
      { namespace: node.namespace, name: 'pod', bridge: 'kube-bridge' },
      { namespace: pod, name: 'eth0', addresses: [`10.48.${n}.5/24`] },
    );
    await netns.exec(pod, ['ip', 'route', 'add', 'default', 'via', `10.48.${n}.1`]);
  }
}
