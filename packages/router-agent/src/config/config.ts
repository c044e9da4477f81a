import type { FileConfig } from './file-config.js';
import type { FlagName, FlagValues } from './flags.js';
import type { Origin } from './origin.js';
import type { OverlayEncap } from './overlay-encap.js';

/** One external router of this node, from `--peer-router-*`. */
export interface ExternalPeer {
  readonly address: string;
  readonly as: number;
  /** Absent: that of the file, or 179. */
  readonly port?: number;
  /** Decoded from Base64; absent = none. Never logged. */
  readonly password?: string;
}

/** Where cluster facts are read from; exactly one. */
export type ClusterSourceConfig =
  | { readonly kind: 'manifests'; readonly directory: string }
  | { readonly kind: 'kubernetes'; readonly kubeconfig: string | null; readonly master: string | null };

/** Settings that are no flags: they come from the environment only. */
export type EnvironmentName = 'cni-conf-file';

export type SettingName = FlagName | EnvironmentName;

export type Origins = { readonly [name in SettingName]?: Origin };

/**
 * What the agent was told, after flags and environment were read and validated once. Durations are in seconds, unless
 * the name says otherwise. Names follow the flags.
 */
export interface Config {
  readonly nodeName: string;
  readonly source: ClusterSourceConfig;
  readonly runRouter: boolean;
  readonly runFirewall: boolean;
  readonly runServiceProxy: boolean;
  readonly enableCni: boolean;
  readonly cniConfFile: string;
  /** Make that file where there is none. */
  readonly createCniFile: boolean;
  /** Pods may reach themselves. */
  readonly hairpinMode: boolean;
  /** Masquerade what pods send out of the cluster. */
  readonly enablePodEgress: boolean;
  /** Ranges that are inside the cluster beside those of pods and nodes; packets of pods to them keep their source. */
  readonly clusterCidrs: readonly string[];
  /** Switch off the source/destination check of the node's machine, where its cloud has one. */
  readonly disableSourceDestCheck: boolean;
  /** Links to the nodes of other subnets, or to all. */
  readonly enableOverlay: boolean;
  readonly overlayType: 'subnet' | 'full';
  readonly overlayEncap: OverlayEncap;
  /** UDP port of `fou`, `vxlan` and `wireguard`. */
  readonly overlayEncapPort: number;
  /** Age at which a key is replaced; 0: never. */
  readonly wireguardKeyLifetime: number;
  /** Give pods the greatest MTU that they can use. */
  readonly autoMtu: boolean;
  readonly enableIbgp: boolean;
  readonly nodesFullMesh: boolean;
  /** Own AS; 64512 by default. */
  readonly clusterAsn: number;
  /** Dotted quad, `generate`, or null for the primary IPv4 address. */
  readonly routerId: string | null;
  readonly bgpPort: number;
  readonly bgpHoldTime: number;
  /** Let peers keep our routes while the agent restarts (RFC 4724), and keep theirs; null = off. */
  readonly gracefulRestart: {
    /** How long, at most. */
    readonly time: number;
    /** Longest wait for the peers' routes after a restart. */
    readonly deferralTime: number;
  } | null;
  /** Says when this node's agent was last alive. */
  readonly restartMark: string;
  readonly externalPeers: readonly ExternalPeer[];
  /** 0 = not multihop. */
  readonly peerRouterMultihopTtl: number;
  readonly overrideNextHop: boolean;
  readonly advertiseClusterIp: boolean;
  readonly advertiseExternalIp: boolean;
  readonly advertiseLoadBalancerIp: boolean;
  readonly advertisePodCidr: boolean;
  /** Take service addresses away from this node while it is cordoned. */
  readonly drainCordoned: boolean;
  /** The same before the agent ends. */
  readonly drainOnStop: boolean;
  /** How long they are announced with GRACEFUL_SHUTDOWN before they are withdrawn. */
  readonly drainDelay: number;
  /** Announce external and load-balancer IPs on nodes with the label that is to keep these from them. */
  readonly ignoreExcludeLabel: boolean;
  readonly enableIpv4: boolean;
  readonly enableIpv6: boolean;
  /** Ranges that were configured; empty = none (then everything of that kind is accepted, with one warning). */
  readonly serviceClusterIpRanges: readonly string[];
  readonly serviceExternalIpRanges: readonly string[];
  readonly loadBalancerIpRanges: readonly string[];
  readonly strictExternalIpValidation: boolean;
  readonly routesSyncPeriod: number;
  readonly injectedRoutesSyncPeriod: number;
  readonly healthAddress: string;
  /** 0 = off. */
  readonly healthPort: number;
  readonly metricsAddress: string;
  readonly metricsPort: number;
  readonly metricsPath: string;
  /** Folder for what is kept over restarts and reboots. */
  readonly dataDirectory: string;
  /** Control socket. */
  readonly socket: string;
  /** What to do: be the node's agent, say how the host differs, or remove what agents put there. */
  readonly task: 'run' | 'plan' | 'cleanup' | 'cleanup-dry-run';
  /** Say what that comes to as JSON. */
  readonly json: boolean;
  readonly verbosity: number;
  /** Each flag as it holds. Some are secret. */
  readonly values: FlagValues;
  /** What `--config` says beside flags. */
  readonly file: FileConfig;
  /** Where each setting comes from that does not have its default; `originOf` answers for all. */
  readonly origins: Origins;
  /** Flags that were given and have no effect yet, for the line at start and the metric. */
  readonly unimplementedFlags: readonly string[];
}
