import t from 'tap';
import { desiredEgress } from '../../src/desired/egress.js';
import { ownNode } from '../../src/desired/own-node.js';
import type { Node } from '../../src/model/cluster.js';
import { configOf } from '../config-of.js';
import { node, snapshot } from './samples.js';

function egress(nodes: readonly Node[], flags: readonly string[] = []) {
  const config = configOf('n1', flags);
  const cluster = snapshot({ nodes });
  const { own } = ownNode(cluster, config);
  if (own === null) throw new Error('n1 is not in the cluster');
  return desiredEgress(cluster, own, config);
}

t.test('what pods send to neither pods nor nodes gets the address of the node', async (t) => {
  const table = egress([
    node('n2', ['192.168.1.12', '198.51.100.2'], { podCidrs: ['10.48.2.0/24'] }),
    node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] }),
  ]);
  t.strictSame(table, {
    name: 'peerage_egress',
    body: [
      'set pods_ipv4 {',
      '  type ipv4_addr; flags interval; auto-merge',
      '  elements = { 10.48.1.0/24, 10.48.2.0/24 }',
      '}',
      'set inside_ipv4 {',
      '  type ipv4_addr; flags interval; auto-merge',
      '  elements = { 10.48.1.0/24, 10.48.2.0/24, 192.168.1.11, 192.168.1.12, 198.51.100.2 }',
      '}',
      'chain postrouting {',
      '  type nat hook postrouting priority srcnat; policy accept;',
      '  ip saddr @pods_ipv4 ip daddr != @inside_ipv4 masquerade fully-random',
      '}',
    ].join('\n'),
  });
});

t.test('the order of nodes is no change', async (t) => {
  const one = node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] });
  const two = node('n2', ['192.168.1.12'], { podCidrs: ['10.48.2.0/24'] });
  t.strictSame(egress([one, two]), egress([two, one]));
});

t.test('both families of a dual-stack node, each with its own sets', async (t) => {
  const { body } =
    egress([
      node('n1', ['192.168.1.11', '2001:db8::11'], { podCidrs: ['10.48.1.0/24', '2001:db8:48:1::/64'] }),
    ]) ?? {};
  t.match(body, /ip6 saddr @pods_ipv6 ip6 daddr != @inside_ipv6 masquerade/);
  t.match(body, 'elements = { 2001:db8:48:1::/64, 2001:db8::11 }');
});

t.test('--cluster-cidr adds to what is inside', async (t) => {
  const nodes = [node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] })];
  const { body } = egress(nodes, ['--cluster-cidr=10.48.0.0/12, 2001:db8::/48']) ?? {};
  t.match(body, 'elements = { 10.48.1.0/24, 192.168.1.11, 10.48.0.0/12 }');
});

t.test(
  'so does the range of services, for packets that nobody has given another destination yet',
  async (t) => {
    const nodes = [node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] })];
    const { body } = egress(nodes, ['--service-cluster-ip-range=10.64.0.0/16,fd64::/108']) ?? {};
    t.match(body, 'elements = { 10.48.1.0/24, 192.168.1.11, 10.64.0.0/16 }');
  },
);

t.test('nothing is rewritten when it is off, or while no pod has an address', async (t) => {
  t.equal(
    egress([node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] })], ['--enable-pod-egress=false']),
    null,
  );
  t.equal(egress([node('n1', ['192.168.1.11'])]), null);
});
