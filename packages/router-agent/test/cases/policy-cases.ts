import type { AnnotationName } from '../../src/desired/annotations/annotation-table.js';

/** A node by its flags and annotations, what its peers get of the sample routes, and what it takes of those it is offered. */
export interface PolicyCase {
  readonly title: string;
  readonly flags?: readonly string[];
  readonly annotations?: { readonly [name in AnnotationName]?: string };
  /** Of `sampleRoutes`, by name. */
  readonly mesh: readonly SampleName[];
  readonly external: readonly SampleName[];
  /** How routes to external peers are changed. */
  readonly edits?: object;
  /** Of `offeredRoutes`: what is refused from everybody. */
  readonly refused: readonly string[];
  readonly defect?: string;
}

/** Routes of the node's table, with the owner of those that are its own, or whom they were learned from. */
export const sampleRoutes = {
  pods: { prefix: '10.48.1.0/24', owner: 'pod-cidr' },
  'pods, IPv6': { prefix: 'fd00:48:1::/64', owner: 'pod-cidr' },
  service: { prefix: '10.64.0.1/32', owner: 'vip' },
  'service, IPv6': { prefix: 'fd00:64::1/128', owner: 'vip' },
  'of a node': { prefix: '10.48.2.0/24', from: { address: '192.168.1.12', type: 'internal' } },
  'of a router': { prefix: '172.16.0.0/16', from: { address: '192.168.1.254', type: 'external' } },
  'of a router of our AS': { prefix: '172.17.0.0/16', from: { address: '192.168.1.253', type: 'internal' } },
} as const;
export type SampleName = keyof typeof sampleRoutes;

/** What peers send. */
export const offeredRoutes: readonly string[] = [
  '0.0.0.0/0',
  '::/0',
  '10.64.0.1/32',
  'fd00:64::1/128',
  '10.48.1.0/24',
  '10.48.2.0/24',
  '192.168.77.0/24',
  '192.168.77.128/25',
  '192.168.0.0/16',
  '2001:db8:7::/48',
  '2001:db8:8::/48',
];

const pods: readonly SampleName[] = ['pods', 'pods, IPv6'];
const services: readonly SampleName[] = ['service', 'service, IPv6'];
const own = ['10.64.0.1/32', 'fd00:64::1/128', '10.48.1.0/24'];
const always = ['0.0.0.0/0', '::/0', ...own];
const everything = [...pods, ...services];

/**
 * The scenarios of kube-router's bgp_policies_test.go, each of both families at once (D3: what is said of IPv4 holds for IPv6), by
 * what peers get rather than by statements.
 */
export const policyCases: readonly PolicyCase[] = [
  { title: 'nodes and services', mesh: pods, external: everything, refused: always, defect: 'D3' },
  {
    title: 'external peers without pod ranges',
    flags: ['--advertise-pod-cidr=false'],
    mesh: pods,
    external: services,
    refused: always,
  },
  {
    title: 'no sessions between nodes',
    flags: ['--enable-ibgp=false'],
    mesh: [],
    external: everything,
    refused: always,
  },
  {
    title: 'neither',
    flags: ['--enable-ibgp=false', '--advertise-pod-cidr=false'],
    mesh: [],
    external: services,
    refused: always,
  },
  {
    title: 'a range to refuse, with all inside it',
    annotations: { 'kube-router.io/node.bgp.customimportreject': '192.168.77.0/24' },
    mesh: pods,
    external: everything,
    refused: [...always, '192.168.77.0/24', '192.168.77.128/25'],
  },
  {
    title: 'ranges of both families to refuse',
    annotations: { 'kube-router.io/node.bgp.customimportreject': '192.168.0.0/16,2001:db8:7::/48' },
    mesh: pods,
    external: everything,
    refused: [...always, '192.168.77.0/24', '192.168.77.128/25', '192.168.0.0/16', '2001:db8:7::/48'],
  },
  {
    title: 'prepending',
    annotations: { 'kube-router.io/path-prepend.as': '65100', 'kube-router.io/path-prepend.repeat-n': '5' },
    mesh: pods,
    external: everything,
    edits: { prepend: { as: 65100, count: 5 } },
    refused: always,
  },
  {
    title: 'only one of the annotations for prepending',
    annotations: { 'kube-router.io/path-prepend.repeat-n': '5' },
    mesh: pods,
    external: everything,
    refused: always,
    defect: 'the original does not start BGP',
  },
  {
    title: 'only the other one',
    annotations: { 'kube-router.io/path-prepend.as': '65100' },
    mesh: pods,
    external: everything,
    refused: always,
    defect: 'the original does not start BGP',
  },
  {
    title: 'communities',
    annotations: { 'kube-router.io/node.bgp.communities': '64512:1,65535:65281' },
    mesh: pods,
    external: everything,
    edits: { addCommunities: [64512 * 65536 + 1, 0xffffff01] },
    refused: always,
  },
  {
    title: 'communities, prepending and our own next hop at once',
    flags: ['--override-nexthop'],
    annotations: {
      'kube-router.io/node.bgp.communities': '64512:1',
      'kube-router.io/path-prepend.as': '64512',
      'kube-router.io/path-prepend.repeat-n': '1',
    },
    mesh: pods,
    external: everything,
    edits: { addCommunities: [64512 * 65536 + 1], prepend: { as: 64512, count: 1 }, nextHop: 'self' },
    refused: always,
  },
  {
    title: 'a reflector',
    flags: ['--peer-router-ips=192.168.1.253,192.168.1.254', '--peer-router-asns=64512,64640'],
    annotations: { 'kube-router.io/rr.server': '1' },
    mesh: [...pods, 'of a node'],
    external: everything,
    refused: always,
    defect: 'D4',
  },
  {
    title: 'a client of reflectors',
    annotations: { 'kube-router.io/rr.client': '1' },
    mesh: pods,
    external: everything,
    refused: always,
  },
];
