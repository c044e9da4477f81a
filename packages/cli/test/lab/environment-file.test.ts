import t from 'tap';
import { environmentFile, parseEnvironmentFile, splitOptions } from '../../src/lab/environment-file.js';
import { labPlan } from '../../src/lab/plan.js';

const paths = { manifests: '/m', cniConfFile: '/c.conflist', socket: '/s.sock' };

t.test('the environment file reads back as the options that were meant', (t) => {
  const plan = labPlan('x', 'dual-stack-two-sessions');
  const [node] = plan.nodes;
  if (node === undefined) throw new Error('no node');
  const variables = parseEnvironmentFile(environmentFile(plan, node, paths));
  t.equal(variables.KUBE_ROUTER_CNI_CONF_FILE, '/c.conflist');
  const options = splitOptions(variables.KUBE_ROUTER_OPTS ?? '');
  t.ok(options.every((option) => option.startsWith('--')));
  t.ok(options.includes('--cluster-cidr=10.48.0.0/12'));
  t.ok(options.includes('--peer-router-ips=192.168.1.254,fd00:192:168:1::254'));
  t.ok(options.includes('--peer-router-asns=64513,64513'));
  t.end();
});

t.test('an environment file is read as systemd reads it', (t) => {
  const text = [
    '# comment',
    '; comment',
    'A=plain words',
    'B="two \\',
    'lines"',
    "C='it''s'",
    'D="a \\"b\\""',
  ];
  t.same(parseEnvironmentFile(text.join('\n')), {
    A: 'plain words',
    B: 'two lines',
    C: "'it''s'",
    D: 'a "b"',
  });
  t.end();
});
