import t from 'tap';
import type { FlagType } from '../../src/config/flag-type.js';
import { flagNames, flagRow } from '../../src/config/flags.js';

/** As v2.11 documents them, with `cluster-cidr` of v0.3.1. */
const ORIGINAL =
  `advertise-cluster-ip advertise-external-ip advertise-loadbalancer-ip advertise-pod-cidr auto-mtu
bfd-desired-min-tx-interval bfd-required-min-rx-interval bfd-detection-multiplier bfd-port bgp-graceful-restart
bgp-graceful-restart-deferral-time bgp-graceful-restart-time bgp-holdtime bgp-port cache-sync-timeout cleanup-config
cluster-asn disable-source-dest-check enable-bfd enable-cni enable-ibgp enable-ipv4 enable-ipv6 enable-overlay
enable-pod-egress enable-pprof excluded-cidrs gobgp-admin-address gobgp-admin-port hairpin-mode health-addr health-port
help hostname-override injected-routes-sync-period iptables-sync-period ipvs-graceful-termination ipvs-graceful-period
ipvs-permit-all ipvs-sync-period kubeconfig loadbalancer-default-class loadbalancer-ip-range loadbalancer-sync-period
masquerade-all master metrics-port metrics-path metrics-addr netpol-default-deny nodeport-bindon-all-ip nodes-full-mesh
overlay-encap overlay-encap-port overlay-type override-nexthop peer-router-asns peer-router-ips peer-router-multihop-ttl
peer-router-passwords peer-router-passwords-file peer-router-ports router-id routes-sync-period run-firewall
run-loadbalancer run-router run-service-proxy runtime-endpoint service-cluster-ip-range service-external-ip-range
service-node-port-range service-tcp-timeout service-tcpfin-timeout service-udp-timeout strict-external-ip-validation
use-nftables-for-netpol v version cluster-cidr`.split(/\s+/);

const OWN = `config create-cni-file data-dir drain-cordoned drain-delay drain-on-stop dry-run flags-file
ignore-exclude-label json manifests plan socket wireguard-key-lifetime`.split(/\s+/);

t.test("the table holds every flag of both versions of the original, and Peerage's own", async (t) => {
  t.same(flagNames, [...ORIGINAL, ...OWN].sort());
});

t.test('every default and every example is a value that its own type accepts', async (t) => {
  for (const name of flagNames) {
    const row = flagRow(name);
    const type = row?.type as FlagType<unknown>;
    t.match(type.parse(type.format(row?.default)), { ok: true, value: row?.default }, `default of --${name}`);
    t.match(type.parse(type.example), { ok: true }, `example of --${name}`);
  }
});

t.test('one letter stands for one flag', async (t) => {
  const letters = flagNames.flatMap((name) => flagRow(name)?.short ?? []);
  t.same(letters.sort(), ['V', 'h', 'v']);
});
