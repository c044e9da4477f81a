import type { SpeakerPorts } from '@peerage/bgp';
import type { NetlinkEvent } from '@peerage/linux';
import type { SourceDestCheck } from './cloud/source-dest-check.js';
import type { LoadModule } from './controllers/host.js';
import type { HostChange } from './controllers/host-changes.js';
import type { OverlayDrivers } from './controllers/overlay.js';
import type { KeyStore } from './controllers/wireguard-key.js';
import type { Underlay } from './desired/overlay.js';
import type { InterfaceResolver } from './fib/fib.js';
import type { RouteKernel } from './fib/route-kernel.js';
import type { CniFileItem } from './items/cni-file.js';
import type { ForwardAcceptItem, ForwardAccepts } from './items/forward-accept.js';
import type { Driver } from './items/item.js';
import type { LeftoverItem } from './items/leftover.js';
import type { LinkItem } from './items/link.js';
import type { NftTableItem } from './items/nft-table.js';
import type { SysctlItem } from './items/sysctl.js';
import type { Log } from './observe/log.js';
import type { ProcessFigures } from './observe/metric.js';
import type { Sinks } from './open-sinks.js';
import type { ClusterSource } from './sources/cluster-source.js';
import type { MachineTime } from './state/machine-time.js';

/** What the agent needs of its node's kernel. */
export interface AgentKernel {
  readonly routes: RouteKernel;
  readonly links: Driver<LinkItem>;
  readonly sysctls: Driver<SysctlItem>;
  readonly loadModule: LoadModule;
  readonly forward: Driver<ForwardAcceptItem> & ForwardAccepts;
  readonly nftTables: Driver<NftTableItem>;
  /** What kube-router had for the same. */
  readonly leftovers: { readonly egress: Driver<LeftoverItem>; readonly forward: Driver<LeftoverItem> };
  /** Finds the interface of a neighbour, by what `refresh` read last. */
  readonly interfaces: InterfaceResolver & Underlay & { refresh(): Promise<void> };
  readonly overlay: OverlayDrivers;
  /** Changes that others make to what is not learned. Returns how to stop. */
  watchHost(changed: (change: HostChange) => void): () => void;
  /** Changes that others make. */
  subscribe(listener: (event: NetlinkEvent) => void): () => void;
}

/** All effects of an agent. */
export interface AgentPorts extends Sinks {
  readonly source: ClusterSource;
  readonly kernel: AgentKernel;
  readonly cniFile: Driver<CniFileItem>;
  readonly wireguardKeys: KeyStore;
  /** The cloud that this node is in, opened at need. */
  readonly sourceDestCheck: () => Promise<SourceDestCheck>;
  /** Sockets, clock and randomness, for the speaker and for the agent's own timers. */
  readonly speaker: SpeakerPorts;
  /** Now, for what the next life of the agent has to compare with. */
  machineTime(): Promise<MachineTime>;
  readonly log: Log;
  /** The own process as it stands. */
  process(): ProcessFigures;
}
