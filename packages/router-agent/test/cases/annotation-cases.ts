import type { AnnotationName } from '../../src/desired/annotations/annotation-table.js';
import type { NodeBgp } from '../../src/desired/node-bgp.js';

/** Annotations of a node, what they come to, and what is said of them. */
export interface NodeAnnotationCase {
  readonly title: string;
  readonly annotations: { readonly [name in AnnotationName]?: string };
  readonly gives: Partial<Omit<NodeBgp, 'problems'>>;
  /** One for each problem, in order. */
  readonly tells: readonly RegExp[];
  /** Number of the defect of the original that this sets right. */
  readonly defect?: string;
}

const plain = { role: { kind: 'plain' } } as const;

/**
 * The cases of kube-router's tests of node annotations (network_routes_controller_test.go, bgp/id_test.go, utils_test.go), and
 * what else may stand there. Where the original ends or drops everything, the right answer stands here.
 */
export const nodeAnnotationCases: readonly NodeAnnotationCase[] = [
  {
    title: 'none',
    annotations: {},
    gives: { as: null, communities: [], importReject: [], prepend: null, listen: null, ...plain },
    tells: [],
  },
  {
    title: 'an AS number',
    annotations: { 'kube-router.io/node.asn': '64513' },
    gives: { as: 64513 },
    tells: [],
  },
  {
    title: 'an AS number of four octets',
    annotations: { 'kube-router.io/node.asn': '4200000001' },
    gives: { as: 4200000001 },
    tells: [],
  },
  {
    title: 'an AS number in hexadecimal',
    annotations: { 'kube-router.io/node.asn': '0xfc01' },
    gives: { as: 64513 },
    tells: [],
  },
  {
    title: 'no AS number',
    annotations: { 'kube-router.io/node.asn': 'sixty' },
    gives: { as: null },
    tells: [/node.asn: "sixty" must be a whole number, .*; it counts as not given/],
  },
  {
    title: 'an AS number that cannot be one',
    annotations: { 'kube-router.io/node.asn': '0' },
    gives: { as: null },
    tells: [/"0" must be 1–23455, 23457–4294967295/],
  },
  {
    title: 'an empty AS number is there, and is none',
    annotations: { 'kube-router.io/node.asn': '' },
    gives: { as: null },
    tells: [/node.asn: "" must be/],
  },
  {
    title: 'a cluster id as a number',
    annotations: { 'kube-router.io/rr.server': '42' },
    gives: { role: { kind: 'server', clusterId: '0.0.0.42' } },
    tells: [],
    defect: 'D5',
  },
  {
    title: 'the greatest cluster id',
    annotations: { 'kube-router.io/rr.server': '4294967295' },
    gives: { role: { kind: 'server', clusterId: '255.255.255.255' } },
    tells: [],
    defect: 'D5',
  },
  {
    title: 'a cluster id as an address',
    annotations: { 'kube-router.io/rr.server': '10.0.0.1' },
    gives: { role: { kind: 'server', clusterId: '10.0.0.1' } },
    tells: [],
  },
  {
    title: 'a cluster id of a client',
    annotations: { 'kube-router.io/rr.client': '42' },
    gives: { role: { kind: 'client', clusterId: '0.0.0.42' } },
    tells: [],
    defect: 'D5',
  },
  {
    title: 'a cluster id that is none, of a server',
    annotations: { 'kube-router.io/rr.server': 'hello' },
    gives: plain,
    tells: [/rr.server: "hello" must be a cluster id/],
  },
  {
    title: 'a cluster id that is none, of a client',
    annotations: { 'kube-router.io/rr.client': '10.0.0' },
    gives: plain,
    tells: [/rr.client: "10.0.0" must be a cluster id/],
  },
  {
    title: 'cluster id 0',
    annotations: { 'kube-router.io/rr.server': '0' },
    gives: plain,
    tells: [/other than 0.0.0.0/],
  },
  {
    title: 'a cluster id of IPv6',
    annotations: { 'kube-router.io/rr.server': '2001:db8::1' },
    gives: plain,
    tells: [/must be a cluster id/],
  },
  {
    title: 'server and client at once',
    annotations: { 'kube-router.io/rr.server': '1', 'kube-router.io/rr.client': '2' },
    gives: { role: { kind: 'server', clusterId: '0.0.0.1' } },
    tells: [/rr.client: has no effect beside kube-router.io\/rr.server/],
  },
  {
    title: 'communities in all forms',
    annotations: {
      'kube-router.io/node.bgp.communities': '64512:1, 4294901760,no-export,PLANNED-SHUT ,64512:1',
    },
    gives: { communities: ['64512:1', 'graceful-shutdown', 'no-export'] },
    tells: [],
  },
  {
    title: 'no communities',
    annotations: { 'kube-router.io/node.bgp.communities': '' },
    gives: { communities: [] },
    tells: [],
  },
  {
    title: 'a bad community among good ones is left out',
    annotations: { 'kube-router.io/node.bgp.communities': '64512:1,65536:1,1:2:3,nope,4294967296,,64512:2' },
    gives: { communities: ['64512:1', '64512:2'] },
    tells: [/item 2, "65536:1"/, /item 3, "1:2:3"/, /item 4, "nope"/, /item 5, "4294967296"/, /item 6, ""/],
  },
  {
    title: 'ranges of both families to refuse',
    annotations: {
      'kube-router.io/node.bgp.customimportreject': '192.168.0.0/16, 2001:db8::/32 ,10.1.2.3/8',
    },
    gives: { importReject: ['192.168.0.0/16', '2001:db8::/32', '10.0.0.0/8'] },
    tells: [],
  },
  {
    title: 'a bad range to refuse does not let the others in',
    annotations: { 'kube-router.io/node.bgp.customimportreject': '192.168.0.0/16,10.0.0.0/33,2001:db8::/32' },
    gives: { importReject: ['192.168.0.0/16', '2001:db8::/32'] },
    tells: [/item 2, "10.0.0.0\/33", must be an address range .*; it is left out/],
    defect: 'the original drops the whole list',
  },
  {
    title: 'prepending',
    annotations: { 'kube-router.io/path-prepend.as': '65100', 'kube-router.io/path-prepend.repeat-n': '5' },
    gives: { prepend: { as: 65100, count: 5 } },
    tells: [],
  },
  {
    title: 'prepending without how often',
    annotations: { 'kube-router.io/path-prepend.as': '65100' },
    gives: { prepend: null },
    tells: [/path-prepend.as: has no effect without kube-router.io\/path-prepend.repeat-n/],
    defect: 'the original does not start BGP',
  },
  {
    title: 'prepending without what',
    annotations: { 'kube-router.io/path-prepend.repeat-n': '5' },
    gives: { prepend: null },
    tells: [/path-prepend.repeat-n: has no effect without kube-router.io\/path-prepend.as/],
    defect: 'the original does not start BGP',
  },
  {
    title: 'prepending too often',
    annotations: { 'kube-router.io/path-prepend.as': '65100', 'kube-router.io/path-prepend.repeat-n': '256' },
    gives: { prepend: null },
    tells: [/repeat-n: "256" must be 1–255/],
  },
  {
    title: 'addresses to listen on',
    annotations: { 'kube-router.io/bgp-local-addresses': '192.168.1.11,10.0.0.1' },
    gives: { listen: ['192.168.1.11', '10.0.0.1'] },
    tells: [],
  },
  {
    title: 'addresses to listen on, one of which is none, one of a family that the node lacks',
    annotations: { 'kube-router.io/bgp-local-addresses': '192.168.1.11,here,fd00::1' },
    gives: { listen: ['192.168.1.11'] },
    tells: [/item 2, "here", must be an IP address/, /fd00::1 is left out: this node has no ipv6 address/],
    defect: 'the original ends the program',
  },
  {
    title: 'no address to listen on that is one',
    annotations: { 'kube-router.io/bgp-local-addresses': 'here' },
    gives: { listen: null },
    tells: [/item 1, "here"/, /listens on its best address of each family/],
    defect: 'the original ends the program',
  },
];
