import { bothLater, newerLater } from './flag-row.js';
import { bool, cidr, duration, listOf, text } from './flag-type.js';

const syncPeriod = duration('1s', '24h');
const ipvsTimeout = duration('0s', '8760h');

function isPortRange(given: string): boolean {
  const [, low = '0', high = '0'] = /^(\d{1,5})[-:](\d{1,5})$/.exec(given) ?? [];
  return Number(low) > 0 && Number(low) < Number(high) && Number(high) <= 65535;
}

/** Flags about the service proxy, NetworkPolicies and the load-balancer allocator. */
export const proxyFlags = {
  'excluded-cidrs': newerLater(
    'proxy',
    listOf('strings', cidr),
    [],
    'Ranges whose IPVS services belong to others.',
  ),
  'hairpin-mode': bothLater('proxy', bool, false, 'Let every pod reach itself through its services.'),
  'iptables-sync-period': bothLater(
    'policies',
    syncPeriod,
    300_000,
    'How often NetworkPolicies are compared with what should be.',
  ),
  'ipvs-graceful-period': bothLater(
    'proxy',
    duration('0s', '24h'),
    30_000,
    'Longest wait before a terminating endpoint is removed.',
  ),
  'ipvs-graceful-termination': bothLater('proxy', bool, false, 'Drain endpoints that terminate.'),
  'ipvs-permit-all': newerLater(
    'proxy',
    bool,
    true,
    'Close the ports of service addresses that no service has.',
  ),
  'ipvs-sync-period': bothLater(
    'proxy',
    syncPeriod,
    300_000,
    'How often services are compared with what should be.',
  ),
  'loadbalancer-default-class': newerLater(
    'load-balancer',
    bool,
    true,
    'Serve services without a class too.',
  ),
  'loadbalancer-sync-period': newerLater(
    'load-balancer',
    syncPeriod,
    60_000,
    'How often addresses are compared with what should be.',
  ),
  'masquerade-all': bothLater('proxy', bool, false, 'Masquerade all traffic to services.'),
  'netpol-default-deny': newerLater(
    'policies',
    bool,
    false,
    'Reject traffic of pods whose rules are not in place yet.',
  ),
  'nodeport-bindon-all-ip': bothLater('proxy', bool, false, 'Serve node ports on all addresses of the node.'),
  'runtime-endpoint': newerLater(
    'proxy',
    text('unix:///run/containerd/containerd.sock', 'a path as unix://…', (given) =>
      given.startsWith('unix://'),
    ),
    '',
    'Socket of the container runtime, for direct server return.',
  ),
  'service-node-port-range': newerLater(
    'policies',
    text('30000-32767', 'two ports as LOW-HIGH, 1–65535', isPortRange),
    '30000-32767',
    'Range of node ports.',
  ),
  'service-tcp-timeout': newerLater(
    'proxy',
    ipvsTimeout,
    0,
    "IPVS time-out of TCP connections; 0: the kernel's.",
  ),
  'service-tcpfin-timeout': newerLater(
    'proxy',
    ipvsTimeout,
    0,
    "IPVS time-out after a FIN; 0: the kernel's.",
  ),
  'service-udp-timeout': newerLater('proxy', ipvsTimeout, 0, "IPVS time-out of UDP; 0: the kernel's."),
  'use-nftables-for-netpol': newerLater(
    'policies',
    bool,
    false,
    "The original's nftables back end for NetworkPolicies.",
  ),
};
