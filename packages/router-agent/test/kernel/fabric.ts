import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { netns } from '@peerage/linux';
import { type Daemon, startBird, startFrr, startZebra, tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { type RawSample, sampleNode } from '../sources/sample-objects.js';
import { type Program, program, watch } from './segment.js';

export const patient = { timeout: 60_000, interval: 50 };

/** One path of a prefix, as FRR shows it. */
export interface FrrPath {
  readonly from: string;
  readonly asPath: readonly number[];
  readonly nextHop: string;
  readonly med?: number;
  readonly communities: readonly string[];
  readonly originatorId?: string;
  readonly clusterList: readonly string[];
}

/** Nodes on a segment with a namespace for routers on top of the rack, 192.168.1.254 for FRR and 192.168.1.253 for BIRD. */
export interface Fabric {
  /** Writes, or writes anew, an object of the cluster. */
  put(object: RawSample): void;
  /** Removes an object that was written. */
  remove(object: RawSample): void;
  /** Node number `n` with annotations of kube-router, by their names. */
  putNode(n: number, annotations?: Readonly<Record<string, string>>, more?: NodeMore): void;
  /** Starts the agent of node number `n`. */
  start(n: number, flags?: readonly string[]): Program;
  /** Learned routes in the kernel of node number `n`, `10.48.2.0/24 via 192.168.1.12`, sorted. */
  learned(n: number): Promise<readonly string[]>;
  /** The namespace of node number `n`, or of the routers. */
  namespace(of: number | 'tor'): string;
  /** With `inKernel`, routes that FRR learns are in the kernel of its namespace. */
  frr(lines: readonly string[], as?: number, options?: { readonly inKernel?: boolean }): Promise<Daemon>;
  bird(config: string): Promise<Daemon>;
}

interface NodeMore {
  readonly address?: string;
  readonly unschedulable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

export const frrAddress = '192.168.1.254';
export const birdAddress = '192.168.1.253';

export async function fabric(t: Test, nodes: number): Promise<Fabric> {
  const id = randomBytes(3).toString('hex');
  const folder = tempDir(t);
  const manifests = join(folder, 'manifests');
  mkdirSync(manifests);
  const space = (name: string): string => `fa-${id}-${name}`;
  const numbers = Array.from({ length: nodes }, (_, i) => i + 1);
  for (const name of ['tor', ...numbers.map(String)]) {
    await netns.createNamespace(space(name));
    t.teardown(() => netns.deleteNamespace(space(name)));
  }
  const addresses = [frrAddress, birdAddress].map((address) => `${address}/24`);
  await netns.bridge({ namespace: space('tor'), name: 'br', addresses });
  for (const n of numbers) {
    await netns.vethPair(
      { namespace: space(String(n)), name: 'eth0', addresses: [`192.168.1.${10 + n}/24`] },
      { namespace: space('tor'), name: `to-${n}`, bridge: 'br' },
    );
  }
  const fileOf = ({ kind, metadata }: RawSample): string =>
    join(manifests, `${kind.toLowerCase()}-${metadata.name}.json`);
  const put = (object: RawSample): void => writeFileSync(fileOf(object), JSON.stringify(object));
  const options = { namespace: space('tor') };
  return {
    put,
    remove: (object) => rmSync(fileOf(object)),
    putNode(
      n,
      annotations = {},
      { address = `192.168.1.${10 + n}`, unschedulable = false, labels = {} } = {},
    ) {
      const sample = sampleNode(n);
      const named = Object.entries(annotations).map(
        ([key, value]) => [`kube-router.io/${key}`, value] as const,
      );
      put({
        ...sample,
        metadata: { ...sample.metadata, labels, annotations: Object.fromEntries(named) },
        spec: { ...(sample.spec as object), unschedulable },
        status: { addresses: [{ type: 'InternalIP', address }] },
      });
    },
    start(n, flags = []) {
      const own = [
        `--hostname-override=node-${n}`,
        `--manifests=${manifests}`,
        `--socket=${join(folder, `node-${n}.sock`)}`,
        `--data-dir=${join(folder, `data-${n}`)}`,
        '--enable-cni=false',
      ];
      const argv = [...program, ...own, ...flags];
      return watch(t, netns.spawn(space(String(n)), argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
    },
    async learned(n) {
      const argv = ['ip', '-o', 'route', 'show', 'proto', '17'];
      const { stdout } = await netns.exec(space(String(n)), argv);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.replace(/ dev .*/, ''))
        .sort();
    },
    namespace: (of) => space(String(of)),
    async frr(lines, as = 64640, { inKernel = false } = {}) {
      const zebra = inKernel ? { zebra: await startZebra(t, '', options) } : {};
      const head = [
        'debug bgp neighbor-events',
        `router bgp ${as}`,
        `bgp router-id ${frrAddress}`,
        'no bgp ebgp-requires-policy',
        'no bgp network import-check',
      ];
      return startFrr(t, [...head, ...lines, ''].join('\n'), {
        ...options,
        ...zebra,
        address: frrAddress,
        port: 179,
      });
    },
    bird: (config) =>
      startBird(t, `router id ${birdAddress};\ndebug protocols { states, events };\n${config}`, options),
  };
}

/** Paths that FRR has for a prefix, by the node that told them. */
export async function frrPaths(frr: Daemon, prefix: string): Promise<ReadonlyMap<string, FrrPath>> {
  const text = await frr.query(`show bgp ipv4 unicast ${prefix} json`);
  const { paths = [] } = JSON.parse(text) as { readonly paths?: readonly RawFrrPath[] };
  return new Map(
    paths.flatMap((path) => {
      const from = path.peer?.peerId ?? '';
      const found: FrrPath = {
        from,
        asPath: (path.aspath?.segments ?? []).flatMap(({ list }) => list),
        nextHop: path.nexthops?.[0]?.ip ?? '',
        ...(path.metric === undefined ? {} : { med: path.metric }),
        communities: path.community?.list ?? [],
        ...(path.originatorId === undefined ? {} : { originatorId: path.originatorId }),
        clusterList: path.clusterList?.list ?? [],
      };
      return from === '' ? [] : [[from, found] as const];
    }),
  );
}

interface RawFrrPath {
  readonly peer?: { readonly peerId: string };
  readonly aspath?: { readonly segments?: readonly { readonly list: readonly number[] }[] };
  readonly nexthops?: readonly { readonly ip: string }[];
  readonly metric?: number;
  readonly community?: { readonly list: readonly string[] };
  readonly originatorId?: string;
  readonly clusterList?: { readonly list: readonly string[] };
}

/** How often FRR's session with each neighbor has come up. */
export async function timesEstablished(frr: Daemon, neighbor: string): Promise<number> {
  const text = await frr.query(`show bgp neighbors ${neighbor} json`);
  const all = JSON.parse(text) as Readonly<Record<string, { readonly connectionsEstablished?: number }>>;
  return all[neighbor]?.connectionsEstablished ?? 0;
}
