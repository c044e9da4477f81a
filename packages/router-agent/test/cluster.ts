import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BgpSpeaker, Clock } from '@peerage/bgp';
import { systemClock } from '@peerage/bgp/node';
import { FakeNetwork, seededRandom } from '@peerage/bgp/testing';
import { Agent } from '../src/agent.js';
import { CniFileDriver } from '../src/drivers/cni-file/cni-file-driver.js';
import { formatIp } from '../src/items/ip.js';
import type { WireguardPeerItem } from '../src/items/wireguard.js';
import { processFigures } from '../src/process-figures.js';
import type { AnnotationSink } from '../src/sinks/annotation-sink.js';
import { ManifestAnnotations } from '../src/sinks/manifest-annotations.js';
import type { ClusterSource } from '../src/sources/cluster-source.js';
import { manifestsSource } from '../src/sources/manifests/manifests-source.js';
import type { SourcePorts } from '../src/sources/source-ports.js';
import { WireguardKeys } from '../src/state/wireguard-keys.js';
import { fakeAgentKernel } from '../src/testing/fake-agent-kernel.js';
import { FakeKernel } from '../src/testing/fake-kernel.js';
import { configOf } from './config-of.js';

const cniTemplate = JSON.stringify({
  cniVersion: '0.3.0',
  name: 'mynet',
  plugins: [{ type: 'bridge', bridge: 'kube-bridge', ipam: { type: 'host-local' } }],
});

/** One agent of a small cluster in this process, with a kernel and a place on the network of its own. */
export interface TestAgent {
  readonly agent: Agent;
  readonly kernel: FakeKernel;
  readonly events: { readonly level: string; readonly event: string; readonly fields: object }[];
  /** Events of Kubernetes about the node. */
  readonly told: readonly string[];
  /** The speaker; throws while there is none. */
  speaker(): BgpSpeaker;
  /** Learned routes in the kernel, `10.48.2.0/24 via 192.168.1.12`, sorted. */
  learned(): readonly string[];
  /** Names of the links that the route to a range names; empty where it names none. */
  routeTo(destination: string): string;
  wireguardPeers(): Promise<readonly WireguardPeerItem[]>;
  /** The state of the session with that peer. */
  session(address: string): string | undefined;
}

/** A folder of manifests, a network in memory, and the agents on it. */
export class TestCluster {
  readonly directory: string;
  readonly #folder: string;
  /** Milliseconds by which the wall clock is wrong. */
  wallError = 0;
  readonly clock: Clock = { ...systemClock(), wallTime: () => Date.now() + this.wallError };
  readonly network = new FakeNetwork(this.clock);
  readonly #agents: Agent[] = [];
  /** What the agents read, in the order of their start. */
  readonly sources: ClusterSource[] = [];
  readonly #newSource: (ports: SourcePorts) => ClusterSource;
  readonly #newAnnotations: () => AnnotationSink;

  /** `newSource` is what the agents read, when it is not this cluster's own folder. */
  constructor(
    directory: string,
    newSource?: (ports: SourcePorts) => ClusterSource,
    newAnnotations: () => AnnotationSink = () => new ManifestAnnotations(),
  ) {
    this.#newAnnotations = newAnnotations;
    this.#folder = directory;
    this.directory = join(directory, 'manifests');
    mkdirSync(this.directory);
    const quick = { settleMilliseconds: 10, pollMilliseconds: 200 };
    this.#newSource = newSource ?? ((ports) => manifestsSource(this.directory, ports, quick));
  }

  /** Writes, or writes anew, an object of the cluster. */
  put(object: { readonly kind: string; readonly metadata: { readonly name: string } }): void {
    writeFileSync(this.#file(object.kind, object.metadata.name), JSON.stringify(object));
  }

  remove(kind: string, name: string): void {
    rmSync(this.#file(kind, name));
  }

  /** Starts the agent of node `name` with addresses `own`. `kernel`: what an earlier life left. */
  async start(
    name: string,
    own: readonly string[],
    flags: readonly string[] = [],
    kernel = new FakeKernel(),
  ): Promise<TestAgent> {
    const events: TestAgent['events'][number][] = [];
    const told: string[] = [];
    const [first = '', ...others] = own.map((address) => address.split('/')[0] ?? '');
    if (kernel.list(4).length + kernel.list(6).length === 0) kernel.addLink('eth0', own);
    const ports = { clock: this.clock, random: seededRandom(first.length), log: { log: () => {} } };
    const sockets = this.network.hostAt(first) ?? this.network.host(first, ...others);
    const source = this.#newSource(ports);
    this.sources.push(source);
    const agentKernel = fakeAgentKernel(kernel);
    const agent = new Agent(
      configOf(name, flags),
      {
        source,
        kernel: agentKernel,
        cniFile: new CniFileDriver(this.#cniFile(name)),
        annotations: this.#newAnnotations(),
        events: {
          send: async (_node, { type, reason, message }) => void told.push(`${type} ${reason}: ${message}`),
        },
        sourceDestCheck: () => Promise.reject(new Error('the tests are in no cloud')),
        wireguardKeys: new WireguardKeys(this.dataDir(name)),
        speaker: { ...ports, sockets },
        machineTime: async () => ({ boot: 'test', milliseconds: Math.round(this.clock.now()) }),
        log: { log: (level, event, fields) => events.push({ level, event, fields }) },
        process: processFigures,
      },
      { version: 'test' },
    );
    this.#agents.push(agent);
    writeFileSync(this.#cniFile(name), cniTemplate);
    await agent.start();
    const speaker = (): BgpSpeaker => {
      if (agent.speaker === null) throw new Error(`${name} has no speaker yet`);
      return agent.speaker;
    };
    return {
      agent,
      kernel,
      events,
      told,
      speaker,
      learned: () =>
        [...kernel.list(4), ...kernel.list(6)]
          .filter((route) => route.protocol === 17)
          .map((route) => {
            const to = `${formatIp(route.destination)}/${route.prefixLength}`;
            const via = route.nextHops.map((hop) => formatIp(hop.gateway ?? new Uint8Array(4)));
            return `${to} via ${via.sort().join(', ')}`;
          })
          .sort(),
      routeTo: (destination) =>
        kernel
          .list(4)
          .filter((route) => `${formatIp(route.destination)}/${route.prefixLength}` === destination)
          .flatMap(({ nextHops }) =>
            nextHops.map(({ interfaceIndex = 0 }) => kernel.linkName(interfaceIndex) ?? ''),
          )
          .join(),
      wireguardPeers: () => agentKernel.overlay.wireguardPeers.read(new AbortController().signal),
      session: (address) => agent.speaker?.peer(address)?.state,
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop('the test is over', 200)));
  }

  /** The CNI file of a node, as it is now. */
  cniFile(name: string): unknown {
    return JSON.parse(readFileSync(this.#cniFile(name), 'utf8'));
  }

  /** `--data-dir` of a node. */
  dataDir(name: string): string {
    return join(this.#folder, `${name}-data`);
  }

  #cniFile(name: string): string {
    return join(this.#folder, `${name}.conflist`);
  }

  #file(kind: string, name: string): string {
    return join(this.directory, `${kind.toLowerCase()}-${name}.json`);
  }
}
