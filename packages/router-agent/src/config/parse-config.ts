import { readCommandLine } from './command-line.js';
import type { ClusterSourceConfig, Config, Origins, SettingName } from './config.js';
import type { FilePorts } from './config-file.js';
import { readExternalPeers, readPasswords } from './external-peers.js';
import { type FlagLayers, readFlagLayers } from './flag-layers.js';
import { type FlagName, type FlagValues, flagNames, flagRow } from './flags.js';
import { type Origin, outranks } from './origin.js';
import { overlayEncaps } from './overlay-encap.js';

/** What the configuration needs to know of the machine. */
export interface ConfigFacts extends FilePorts {
  readonly hostName: string;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

const DEFAULT_ASN = 64512;
const CNI_VARIABLE = 'KUBE_ROUTER_CNI_CONF_FILE';
const DEFAULT_CNI_FILE = '/etc/cni/net.d/10-kuberouter.conf';

/** `help` or `version` when the command line asks for one of them, whatever else is on it. */
export function requestedText(argv: readonly string[]): 'help' | 'version' | null {
  const { values } = readCommandLine(argv);
  if (values.help) return 'help';
  return values.version ? 'version' : null;
}

/** Reads flags, environment and files into a validated configuration, or into all that is wrong with them at once. */
export function parseConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  facts: ConfigFacts,
): ParsedConfig {
  const layers = readFlagLayers(argv, env, facts);
  const { values, given, file } = layers;
  const errors = [...layers.errors];
  const warnings = [...layers.warnings];
  const nodeName = readNodeName(layers, facts, errors);
  const cniConfFile = readCniFile(layers, errors);
  const source = readSource(values, given, errors);
  const passwords = readPasswords(values, given, facts.readTextFile, errors, warnings);
  const externalPeers = readExternalPeers(values, passwords, errors);
  checkTwice(layers, errors);
  checkRestart(layers, errors);
  checkClusterRanges(values['service-cluster-ip-range'], errors);
  if (values.plan && values['cleanup-config']) {
    errors.push(
      '--plan and --cleanup-config ask for two things; give --cleanup-config --dry-run to see what that would remove',
    );
  }
  if (values['peer-router-multihop-ttl'] === 1) {
    warnings.push(
      '--peer-router-multihop-ttl=1 is what a session on a common subnet has anyway; it takes 2 or more to reach further',
    );
  }
  if (errors.length > 0) return { ok: false, errors };
  const socket = values.socket || `/run/peerage/${nodeName}.sock`;
  const config: Config = {
    nodeName,
    source,
    runRouter: values['run-router'],
    runFirewall: values['run-firewall'],
    runServiceProxy: values['run-service-proxy'],
    enableCni: values['enable-cni'],
    cniConfFile,
    createCniFile: values['create-cni-file'],
    hairpinMode: values['hairpin-mode'],
    enablePodEgress: values['enable-pod-egress'],
    clusterCidrs:
      values['cluster-cidr'] === '' ? [] : values['cluster-cidr'].split(',').map((part) => part.trim()),
    disableSourceDestCheck: values['disable-source-dest-check'],
    enableOverlay: values['enable-overlay'],
    overlayType: values['overlay-type'] === 'full' ? 'full' : 'subnet',
    overlayEncap: overlayEncaps.find((encap) => encap === values['overlay-encap']) ?? 'ipip',
    overlayEncapPort: values['overlay-encap-port'],
    wireguardKeyLifetime: values['wireguard-key-lifetime'] / 1000,
    autoMtu: values['auto-mtu'],
    enableIbgp: values['enable-ibgp'],
    nodesFullMesh: values['nodes-full-mesh'],
    clusterAsn: values['cluster-asn'] || DEFAULT_ASN,
    routerId: values['router-id'] || null,
    bgpPort: values['bgp-port'],
    bgpHoldTime: Math.floor(values['bgp-holdtime'] / 1000),
    gracefulRestart: values['bgp-graceful-restart']
      ? {
          time: Math.ceil(values['bgp-graceful-restart-time'] / 1000),
          deferralTime: Math.ceil(values['bgp-graceful-restart-deferral-time'] / 1000),
        }
      : null,
    restartMark: `${socket.replace(/\.sock$/, '')}.restart`,
    externalPeers,
    peerRouterMultihopTtl: values['peer-router-multihop-ttl'],
    overrideNextHop: values['override-nexthop'],
    advertiseClusterIp: values['advertise-cluster-ip'],
    advertiseExternalIp: values['advertise-external-ip'],
    advertiseLoadBalancerIp: values['advertise-loadbalancer-ip'],
    advertisePodCidr: values['advertise-pod-cidr'],
    drainCordoned: values['drain-cordoned'],
    drainOnStop: values['drain-on-stop'],
    drainDelay: values['drain-delay'] / 1000,
    ignoreExcludeLabel: values['ignore-exclude-label'],
    enableIpv4: values['enable-ipv4'],
    enableIpv6: values['enable-ipv6'],
    serviceClusterIpRanges: values['service-cluster-ip-range'],
    serviceExternalIpRanges: values['service-external-ip-range'],
    loadBalancerIpRanges: values['loadbalancer-ip-range'],
    strictExternalIpValidation: values['strict-external-ip-validation'],
    routesSyncPeriod: values['routes-sync-period'] / 1000,
    injectedRoutesSyncPeriod: values['injected-routes-sync-period'] / 1000,
    healthAddress: values['health-addr'],
    healthPort: values['health-port'],
    metricsAddress: values['metrics-addr'],
    metricsPort: values['metrics-port'],
    metricsPath: values['metrics-path'],
    dataDirectory: values['data-dir'],
    socket,
    task: taskOf(values),
    json: values.json,
    verbosity: Number(values.v || '0'),
    values,
    file,
    origins: originsOf(layers, nodeName),
    unimplementedFlags: unimplementedFlags(values, given),
  };
  return { ok: true, config: Object.freeze(config), warnings };
}

