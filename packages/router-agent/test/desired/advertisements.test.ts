import t from 'tap';
import { desiredAdvertisements } from '../../src/desired/advertisements.js';
import { ownNode } from '../../src/desired/own-node.js';
import type { Service } from '../../src/model/cluster.js';
import { configOf } from '../config-of.js';
import { node, type SnapshotParts, service, slice, snapshot } from './samples.js';

function advertised(parts: SnapshotParts, flags: readonly string[] = []) {
  const state = snapshot({ nodes: [node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'] })], ...parts });
  const config = configOf('n1', flags);
  const result = ownNode(state, config);
  if (result.own === null) throw new Error(result.reason);
  return desiredAdvertisements(state, result.own, config);
}

t.test('an address that two services have is announced while one of them wants it', async (t) => {
  const shared = { externalIps: ['1.1.1.1'], clusterIps: ['10.64.0.1'], type: 'ClusterIP' } as const;
  const wants = service({
    ...shared,
    annotations: { 'kube-router.io/service.advertise.externalip': 'true' },
  });
  const not = service({
    ...shared,
    name: 'other',
    annotations: { 'kube-router.io/service.advertise.externalip': 'false' },
  });
  const slices = [slice([{}])];
  t.match(advertised({ services: [not, wants], slices }).items, [
    { prefix: '10.48.1.0/24' },
    { prefix: '1.1.1.1/32', owner: 'vip' },
  ]);
  t.same(advertised({ services: [not], slices }).items, [{ prefix: '10.48.1.0/24', owner: 'pod-cidr' }]);
});

t.test('service addresses wait until the endpoints were listed, pod ranges do not', async (t) => {
  const parts = { services: [service()], slices: [] };
  const flags = ['--advertise-cluster-ip'];
  const waiting = advertised({ ...parts, listed: ['Node', 'Service'] }, flags);
  t.same(
    waiting.items.map((item) => item.prefix),
    ['10.48.1.0/24'],
  );
  const refused = advertised({ ...parts, listed: ['Node', 'Service'], degraded: ['EndpointSlice'] }, flags);
  t.same(
    refused.items.map((item) => item.prefix),
    ['10.48.1.0/24', '10.64.0.1/32'],
  );
});

t.test(
  'pod ranges: the annotation wins, a bad one is told, one of a family without address is not announced',
  async (t) => {
    const annotations = { 'kube-router.io/pod-cidrs': '10.99.0.0/24, 10.300.0.0/16,fd00:48::/64' };
    const { rows, problems } = advertised({
      nodes: [node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'], annotations })],
    });
    t.match(rows, [
      { prefix: '10.99.0.0/24', advertised: true, subject: 'n1' },
      { prefix: 'fd00:48::/64', advertised: false, reason: /no ipv6 address/ },
    ]);
    t.match(problems, [{ place: 'nodes/n1', message: /"10.300.0.0\/16" is not an address range/ }]);
  },
);

t.test('a node without a pod range is told', async (t) => {
  const { items, problems } = advertised({ nodes: [node('n1', ['192.168.1.11'])] });
  t.same(items, []);
  t.match(problems, [{ message: /no pod range/ }]);
});

t.test(
  'of two services with one address the first by name says how it is announced, and the other is told',
  async (t) => {
    const how = (name: string, communities: string) =>
      service({
        name,
        clusterIps: ['10.64.0.9'],
        externalIps: [],
        type: 'ClusterIP',
        annotations: { 'peerage.io/communities': communities },
      });
    const of = (services: readonly Service[]) =>
      advertised({ services, slices: services.map(({ name }) => slice([{}], { service: name })) }, [
        '--advertise-cluster-ip',
      ]);
    const found = of([how('web', '64512:2'), how('api', '64512:1')]);
    t.match(found.items.at(-1), { prefix: '10.64.0.9/32', attributes: { communities: ['64512:1'] } });
    t.match(
      found.problems.filter(({ place }) => place.startsWith('services/')),
      [
        {
          place: 'services/default/web',
          message: /other attributes .* than service default\/api, which holds/,
        },
      ],
    );
    t.same(
      of([how('web', '64512:1'), how('api', '64512:1')]).problems.filter(({ place }) =>
        place.startsWith('services/'),
      ),
      [],
    );
  },
);

t.test('the deprecated pod range counts where the other annotation is not', async (t) => {
  const of = (annotations: Readonly<Record<string, string>>) =>
    advertised({ nodes: [node('n1', ['192.168.1.11'], { podCidrs: ['10.48.1.0/24'], annotations })] });
  t.match(of({ 'kube-router.io/pod-cidr': '10.50.0.0/24' }).items, [{ prefix: '10.50.0.0/24' }]);
  const both = of({ 'kube-router.io/pod-cidr': '10.50.0.0/24', 'kube-router.io/pod-cidrs': '10.51.0.0/24' });
  t.match(both.items, [{ prefix: '10.51.0.0/24' }]);
  t.match(both.problems, [{ message: /pod-cidr has no effect beside kube-router.io\/pod-cidrs; remove it/ }]);
});
