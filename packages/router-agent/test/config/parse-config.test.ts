import t from 'tap';
import type { Config } from '../../src/config/config.js';
import { type ConfigFacts, parseConfig, requestedText } from '../../src/config/parse-config.js';

const facts: ConfigFacts = {
  hostName: 'Host-1',
  checkFile: () => [],
  readTextFile(path) {
    if (path === '/two-lines') return 'czNjcmV0\nczNjcmV0\n';
    if (path === '/passwords') return 'czNjcmV0,\n';
    throw new Error(`ENOENT: no such file or directory, open '${path}'`);
  },
};

const GUIDE = [
  '--run-router=true',
  '--run-firewall=true',
  '--run-service-proxy=true',
  '--advertise-cluster-ip=true',
  '--advertise-external-ip=true',
  '--advertise-loadbalancer-ip=true',
  '--advertise-pod-cidr=true',
  '--cluster-asn=64512',
  '--metrics-path=/metrics',
  '--metrics-port=20241',
  '--enable-cni=true',
  '--enable-ibgp=true',
  '--enable-overlay=true',
  '--hairpin-mode=true',
  '--nodeport-bindon-all-ip=true',
  '--enable-pod-egress=true',
  '--cluster-cidr=10.48.0.0/12',
  '--hostname-override=k8s-node01',
  '--kubeconfig=/apps/kube-router/conf/kube-router.kubeconfig',
  '--v=2',
];

function good(argv: readonly string[], env: Record<string, string> = {}): Config {
  const parsed = parseConfig(argv, env, facts);
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}

function bad(...argv: string[]): readonly string[] {
  const parsed = parseConfig(argv, {}, facts);
  return parsed.ok ? [] : parsed.errors;
}

t.test("parseConfig reads the deployment guide's option block", async (t) => {
  const config = good(GUIDE, { KUBE_ROUTER_CNI_CONF_FILE: '/etc/cni/net.d/10-kuberouter.conflist' });
  t.match(config, {
    nodeName: 'k8s-node01',
    source: { kind: 'kubernetes', kubeconfig: '/apps/kube-router/conf/kube-router.kubeconfig', master: null },
    cniConfFile: '/etc/cni/net.d/10-kuberouter.conflist',
    advertiseClusterIp: true,
    advertiseExternalIp: true,
    advertiseLoadBalancerIp: true,
    clusterAsn: 64512,
    metricsPort: 20241,
    healthPort: 20244,
    bgpPort: 179,
    bgpHoldTime: 90,
    verbosity: 2,
    socket: '/run/peerage/k8s-node01.sock',
  });
  t.same(config.unimplementedFlags, [
    '--hairpin-mode',
    '--nodeport-bindon-all-ip',
    '--run-firewall',
    '--run-service-proxy',
  ]);
});

t.test(
  'parseConfig names what is missing although it is on by default, and leaves out what is switched off',
  async (t) => {
    t.same(good([]).unimplementedFlags, ['--run-firewall', '--run-service-proxy']);
    t.same(
      good(['--run-firewall=false', '--run-service-proxy=false', '--enable-overlay=false'])
        .unimplementedFlags,
      [],
    );
  },
);

t.test('parseConfig carries periods, addresses of the servers and times of a restart', async (t) => {
  const flags = [
    ...['--routes-sync-period=2m', '--injected-routes-sync-period=30s', '--health-addr=127.0.0.1'],
    ...['--metrics-addr=192.0.2.1', '--bgp-graceful-restart', '--bgp-graceful-restart-time=2m'],
    '--bgp-graceful-restart-deferral-time=5m',
  ];
  t.match(good(flags), {
    routesSyncPeriod: 120,
    injectedRoutesSyncPeriod: 30,
    healthAddress: '127.0.0.1',
    metricsAddress: '192.0.2.1',
    gracefulRestart: { time: 120, deferralTime: 300 },
  });
});

t.test('parseConfig names flags of BFD, GoBGP and profiles as without effect', async (t) => {
  const flags = ['--enable-bfd', '--bfd-port=3784', '--gobgp-admin-port=50051', '--enable-pprof'];
  const { unimplementedFlags } = good([...flags, '--run-firewall=false', '--run-service-proxy=false']);
  t.same(unimplementedFlags, ['--bfd-port', '--enable-bfd', '--enable-pprof', '--gobgp-admin-port']);
});

t.test('parseConfig explains the doubled equals sign of the guide', async (t) => {
  t.same(bad('--nodes-full-mesh==true'), [
    '--nodes-full-mesh==true has the equals sign twice; write --nodes-full-mesh=true',
  ]);
});

t.test('parseConfig joins the peer lists', async (t) => {
  const config = good([
    '--peer-router-ips=192.168.3.12,2001:db8::1',
    '--peer-router-asns=64513',
    '--peer-router-asns',
    '64514',
    '--peer-router-ports=179,1790',
    '--peer-router-passwords=czNjcmV0,',
    '--peer-router-multihop-ttl=4',
    '--bgp-holdtime=9s',
  ]);
  t.same(config.externalPeers, [
    { address: '192.168.3.12', as: 64513, port: 179, password: 's3cret' },
    { address: '2001:db8::1', as: 64514, port: 1790 },
  ]);
  t.equal(config.bgpHoldTime, 9);
  t.equal(config.peerRouterMultihopTtl, 4);
});

