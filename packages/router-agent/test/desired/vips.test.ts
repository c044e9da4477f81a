import t from 'tap';
import { ownNode } from '../../src/desired/own-node.js';
import { VipDecider } from '../../src/desired/vips.js';
import type { EndpointSlice, Service } from '../../src/model/cluster.js';
import { configOf } from '../config-of.js';
import { node, service, slice, snapshot } from './samples.js';

const all = ['--advertise-cluster-ip', '--advertise-external-ip', '--advertise-loadbalancer-ip'];
const cluster = '10.64.0.1/32';
const external = '1.1.1.1/32';
const balanced = '10.0.255.1/32';
const here = [slice([{ on: 'n1' }])];
const elsewhere = [slice([{ on: 'n2' }])];

interface Case {
  readonly title: string;
  readonly flags?: readonly string[];
  readonly service?: Partial<Service>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly slices?: readonly EndpointSlice[];
  /** What node n1 announces. */
  readonly announces: readonly string[];
  /** Part of the reason for one of the others. */
  readonly because?: RegExp;
}

const cases: readonly Case[] = [
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
    because: /annotation service.advertise.clusterip=false/,
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
    flags: all,
    slices: [slice([{ is: 'starting' }])],
    announces: [],
    because: /no IPv4 endpoint anywhere/,
  },
  {
    title: 'endpoints that end but still serve count when none is ready',
    flags: all,
    slices: [slice([{ is: 'ending' }])],
    announces: [cluster, external, balanced],
  },
  { title: 'an endpoint that serves no more', flags: all, slices: [slice([{ is: 'gone' }])], announces: [] },
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
];

const own = (flags: readonly string[]) => {
  const result = ownNode(snapshot({ nodes: [node('n1', ['192.168.1.11'])] }), configOf('n1', flags));
  if (result.own === null) throw new Error(result.reason);
  return result.own;
};

for (const {
  title,
  flags = [],
  service: more,
  annotations = {},
  slices = here,
  announces,
  because,
} of cases) {
  t.test(`service addresses: ${title}`, async (t) => {
    const named = Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`kube-router.io/${name}`, value]),
    );
    const state = snapshot({ services: [service({ annotations: named, ...more })], slices });
    const { rows } = new VipDecider(configOf('n1', flags)).decide(state, own(flags));
    t.same(
      rows.filter((row) => row.advertised).map((row) => row.prefix),
      announces,
    );
    if (because !== undefined) {
      const reasons = rows.filter((row) => !row.advertised).map((row) => row.reason);
      t.ok(
        reasons.some((reason) => because.test(reason)),
        `one of: ${reasons.join(' | ')}`,
      );
    }
  });
}

t.test('a service that is wrong is told and does not touch the others', async (t) => {
  const bad = service({
    name: 'bad',
    externalIps: ['1.1.1.256'],
    annotations: { 'kube-router.io/service.advertise.clusterip': 'maybe' },
  });
  const state = snapshot({ services: [bad, service()], slices: here });
  const { rows, problems } = new VipDecider(configOf('n1', all)).decide(state, own(all));
  t.same(rows.filter((row) => row.subject === 'default/web' && row.advertised).length, 3);
  t.match(
    problems.filter((problem) => problem.place === 'services/default/bad'),
    [{ message: /"maybe" is neither true nor false/ }, { message: /"1.1.1.256" is not an IP address/ }],
  );
});

t.test('addresses that are announced unchecked cause one line for each kind, with the flag', async (t) => {
  const { problems } = new VipDecider(configOf('n1', all)).decide(
    snapshot({ services: [service(), service({ name: 'b' })], slices: here }),
    own(all),
  );
  t.same(
    problems.map((problem) => problem.place),
    ['--service-external-ip-range', '--loadbalancer-ip-range'],
  );
});

t.test('what was decided for a service is kept while its objects are the same', async (t) => {
  const decider = new VipDecider(configOf('n1', all));
  const [web, other] = [service(), service({ name: 'other' })];
  const node = own(all);
  const first = decider.decide(snapshot({ services: [web, other], slices: here }), node);
  const second = decider.decide(snapshot({ services: [web, { ...other }], slices: here }), node);
  t.same(second, first);
  const of = (rows: typeof first.rows, subject: string) => rows.find((row) => row.subject === subject);
  t.equal(of(second.rows, 'default/web'), of(first.rows, 'default/web'), 'the same object');
  t.not(of(second.rows, 'default/other'), of(first.rows, 'default/other'), 'decided anew');
  const third = decider.decide(snapshot({ services: [web, other], slices: [] }), node);
  t.same(
    third,
    new VipDecider(configOf('n1', all)).decide(snapshot({ services: [web, other], slices: [] }), node),
  );
});
