import t from 'tap';
import { configRows } from '../../src/config/config-rows.js';
import { flagNames } from '../../src/config/flags.js';
import { good, ofFile } from './parts.js';

const file = `flags: { bgp-holdtime: 30s }
mesh:
  passwordFile: mesh.password
  holdTime: 9
`;
const secrets = { '/etc/peerage/mesh.password': 'correct horse' };
const peers = ['--peer-router-ips=192.0.2.1', '--peer-router-asns=64513', '--peer-router-passwords=czNjcmV0'];
const machine = { files: secrets, env: { NODE_NAME: 'n1', KUBE_ROUTER_CNI_CONF_FILE: '/c.conflist' } };

t.test('each setting is shown with what it comes from, and no secret is', async (t) => {
  const annotations = [
    { name: 'kube-router.io/node.asn', value: '64600', isSecret: false },
    { name: 'kube-router.io/peers', value: 'password: battery', isSecret: true },
  ];
  const rows = configRows(good(ofFile(file, peers, machine)), annotations);
  const row = (setting: string) => rows.find((each) => each.setting === setting);
  t.match(row('--bgp-holdtime'), { value: '30s', origin: 'file', place: '/etc/peerage/agent.yaml:1' });
  t.match(row('--peer-router-ips'), { value: '192.0.2.1', origin: 'flag', place: '--peer-router-ips' });
  t.match(row('--peer-router-passwords'), { value: '(not shown)', origin: 'flag' });
  t.match(row('--health-port'), { value: '20244', origin: 'default', place: '' });
  t.match(row('--hostname-override'), {
    value: 'n1',
    origin: 'environment',
    place: 'NODE_NAME in the environment',
  });
  t.match(row('KUBE_ROUTER_CNI_CONF_FILE'), { value: '/c.conflist', origin: 'environment' });
  t.match(row('kube-router.io/node.asn'), { value: '64600', origin: 'annotation', place: 'nodes/n1' });
  t.match(row('kube-router.io/peers'), { value: '(not shown)' });
  t.match(row('mesh.holdTime'), { value: '9', origin: 'file', place: '/etc/peerage/agent.yaml:4' });
  t.match(row('mesh.passwordFile'), { value: 'mesh.password' });
  t.notMatch(JSON.stringify(rows), /correct horse|battery|s3cret|czNjcmV0/);
  const shown = new Set(rows.map(({ setting }) => setting));
  t.same(
    flagNames.filter((name) => !shown.has(`--${name}`)),
    ['cleanup-config', 'dry-run', 'help', 'json', 'plan', 'version'],
  );
});