t.test('parseConfig refuses peer lists that do not agree', async (t) => {
  t.same(
    bad('--peer-router-ips=192.0.2.1,192.0.2.2', '--peer-router-asns=64513', '--peer-router-ports=1,2,3'),
    [
      '--peer-router-asns must have one item for each of the 2 addresses of --peer-router-ips (192.0.2.1,192.0.2.2), got 1; the lists go by position',
      '--peer-router-ports must have one item for each of the 2 addresses of --peer-router-ips (192.0.2.1,192.0.2.2), got 3; the lists go by position',
    ],
  );
  t.match(bad('--peer-router-asns=64513')[0], /one item for each of the 0 addresses/);
  t.match(
    bad('--peer-router-ips=192.0.2.1,192.0.2.1', '--peer-router-asns=64513,64513')[0],
    /192\.0\.2\.1 twice/,
  );
});

t.test('parseConfig reads passwords from a file, unless the flag is there', async (t) => {
  const peers = ['--peer-router-ips=192.0.2.1,192.0.2.2', '--peer-router-asns=64513,64513'];
  const config = good([...peers, '--peer-router-passwords-file=/passwords']);
  t.equal(config.externalPeers[0]?.password, 's3cret');
  t.equal(config.externalPeers[1]?.password, undefined);
  const both = parseConfig(
    [...peers, '--peer-router-passwords-file=/absent', '--peer-router-passwords=,czNjcmV0'],
    {},
    facts,
  );
  t.equal(both.ok && both.config.externalPeers[1]?.password, 's3cret');
  t.match(both.ok && both.warnings, [/--peer-router-passwords-file=\/absent is not read/]);
  t.match(bad(...peers, '--peer-router-passwords-file=/absent')[0], /cannot be read \(ENOENT/);
  t.match(bad(...peers, '--peer-router-passwords-file=/two-lines')[0], /must have one line .* got 2 lines/);
});

t.test('parseConfig never shows a password', async (t) => {
  const secret = 'S3kr!tPasswort';
  const lines = [
    bad(`--peer-router-passwords=${secret}`),
    bad(`--peer-router-passwords==${secret}`),
    bad('--peer-router-passwords', 'YQ==', secret),
    bad(`-peer-router-passwords=${secret}`),
    bad(`--peer-router-pasword=${secret}`),
    bad('--peer-router-pasword', secret),
    bad(`"--peer-router-passwords=${secret}`),
    bad('--peer-router-passwords', `"${secret}`),
    bad('--peer-router-passwords=YQ==', '--', secret),
  ];
  for (const errors of lines) {
    t.ok(errors.length > 0);
    t.notMatch(errors.join('\n'), secret);
  }
});

t.test('parseConfig names the node by flag, then environment, then machine', async (t) => {
  t.equal(good(['--hostname-override=n1'], { NODE_NAME: 'n2' }).nodeName, 'n1');
  t.equal(good([], { NODE_NAME: 'n2' }).nodeName, 'n2');
  t.equal(good([]).nodeName, 'host-1');
  t.match(
    bad('--hostname-override=../x')[0],
    /--hostname-override must be the name of a node .* got "\.\.\/x"/,
  );
});

t.test('parseConfig takes one source of the cluster', async (t) => {
  t.same(good(['--manifests', '/m']).source, { kind: 'manifests', directory: '/m' });
  t.same(good(['--master=https://192.0.2.1:6443']).source, {
    kind: 'kubernetes',
    kubeconfig: null,
    master: 'https://192.0.2.1:6443',
  });
  t.match(bad('--manifests=/m', '--kubeconfig=/k', '--master=http://m')[0], /two sources of the cluster/);
  t.match(bad('--manifests=')[0], /--manifests must name a folder/);
});

t.test('parseConfig finds each mistake at once', async (t) => {
  const errors = bad('--cluster-asn=100', '--bgp-holdtime=2s', '--nonsense', '--router-id=1.2.3', 'stray');
  t.equal(errors.length, 5);
});

t.test('parseConfig takes one cluster range per family', async (t) => {
  t.same(good(['--service-cluster-ip-range=10.64.0.0/16,fd00::/108']).serviceClusterIpRanges, [
    '10.64.0.0/16',
    'fd00::/108',
  ]);
  t.match(bad('--service-cluster-ip-range=10.0.0.0/16,10.1.0.0/16')[0], /at most one range per family/);
});

t.test('requestedText sees help and version among other flags, not as their values', async (t) => {
  t.equal(requestedText(['--run-router=true', '-h']), 'help');
  t.equal(requestedText(['--nonsense', '--help']), 'help');
  t.equal(requestedText(['-V']), 'version');
  t.equal(requestedText(['--help=false']), null);
  t.equal(requestedText(['--run-router']), null);
});

t.test('parseConfig takes the CNI file from the environment, and refuses one in quotes', async (t) => {
  t.equal(good([]).cniConfFile, '/etc/cni/net.d/10-kuberouter.conf');
  t.equal(good([], { KUBE_ROUTER_CNI_CONF_FILE: '/x/y.conflist' }).cniConfFile, '/x/y.conflist');
  const quoted = parseConfig([], { KUBE_ROUTER_CNI_CONF_FILE: '"/x/y.conflist"' }, facts);
  t.match(!quoted.ok && quoted.errors, [/got "\\"\/x\/y\.conflist\\""; remove the quotes/]);
});
