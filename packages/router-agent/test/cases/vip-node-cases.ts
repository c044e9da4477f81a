import { node, slice } from '../desired/samples.js';
import { all, balanced, cluster, external, here, type VipCase } from './vip-case.js';

function labelCases(): readonly VipCase[] {
  const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
  return [
    {
      title: 'a node that load balancers are to leave out keeps cluster IPs only',
      flags: all,
      node: { labels },
      announces: [cluster],
      because: /label node.kubernetes.io\/exclude-from-external-load-balancers; --ignore-exclude-label=true/,
      defect: 'the original does not look at the label',
    },
    {
      title: 'the label counts whatever its value',
      flags: all,
      node: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'false' } },
      announces: [cluster],
      defect: 'the original does not look at the label',
    },
    {
      title: 'the label is ignored where that is asked for',
      flags: [...all, '--ignore-exclude-label'],
      node: { labels },
      announces: [cluster, external, balanced],
    },
  ];
}

function drainCases(): readonly VipCase[] {
  const n2 = node('n2', ['192.168.1.12']);
  const cordoned = { unschedulable: true };
  const shutdown = { communities: ['graceful-shutdown'] };
  const base = {
    flags: all,
    node: cordoned,
    others: [n2],
    defect: 'the original does not look at it',
  } as const;
  const local = { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' } as const;
  return [
    {
      ...base,
      title: 'a cordoned node first tells that it leaves',
      stage: 'leaving',
      announces: [cluster, external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'then it withdraws what other nodes have',
      stage: 'gone',
      announces: [],
      because: /the node is cordoned; other nodes have it/,
    },
    {
      ...base,
      title: 'the last node keeps what nobody else has',
      stage: 'gone',
      others: [],
      announces: [cluster, external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'a cordoned node is none that takes over',
      stage: 'gone',
      others: [{ ...n2, unschedulable: true }],
      announces: [cluster, external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'a node that load balancers leave out takes cluster IPs over only',
      stage: 'gone',
      others: [{ ...n2, labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }],
      announces: [external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'Local policy: another node has an endpoint',
      stage: 'gone',
      service: local,
      slices: [slice([{ on: 'n1' }, { on: 'n2' }])],
      announces: [],
    },
    {
      ...base,
      title: 'Local policy: no other node has one',
      stage: 'gone',
      service: local,
      slices: here,
      announces: [cluster, external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'Local policy: the endpoint of the other node is not ready',
      stage: 'gone',
      service: local,
      slices: [slice([{ on: 'n1' }, { on: 'n2', is: 'starting' }])],
      announces: [cluster, external, balanced],
      attributes: shutdown,
    },
    {
      ...base,
      title: 'an address without any endpoint is withdrawn at once',
      stage: 'leaving',
      slices: [slice([])],
      announces: [],
    },
  ];
}

function attributeCases(): readonly VipCase[] {
  const announces = [cluster, external, balanced];
  return [
    {
      title: 'attributes of all kinds',
      flags: all,
      annotations: {
        'peerage.io/communities': '64512:1, no-export',
        'peerage.io/large-communities': '64512:1:2',
        'peerage.io/extended-communities': 'rt:64512:7',
        'peerage.io/med': '50',
        'peerage.io/local-preference': '200',
      },
      announces,
      attributes: {
        communities: ['64512:1', 'no-export'],
        largeCommunities: ['64512:1:2'],
        extendedCommunities: ['rt:64512:7'],
        med: 50,
        localPref: 200,
      },
    },
    {
      title: 'a bad attribute leaves the others alone',
      flags: all,
      annotations: { 'peerage.io/communities': '64512:1,red', 'peerage.io/med': '-1' },
      announces,
      attributes: { communities: ['64512:1'] },
      tells: [/communities: item 2, "red", must be a community/, /med: "-1" must be a whole number/],
    },
    {
      title: 'some peers only',
      flags: all,
      annotations: { 'peerage.io/peers': '192.168.1.254, FD00::1,192.168.1.254,tor' },
      announces,
      peers: ['192.168.1.254', 'fd00::1'],
      tells: [/peers: item 4, "tor", must be an IP address/],
    },
    { title: 'no peer at all', flags: all, annotations: { 'peerage.io/peers': '' }, announces, peers: [] },
    {
      title: 'draining adds to the communities of a service',
      flags: all,
      annotations: { 'peerage.io/communities': '64512:1' },
      node: { annotations: { 'peerage.io/drain': 'true' } },
      stage: 'leaving',
      announces,
      attributes: { communities: ['64512:1', 'graceful-shutdown'] },
    },
  ];
}

/** What the node's label and its being drained, and our own annotations of services, change. */
export const nodeStateCases: readonly VipCase[] = [...labelCases(), ...drainCases(), ...attributeCases()];
