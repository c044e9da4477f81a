import type { LabPlan, NodePlan } from './plan.js';

/** Where one agent keeps what is its own. */
export interface AgentPaths {
  readonly manifests: string;
  readonly cniConfFile: string;
  readonly socket: string;
}

/**
 * The environment file of a node's unit, as operators write it: the option block of the deployment guide with its
 * peer options, in `KUBE_ROUTER_OPTS`.
 */
export function environmentFile(plan: LabPlan, node: NodePlan, paths: AgentPaths): string {
  const peers =
    plan.mode === 'dual-stack-two-sessions' ? plan.router.addresses : plan.router.addresses.slice(0, 1);
  const options = [
    '--run-router=true',
    '--run-firewall=true',
    '--run-service-proxy=true',
    '--advertise-cluster-ip=true',
    '--advertise-external-ip=true',
    '--advertise-loadbalancer-ip=true',
    '--advertise-pod-cidr=true',
    `--cluster-asn=${plan.clusterAs}`,
    '--metrics-path=/metrics',
    '--metrics-port=20241',
    '--enable-cni=true',
    '--enable-ibgp=true',
    '--enable-overlay=true',
    '--hairpin-mode=true',
    '--nodeport-bindon-all-ip=true',
    '--enable-pod-egress=true',
    '--cluster-cidr=10.48.0.0/12',
    `--hostname-override=${node.name}`,
    '--v=2',
    '--nodes-full-mesh=true',
    `--peer-router-ips=${peers.join(',')}`,
    `--peer-router-asns=${peers.map(() => plan.router.as).join(',')}`,
    `--bgp-holdtime=${plan.holdSeconds}s`,
    ...(plan.mode === 'ipv4' ? [] : ['--enable-ipv6=true']),
    `--manifests=${paths.manifests}`,
    `--socket=${paths.socket}`,
  ];
  return [
    `KUBE_ROUTER_OPTS="${options.join(' \\\n')}"`,
    `KUBE_ROUTER_CNI_CONF_FILE="${paths.cniConfFile}"`,
    '',
  ].join('\n');
}

/**
 * Reads an environment file as systemd does for `EnvironmentFile=`: `NAME=value` lines, `#` and `;` comments, a value
 * in double or single quotes, a backslash at the end of a line to go on.
 */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (match === null) continue;
    const value = (match[2] ?? '').trim();
    const quoted = /^"((?:[^"\\]|\\.)*)"$|^'([^']*)'$/.exec(value);
    const inner = quoted === null ? value : (quoted[1]?.replace(/\\(.)/g, '$1') ?? quoted[2] ?? '');
    variables[match[1] as string] = inner;
  }
  return variables;
}

/** `$KUBE_ROUTER_OPTS` on an `ExecStart=` line: split at white space. */
export function splitOptions(value: string): readonly string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}
