import type { Service } from '../../src/model/cluster.js';
import { slice } from '../desired/samples.js';
import { all, balanced, cluster, elsewhere, external, type VipCase } from './vip-case.js';

/**
 * The decision about one service: the cases of kube-router's ecmp_vip_test.go (Test_getVIPsForService and those of its filters),
 * and those of readiness that it does not have.
 */
export const vipCases: readonly VipCase[] = [
  ...originalMatrix(),
  { title: 'all flags: every address', flags: all, announces: [cluster, external, balanced] },
  { title: 'no flag: none', announces: [], because: /--advertise-cluster-ip=false/ },
  { title: 'only --advertise-cluster-ip', flags: ['--advertise-cluster-ip'], announces: [cluster] },
  { title: 'only --advertise-external-ip', flags: ['--advertise-external-ip'], announces: [external] },
  {
    title: 'only --advertise-loadbalancer-ip',
    flags: ['--advertise-loadbalancer-ip'],
    announces: [balanced],
  },
  {
    title: 'annotations switch on what flags do not',
    annotations: {
      'service.advertise.clusterip': 'true',
      'service.advertise.externalip': 'T',
      'service.advertise.loadbalancerip': '1',
    },
    announces: [cluster, external, balanced],
  },
  {
    title: 'annotations switch off what flags do',
    flags: all,
    annotations: {
      'service.advertise.clusterip': 'false',
      'service.advertise.externalip': 'F',
      'service.advertise.loadbalancerip': '0',
    },
    announces: [],
    because: /annotation kube-router.io\/service.advertise.clusterip=false/,
  },
  {
    title: 'an annotation that is no boolean counts as false',
    flags: all,
    annotations: { 'service.advertise.clusterip': 'yes' },
    announces: [external, balanced],
  },
  {
    title: 'externalTrafficPolicy Local with an endpoint here',
    flags: all,
    service: { externalTrafficPolicy: 'Local' },
    announces: [cluster, external, balanced],
  },
  {
    title: 'externalTrafficPolicy Local without an endpoint here keeps the cluster IP',
    flags: all,
    service: { externalTrafficPolicy: 'Local' },
    slices: elsewhere,
    announces: [cluster],
    because: /externalTrafficPolicy is Local/,
  },
  {
    title: 'internalTrafficPolicy Local without an endpoint here keeps the others',
    flags: all,
    service: { internalTrafficPolicy: 'Local' },
    slices: elsewhere,
    announces: [external, balanced],
    because: /internalTrafficPolicy is Local/,
  },
  {
    title: 'service.local=true without an endpoint here',
    flags: all,
    annotations: { 'service.local': 'true' },
    slices: elsewhere,
    announces: [cluster],
    because: /annotation service.local/,
  },
  {
    title: 'service.local=true with an endpoint here',
    flags: all,
    annotations: { 'service.local': 'true' },
    announces: [cluster, external, balanced],
  },
  {
    title: 'service.local with another value says nothing',
    flags: all,
    annotations: { 'service.local': 'false' },
    slices: elsewhere,
    announces: [cluster, external, balanced],
  },
  {
    title: 'an endpoint without a node name is here when it has an address of this node',
    flags: all,
    service: { externalTrafficPolicy: 'Local' },
    slices: [slice([{ on: null, address: '192.168.1.11' }])],
    announces: [cluster, external, balanced],
  },
  {
    title: 'a load balancer with ipMode Proxy',
    flags: all,
    service: { loadBalancerIngress: [{ ip: '10.0.255.1', ipMode: 'Proxy' }] },
    announces: [cluster, external],
    because: /ipMode is Proxy/,
  },
  {
    title: 'service.skiplbips',
    flags: all,
    annotations: { 'service.skiplbips': '' },
    announces: [cluster, external],
    because: /skiplbips/,
  },
  {
    title: 'load-balancer addresses of a service of another type',
    flags: all,
    service: { type: 'ClusterIP' },
    announces: [cluster, external],
  },
  { title: 'a headless service', flags: all, service: { clusterIps: [] }, announces: [] },
  { title: 'an ExternalName service', flags: all, service: { type: 'ExternalName' }, announces: [] },
  {
    title: 'an endpoint that is not ready',
    defect: 'D20',
    flags: all,
    slices: [slice([{ is: 'starting' }])],
    announces: [],
    because: /no IPv4 endpoint anywhere/,
  },
  {
    title: 'endpoints that end but still serve count when none is ready',
    defect: 'D20',
    flags: all,
    slices: [slice([{ is: 'ending' }])],
    announces: [cluster, external, balanced],
  },
  {
    title: 'an endpoint that serves no more',
    defect: 'D20',
    flags: all,
    slices: [slice([{ is: 'gone' }])],
    announces: [],
  },
  {
    title: 'Local policy: an endpoint here that is not ready does not count, a ready one elsewhere neither',
    flags: all,
    service: { externalTrafficPolicy: 'Local' },
    slices: [slice([{ on: 'n1', is: 'starting' }, { on: 'n2' }])],
    announces: [cluster],
  },
  {
    title: 'Local policy: an endpoint here that ends still draws traffic while none here is ready',
    flags: all,
    service: { externalTrafficPolicy: 'Local' },
    slices: [slice([{ on: 'n1', is: 'ending' }, { on: 'n2' }])],
    announces: [cluster, external, balanced],
  },
  {
    title: 'a service without any slice is announced under Cluster policy',
    defect: 'D2',
    flags: all,
    slices: [],
    announces: [cluster, external, balanced],
  },
  {
    title: 'a service without any slice is not announced under Local policy',
    flags: all,
    slices: [],
    service: { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' },
    announces: [],
  },
  {
    title: 'a service whose slices are empty',
    defect: 'D20',
    flags: all,
    slices: [slice([])],
    announces: [],
    because: /no IPv4 endpoint anywhere/,
  },
  {
    title: 'an address of a family that this node does not have',
    flags: all,
    service: { clusterIps: ['10.64.0.1', 'fd00::1'] },
    announces: [cluster, external, balanced],
    because: /no IPv6 address/,
  },
  {
    title: 'an external range that holds the address',
    flags: [...all, '--service-external-ip-range=1.1.1.0/24'],
    announces: [cluster, external, balanced],
  },
  {
    title: 'an external range that does not',
    flags: [...all, '--service-external-ip-range=2.2.2.0/24'],
    announces: [cluster, balanced],
    because: /outside --service-external-ip-range/,
  },
  {
    title: 'a load-balancer range that does not',
    flags: [...all, '--loadbalancer-ip-range=10.1.0.0/16'],
    announces: [cluster, external],
    because: /outside --loadbalancer-ip-range/,
  },
  {
    title: 'ranges do not matter without strict validation',
    flags: [...all, '--service-external-ip-range=2.2.2.0/24', '--strict-external-ip-validation=false'],
    announces: [cluster, external, balanced],
  },
  {
    title: 'an external address inside the cluster range',
    flags: [...all, '--service-external-ip-range=0.0.0.0/0', '--service-cluster-ip-range=1.1.0.0/16'],
    announces: [cluster, balanced],
    because: /inside --service-cluster-ip-range/,
  },
  {
    title: 'no range for load-balancer addresses: accepted, and one line names the flag',
    flags: [...all, '--service-external-ip-range=1.1.1.0/24'],
    announces: [cluster, external, balanced],
    defect: 'the original refuses every address of a kind without a range',
  },
  {
    title: 'several ranges, one of which holds the address',
    flags: [...all, '--service-external-ip-range=2.2.2.0/24,1.1.1.0/24'],
    announces: [cluster, external, balanced],
  },
  {
    title: 'one address of two inside the range',
    flags: [...all, '--service-external-ip-range=1.1.1.0/24'],
    service: { externalIps: ['1.1.1.1', '2.2.2.2'] },
    announces: [cluster, external, balanced],
    because: /outside --service-external-ip-range/,
  },
  {
    title:
      'internalTrafficPolicy Local says nothing about other addresses, externalTrafficPolicy nothing about cluster IPs',
    flags: all,
    service: { internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Cluster' },
    slices: elsewhere,
    announces: [external, balanced],
  },
  {
    title: 'one address of two with ipMode Proxy',
    flags: all,
    service: {
      loadBalancerIngress: [
        { ip: '10.0.255.1', ipMode: 'VIP' },
        { ip: '10.0.255.2', ipMode: 'Proxy' },
      ],
    },
    announces: [cluster, external, balanced],
    because: /ipMode is Proxy/,
  },
  {
    title: 'service.local with an empty value says nothing, and is told',
    flags: all,
    annotations: { 'service.local': '' },
    slices: elsewhere,
    announces: [cluster, external, balanced],
    tells: [/service.local: "" says nothing; write "true"/],
  },
  {
    title: 'an annotation with a wrong name is told',
    flags: all,
    annotations: { 'service.advertise.cluster-ip': 'false' },
    announces: [cluster, external, balanced],
    tells: [/advertise.cluster-ip is not known .*did you mean kube-router.io\/service.advertise.clusterip/],
  },
  {
    title: 'annotations of the service proxy are passed over',
    flags: all,
    annotations: { 'service.scheduler': 'rr', 'service.hairpin': '', 'service.dsr': 'tunnel' },
    announces: [cluster, external, balanced],
    tells: [],
  },
];

/** Four services by three flags, and by annotations against them, as in the original. */
function originalMatrix(): readonly VipCase[] {
  const types = {
    ClusterIP: [cluster],
    'ClusterIP with an external IP': [cluster, external],
    'NodePort with an external IP': [cluster, external],
    LoadBalancer: [cluster, external, balanced],
  };
  const words = {
    'service.advertise.clusterip': [cluster],
    'service.advertise.externalip': [external],
    'service.advertise.loadbalancerip': [balanced],
  };
  const annotations = (value: string) => Object.fromEntries(Object.keys(words).map((name) => [name, value]));
  return Object.entries(types).flatMap(([type, has]): VipCase[] => {
    const service: Partial<Service> = {
      type: type.split(' ')[0] as Service['type'],
      externalIps: has.includes(external) ? ['1.1.1.1'] : [],
    };
    const only = (wanted: string) => has.filter((prefix) => prefix === wanted);
    return [
      { title: `${type}: all flags`, service, flags: all, announces: has },
      { title: `${type}: no flag`, service, announces: [] },
      { title: `${type}: cluster IPs`, service, flags: all.slice(0, 1), announces: only(cluster) },
      { title: `${type}: external IPs`, service, flags: all.slice(1, 2), announces: only(external) },
      { title: `${type}: load-balancer IPs`, service, flags: all.slice(2), announces: only(balanced) },
      { title: `${type}: opted in`, service, annotations: annotations('true'), announces: has },
      {
        title: `${type}: opted in, but for load-balancer IPs`,
        service,
        annotations: { ...annotations('true'), 'service.skiplbips': 'true' },
        announces: has.filter((prefix) => prefix !== balanced),
      },
      { title: `${type}: opted out`, service, flags: all, annotations: annotations('false'), announces: [] },
    ];
  });
}
