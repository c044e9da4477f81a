import t from 'tap';
import { good, ofFile, parsed, wrong } from './parts.js';

const flagsFile = '/etc/default/kube-router';
const environment = (options: string, more = '') => ({
  [flagsFile]: `# options of the node agent\nKUBE_ROUTER_OPTS="--run-router=true \\\n${options} \\\n--v=2"\n${more}`,
});
const named = [`--flags-file=${flagsFile}`, '--manifests=/m'];

t.test(
  'of a flag the command line holds, then the flags file, then the file, then the default',
  async (t) => {
    const file = 'flags: { bgp-port: 1179, bgp-holdtime: 30s, cluster-asn: 64601, router-id: 192.0.2.1 }';
    const files = environment('--bgp-holdtime=20s --cluster-asn=64602');
    const config = good(ofFile(file, [`--flags-file=${flagsFile}`, '--cluster-asn=64603'], { files }));
    t.match(config, {
      clusterAsn: 64603,
      bgpHoldTime: 20,
      bgpPort: 1179,
      routerId: '192.0.2.1',
      healthPort: 20244,
    });
    t.match(config.origins, {
      'cluster-asn': { kind: 'flag', place: '--cluster-asn' },
      'bgp-holdtime': { kind: 'flags file', place: `${flagsFile}:3` },
      v: { kind: 'flags file', place: `${flagsFile}:4` },
      'bgp-port': { kind: 'file', place: '/etc/peerage/agent.yaml:1' },
    });
    t.equal(config.origins['health-port'], undefined);
  },
);

t.test('lists of two places are not put together', async (t) => {
  const file = 'flags: { peer-router-ips: [192.0.2.1, 192.0.2.2], peer-router-asns: [64513, 64514] }';
  const flags = ['--peer-router-ips=192.0.2.9', '--peer-router-asns=64519'];
  t.same(good(ofFile(file, flags)).externalPeers, [{ address: '192.0.2.9', as: 64519 }]);
});

t.test('the environment holds against the file, and a flag against the environment', async (t) => {
  const env = { NODE_NAME: 'by-environment' };
  const file = 'flags: { hostname-override: by-file }';
  t.equal(good(ofFile(file)).nodeName, 'by-file');
  const config = good(ofFile(file, [], { env }));
  t.equal(config.nodeName, 'by-environment');
  t.match(config.origins['hostname-override'], {
    kind: 'environment',
    place: 'NODE_NAME in the environment',
  });
  t.equal(good(ofFile(file, ['--hostname-override=by-flag'], { env })).nodeName, 'by-flag');
});

t.test('variables of a flags file count before those of the process, which are of its start', async (t) => {
  const files = environment('--bgp-port=1179', 'NODE_NAME=new\nKUBE_ROUTER_CNI_CONF_FILE="/new.conflist"\n');
  const env = { NODE_NAME: 'old', KUBE_ROUTER_CNI_CONF_FILE: '/old.conflist' };
  const config = good(parsed(named, { files, env }));
  t.match(config, { nodeName: 'new', cniConfFile: '/new.conflist' });
  t.match(config.origins['cni-conf-file'], { kind: 'environment', place: `${flagsFile}:6` });
});

t.test('what a unit put on the command line out of the flags file follows the file', async (t) => {
  const env = { KUBE_ROUTER_OPTS: `--bgp-port=179 --cluster-asn=64600 --flags-file=${flagsFile}` };
  const argv = ['--manifests=/m', ...env.KUBE_ROUTER_OPTS.split(' '), '--v=3'];
  const files = environment('--bgp-port=1179');
  const config = good(parsed(argv, { files, env }));
  t.match(config, { bgpPort: 1179, clusterAsn: 64512, verbosity: 3 });
  const elsewhere = parsed(argv, { files, env: { KUBE_ROUTER_OPTS: '--bgp-port=5' } });
  t.match(good(elsewhere), { bgpPort: 179, clusterAsn: 64600 });
  t.match(elsewhere.ok && elsewhere.warnings, [
    /--bgp-port in \/etc\/default\/kube-router:3 has no effect: the command line has it too/,
  ]);
});

t.test('mistakes in a flags file are told with their lines', async (t) => {
  const files = environment('--bgp-prot=1179 --nodes-full-mesh==true', 'what is this\nNODE_NAME="open\n');
  t.same(wrong(parsed(named, { files })), [
    `${flagsFile}:5: must be a line NAME=value, a comment with #, or empty`,
    `${flagsFile}:6: NODE_NAME opens a quote that no line closes; close it`,
    `${flagsFile}:3: --bgp-prot is not known; did you mean --bgp-port?`,
    `${flagsFile}:3: --nodes-full-mesh==true has the equals sign twice; write --nodes-full-mesh=true`,
  ]);
  t.match(wrong(parsed(['--flags-file=/nowhere', '--manifests=/m'])), [
    /--flags-file=\/nowhere cannot be read/,
  ]);
  const other = environment('--flags-file=/other');
  t.match(wrong(parsed(named, { files: other })), [
    /:3: --flags-file=\/other names another flags file than this one/,
  ]);
});

t.test('a flags file may name the file', async (t) => {
  const files = { ...environment('--config=/c.yaml'), '/c.yaml': 'flags: { bgp-port: 1179 }' };
  const config = good(parsed(named, { files }));
  t.equal(config.bgpPort, 1179);
  t.equal(config.file.path, '/c.yaml');
});
