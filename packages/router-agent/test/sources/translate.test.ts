import t from 'tap';
import { formatPath } from '../../src/sources/raw-object.js';
import { type RawKind, rawKindOf, translate } from '../../src/sources/translate.js';
import { sampleNode, sampleService } from './sample-objects.js';

function issues(kind: RawKind, raw: unknown): readonly string[] {
  const translation = translate(kind, raw);
  return translation.ok
    ? []
    : translation.issues.map(({ path, message }) => `${formatPath(path)} ${message}`);
}

function good(kind: RawKind, raw: unknown) {
  const translation = translate(kind, raw);
  if (!translation.ok) throw new Error(JSON.stringify(translation.issues));
  return translation.object;
}

const meta = { name: 'x', namespace: 'n' };

t.test('rawKindOf knows our kinds in their own groups only', async (t) => {
  t.equal(rawKindOf('v1', 'Service'), 'Service');
  t.equal(rawKindOf('discovery.k8s.io/v1beta1', 'EndpointSlice'), 'EndpointSlice');
  t.equal(rawKindOf('serving.knative.dev/v1', 'Service'), null);
  t.equal(rawKindOf('v1', 'EndpointSlice'), null);
  t.equal(rawKindOf('apps/v1', 'Deployment'), null);
  t.equal(rawKindOf(1, 'Node'), null);
});

t.test('what old servers do not send has the defaults of the API', async (t) => {
  t.match(good('Service', { metadata: meta, spec: { clusterIP: 'None', ports: [{ port: 53 }] } }), {
    key: 'n/x',
    service: {
      type: 'ClusterIP',
      clusterIps: [],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      ports: [{ name: '', protocol: 'TCP', port: 53, targetPort: 53, nodePort: 0 }],
    },
  });
  t.match(good('Service', { metadata: { name: 'x' }, spec: null }), { key: 'default/x' });
  t.match(good('Node', { metadata: { name: 'a' } }), {
    key: 'a',
    node: { addresses: [], podCidrs: [], unschedulable: false, labels: {}, annotations: {} },
  });
  t.match(
    good('EndpointSlice', {
      metadata: meta,
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: {} }],
    }),
    {
      slices: [
        { service: null, endpoints: [{ ready: true, serving: true, terminating: false, nodeName: null }] },
      ],
    },
  );
});

t.test('services of two families, addresses with a mode, and names as target ports are kept', async (t) => {
  const service = {
    metadata: meta,
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.64.0.9',
      clusterIPs: ['10.64.0.9', 'fd00::9'],
      ports: [{ port: 80, targetPort: 'http', nodePort: 30080 }],
    },
    status: {
      loadBalancer: {
        ingress: [{ ip: '198.51.100.1', ipMode: 'Proxy' }, { hostname: 'lb.example' }, { ip: '2001:db8::1' }],
      },
    },
  };
  t.match(good('Service', service), {
    service: {
      clusterIps: ['10.64.0.9', 'fd00::9'],
      loadBalancerIngress: [
        { ip: '198.51.100.1', ipMode: 'Proxy' },
        { ip: '2001:db8::1', ipMode: 'VIP' },
      ],
      ports: [{ targetPort: 'http', nodePort: 30080 }],
    },
  });
});

t.test('podCIDRs come before podCIDR, one per family', async (t) => {
  const node = (spec: unknown) => good('Node', { metadata: { name: 'a' }, spec });
  t.match(node({ podCIDR: '10.48.1.0/24' }), { node: { podCidrs: ['10.48.1.0/24'] } });
  t.match(node({ podCIDR: '10.48.1.0/24', podCIDRs: ['10.48.1.0/24', 'fd00::/64'] }), {
    node: { podCidrs: ['10.48.1.0/24', 'fd00::/64'] },
  });
  t.same(issues('Node', { metadata: { name: 'a' }, spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } }), [
    'spec.podCIDRs must have at most one IPv4 range, got ["10.0.0.0/24","10.0.1.0/24"]',
  ]);
});

t.test('each thing that is wrong is named with its field and value', async (t) => {
  t.same(
    issues('Service', {
      metadata: { name: '', annotations: { a: true }, labels: [] },
      spec: {
        type: 'Cluster',
        clusterIP: '10.0.0',
        externalIPs: ['1.2.3.4', 'x', 7],
        ports: [{ port: 70000 }, {}, { port: 1, protocol: 'ICMP', targetPort: true }],
      },
    }),
    [
      'metadata.name must be the name of the object, got ""',
      'metadata.labels must be a map of texts, got []',
      'metadata.annotations.a must be a text (put it in quotes), got true',
      'spec.type must be ClusterIP or NodePort or LoadBalancer or ExternalName, got "Cluster"',
      'spec.clusterIP must be an IP address or None, got "10.0.0"',
      'spec.externalIPs[1] must be an IP address, got "x"',
      'spec.externalIPs[2] must be an IP address, got 7',
      'spec.ports[0].port must be a whole number from 1 to 65535, got 70000',
      'spec.ports[1].port must be a whole number from 1 to 65535, got nothing',
      'spec.ports[2].targetPort must be a whole number from 0 to 65535, got true',
      'spec.ports[2].protocol must be TCP or UDP or SCTP, got "ICMP"',
    ],
  );
  t.same(
    issues('EndpointSlice', {
      metadata: meta,
      addressType: 'IPv6',
      endpoints: [{ addresses: ['10.0.0.1'] }],
    }),
    ['endpoints[0].addresses[0] must be an IPv6 address, got "10.0.0.1"'],
  );
  t.same(issues('EndpointSlice', { metadata: meta }), [
    'addressType must be IPv4 or IPv6 or FQDN, got nothing',
  ]);
  t.same(
    issues('Node', {
      metadata: { name: 'a' },
      status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1/24' }] },
      spec: { podCIDR: '10.0.0.0' },
    }),
    [
      'status.addresses[0].address must be an IP address, got "10.0.0.1/24"',
      'spec.podCIDR must be an address range such as 10.48.1.0/24, got "10.0.0.0"',
    ],
  );
  t.same(issues('Endpoints', { metadata: meta, subsets: [{ addresses: [{ ip: 'web' }] }] }), [
    'subsets[0].addresses[0].ip must be an IP address, got "web"',
  ]);
});

t.test('anything at all is translated or refused, never thrown at', async (t) => {
  for (const raw of [
    null,
    7,
    'x',
    [],
    { metadata: [] },
    { metadata: null },
    { metadata: { name: 'a' }, spec: [], status: 5 },
  ]) {
    for (const kind of ['Node', 'Service', 'EndpointSlice', 'Endpoints'] as const)
      t.doesNotThrow(() => translate(kind, raw));
  }
});

t.test('what is translated is frozen to its leaves', async (t) => {
  const object = good('Node', sampleNode(1));
  t.ok(object.kind === 'Node' && Object.isFrozen(object.node.addresses[0]));
  const service = good('Service', sampleService(1));
  t.ok(service.kind === 'Service' && Object.isFrozen(service.service.annotations));
});
