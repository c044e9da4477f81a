import { readCommandLine } from './command-line.js';
import type { ClusterSourceConfig, Config, ExternalPeer } from './config.js';
import { emptyFileConfig } from './file-config.js';
import { base64Password, listOf } from './flag-type.js';
import { type FlagName, type FlagValues, flagNames, flagRow } from './flags.js';
import { overlayEncaps } from './overlay-encap.js';

/** What the configuration needs to know of the machine. */
export interface ConfigFacts {
  readonly hostName: string;
  /** Reads a text file; throws what the file system throws. Used for `--peer-router-passwords-file` only. */
  readonly readTextFile: (path: string) => string;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly errors: readonly string[] };

const DEFAULT_ASN = 64512;
const DEFAULT_CNI_FILE = '/etc/cni/net.d/10-kuberouter.conf';

/** `help` or `version` when the command line asks for one of them, whatever else is on it. */
export function requestedText(argv: readonly string[]): 'help' | 'version' | null {
  const { values } = readCommandLine(argv);
  if (values.help) return 'help';
  return values.version ? 'version' : null;
}

/** Reads flags and environment into a validated configuration, or into all that is wrong with them at once. */
export function parseConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  facts: ConfigFacts,
): ParsedConfig {
  const { values, given, errors: lineErrors } = readCommandLine(argv);
  const errors = [...lineErrors];
  const warnings: string[] = [];
  const nodeName = readNodeName(values, env, facts, errors);
  const cniConfFile = readCniFile(env, errors);
  const source = readSource(values, given, errors);
  const passwords = readPasswords(values, given, facts, errors, warnings);
  const externalPeers = readPeers(values, passwords, errors);
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
    file: emptyFileConfig,
    origins: {},
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

function readNodeName(
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
  facts: ConfigFacts,
  errors: string[],
): string {
  const [name, from] = values['hostname-override']
    ? [values['hostname-override'], '--hostname-override']
    : env.NODE_NAME
      ? [env.NODE_NAME, 'NODE_NAME in the environment']
      : [facts.hostName.toLowerCase(), "the machine's host name"];
  if (!NODE_NAME.test(name)) {
    const wayOut = from.startsWith('--')
      ? 'give the name of the Node object'
      : 'name the Node object with --hostname-override=NAME';
    errors.push(
      `${from} must be the name of a node (lower-case letters, digits, - and .), got ${JSON.stringify(name)}; ${wayOut}`,
    );
  }
  return name;
}

function readCniFile(env: Readonly<Record<string, string | undefined>>, errors: string[]): string {
  const path = env.KUBE_ROUTER_CNI_CONF_FILE || DEFAULT_CNI_FILE;
  if (!path.startsWith('/')) {
    const wayOut = /^["']/.test(path) ? 'remove the quotes, which nothing has removed' : 'write it from / on';
    errors.push(
      `KUBE_ROUTER_CNI_CONF_FILE in the environment must be the path of a file, got ${JSON.stringify(path)}; ${wayOut}`,
    );
  }
  return path;
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

function readPasswords(
  values: FlagValues,
  given: ReadonlySet<FlagName>,
  facts: ConfigFacts,
  errors: string[],
  warnings: string[],
): readonly string[] {
  const file = values['peer-router-passwords-file'];
  if (file === '') return values['peer-router-passwords'];
  if (given.has('peer-router-passwords')) {
    warnings.push(
      `--peer-router-passwords-file=${file} is not read, because --peer-router-passwords is given; remove one of them`,
    );
    return values['peer-router-passwords'];
  }
  const place = `--peer-router-passwords-file=${file}`;
  let content: string;
  try {
    content = facts.readTextFile(file);
  } catch (error) {
    errors.push(
      `${place} cannot be read (${error instanceof Error ? error.message : String(error)}); give a file that the agent may read`,
    );
    return [];
  }
  const lines = content.replace(/\n$/, '').split('\n');
  if (lines.length !== 1) {
    errors.push(`${place} must have one line with comma-separated passwords, got ${lines.length} lines`);
    return [];
  }
  const parsed = listOf('strings', base64Password).parse(lines[0]!.trim());
  if (parsed.ok) return parsed.value;
  errors.push(`${place} must hold ${parsed.must}`);
  return [];
}

function readPeers(
  values: FlagValues,
  passwords: readonly string[],
  errors: string[],
): readonly ExternalPeer[] {
  const addresses = values['peer-router-ips'];
  const asns = values['peer-router-asns'];
  const ports = values['peer-router-ports'];
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined)
    errors.push(`--peer-router-ips has ${twice} twice; a router is one peer, remove one`);
  const lists = [
    ['--peer-router-asns', asns.length, true],
    ['--peer-router-ports', ports.length, false],
    ['--peer-router-passwords', passwords.length, false],
  ] as const;
  for (const [name, length, required] of lists) {
    if (length === addresses.length || (length === 0 && !required)) continue;
    errors.push(
      `${name} must have one item for each of the ${addresses.length} addresses of --peer-router-ips` +
        `${addresses.length > 0 ? ` (${addresses.join(',')})` : ''}, got ${length}; ` +
        `${name === '--peer-router-passwords' ? 'an empty item means no password' : 'the lists go by position'}`,
    );
  }
  return addresses.map((address, index) => {
    const password = passwords[index];
    const port = ports[index];
    return Object.freeze({
      address,
      as: asns[index] ?? 0,
      ...(port === undefined ? {} : { port }),
      ...(password ? { password } : {}),
    });
  });
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