function taskOf(values: FlagValues): Config['task'] {
  if (values['cleanup-config']) return values['dry-run'] ? 'cleanup-dry-run' : 'cleanup';
  return values.plan ? 'plan' : 'run';
}

/** RFC 1123 names, which is what Kubernetes allows as names of nodes; so the name is safe in paths and logs too. */
const NODE_NAME = /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/;

/** By flag, then by environment, then by the file; else the machine's own. */
function readNodeName(
  { values, origins, variables }: FlagLayers,
  facts: ConfigFacts,
  errors: string[],
): string {
  const variable = variables.get('NODE_NAME');
  const flag = values['hostname-override'];
  const byVariable = variable !== undefined && (flag === '' || isWeaker(origins.get('hostname-override')));
  const [name, from] = byVariable
    ? [variable.value, variable.place]
    : flag !== ''
      ? [flag, placed('hostname-override', origins)]
      : [facts.hostName.toLowerCase(), "the machine's host name"];
  if (!NODE_NAME.test(name)) {
    const wayOut =
      byVariable || flag === ''
        ? 'name the Node object with --hostname-override=NAME'
        : 'give the name of the Node object';
    errors.push(
      `${from} must be the name of a node (lower-case letters, digits, - and .), got ${JSON.stringify(name)}; ${wayOut}`,
    );
  }
  return name;
}

/** Whether the environment holds against it. */
function isWeaker(origin: Origin | undefined): boolean {
  return origin === undefined || outranks('environment', origin.kind);
}

/** A flag with its place, when that is a file. */
function placed(name: FlagName, origins: FlagLayers['origins']): string {
  const origin = origins.get(name);
  return origin === undefined || origin.kind === 'flag' ? `--${name}` : `${origin.place}: --${name}`;
}

function readCniFile({ variables }: FlagLayers, errors: string[]): string {
  const { value: path, place } = variables.get(CNI_VARIABLE) ?? { value: DEFAULT_CNI_FILE, place: '' };
  if (!path.startsWith('/')) {
    const wayOut = /^["']/.test(path) ? 'remove the quotes, which nothing has removed' : 'write it from / on';
    const from = place.startsWith(CNI_VARIABLE) ? place : `${place}: ${CNI_VARIABLE}`;
    errors.push(`${from} must be the path of a file, got ${JSON.stringify(path)}; ${wayOut}`);
  }
  return path;
}

/** A router that flags and the file name is told here; what annotations name is known later. */
function checkTwice({ values, file, origins }: FlagLayers, errors: string[]): void {
  for (const { address, place } of file.neighbors) {
    if (values['peer-router-ips'].includes(address)) {
      const other = placed('peer-router-ips', origins);
      errors.push(`${place}: ${address} is in ${other} too; a router is one peer, remove one`);
    }
  }
}

/** Whether an agent can restart gracefully is a matter of all its sessions: it has to mark its own life. */
function checkRestart({ values, file }: FlagLayers, errors: string[]): void {
  if (values['bgp-graceful-restart']) return;
  const sessions = [file.mesh, file.external, ...file.neighbors];
  if (sessions.every(({ settings }) => settings.gracefulRestart === undefined)) return;
  errors.push(
    `${file.path}: gracefulRestart of a session says how, and --bgp-graceful-restart, which is off, says whether; add bgp-graceful-restart: true to flags`,
  );
}

/** Where everything comes from that has not its default. */
function originsOf({ origins, variables }: FlagLayers, nodeName: string): Origins {
  const found: Partial<Record<SettingName, Origin>> = Object.fromEntries(origins);
  const cni = variables.get(CNI_VARIABLE);
  if (cni !== undefined) found['cni-conf-file'] = { kind: 'environment', place: cni.place };
  const node = variables.get('NODE_NAME');
  if (node !== undefined && node.value === nodeName && isWeaker(origins.get('hostname-override')))
    found['hostname-override'] = { kind: 'environment', place: node.place };
  return Object.freeze(found);
}

function readSource(values: FlagValues, given: ReadonlySet<FlagName>, errors: string[]): ClusterSourceConfig {
  const api = (['kubeconfig', 'master'] as const).filter((name) => values[name] !== '');
  if (given.has('manifests') && values.manifests === '') {
    errors.push(
      '--manifests must name a folder, got ""; write --manifests=/etc/peerage/cluster, or leave it out to read the Kubernetes API',
    );
  }
  if (values.manifests === '') {
    return { kind: 'kubernetes', kubeconfig: values.kubeconfig || null, master: values.master || null };
  }
  if (api.length > 0) {
    const others = api.map((name) => `--${name}=${values[name]}`).join(' and ');
    errors.push(
      `--manifests=${values.manifests} and ${others} name two sources of the cluster; keep --manifests for a folder, or the other for the Kubernetes API`,
    );
  }
  return { kind: 'manifests', directory: values.manifests };
}

function checkClusterRanges(ranges: readonly string[], errors: string[]): void {
  const perFamily = [
    ranges.filter((range) => !range.includes(':')),
    ranges.filter((range) => range.includes(':')),
  ];
  if (perFamily.some((family) => family.length > 1)) {
    errors.push(`--service-cluster-ip-range must have at most one range per family, got ${ranges.join(',')}`);
  }
}

/** Flags that stand for "do nothing" when they are off, so that their value is honoured although the rest is not there. */
function asksForNothing(name: FlagName, values: FlagValues): boolean {
  return values[name] === false || (name === 'gobgp-admin-port' && values[name] === 0);
}

function unimplementedFlags(values: FlagValues, given: ReadonlySet<FlagName>): readonly string[] {
  return flagNames
    .filter((name) => flagRow(name)?.implemented === false && !asksForNothing(name, values))
    .filter((name) => given.has(name) || name === 'run-firewall' || name === 'run-service-proxy')
    .map((name) => `--${name}`);
}
