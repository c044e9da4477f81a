import {
  type AnnotationName,
  annotationNames,
  annotations,
} from '../../../src/desired/annotations/annotation-table.js';
import { better, type CompatibilityRow, later, open, same, type TestRef } from './row.js';

const node = 'router-agent/test/cases/annotation-cases';
const peers = 'router-agent/test/cases/annotated-peer-cases';
const vips = 'router-agent/test/cases/vip-cases';
const live: TestRef = [
  'router-agent/test/kernel/announcing',
  'FRR and BIRD see annotations change in the session that is there',
];
const watched = 'a change counts without a restart';
const lists: TestRef = [peers, 'lists with all that they may have, some of it empty'];
const reflects: TestRef = [
  'router-agent/test/kernel/announcing',
  'nodes reflect for nodes, for FRR as a client, and are clients of BIRD',
];
const optIn: TestRef = [vips, 'annotations switch on what flags do not'];
const optOut: TestRef = [vips, 'annotations switch off what flags do'];

const proven: { readonly [name in AnnotationName]?: (what: string) => CompatibilityRow } = {
  'kube-router.io/node.asn': (what) =>
    better(what, `${watched}, and the log says why sessions begin anew`, [
      'router-agent/test/kernel/announcing',
      'a node whose AS number changes tells why its sessions begin anew, and FRR sees the new one',
    ]),
  'kube-router.io/node.bgp.communities': (what) =>
    better(what, watched, live, [node, 'a bad community among good ones is left out']),
  'kube-router.io/node.bgp.customimportreject': (what) =>
    better(
      what,
      `${watched}; a bad item does not let the other ranges in`,
      [node, 'a bad range to refuse does not let the others in'],
      [
        'router-agent/test/agent-annotations',
        'annotations about routes change live, in the session that is there',
      ],
    ),
  'kube-router.io/path-prepend.as': (what) =>
    better(what, `${watched}; half of it is told, and BGP starts all the same`, live, [
      node,
      'prepending without how often',
    ]),
  'kube-router.io/path-prepend.repeat-n': (what) =>
    better(what, watched, live, [node, 'prepending without what']),
  'kube-router.io/peers': (what) =>
    better(
      what,
      `${watched}; a bad peer leaves the others alone (D19). BFD is told and has no effect yet`,
      [peers, 'a YAML list with fields of all kinds'],
      [
        'router-agent/test/agent-annotations',
        'a peer comes and goes with its annotation, and another password is another session',
      ],
    ),
  'kube-router.io/peer.ips': (what) => better(what, watched, lists, [peers, 'addresses without AS numbers']),
  'kube-router.io/peer.asns': (what) => better(what, watched, lists, [peers, 'AS numbers without addresses']),
  'kube-router.io/peer.ports': (what) =>
    better(what, watched, lists, [peers, 'a bad item of a list leaves the other peer alone']),
  'kube-router.io/peer.passwords': (what) =>
    better(what, watched, lists, [peers, 'a bad password of a list is not shown']),
  'kube-router.io/peer.localips': (what) =>
    better(what, watched, lists, [peers, 'an own address of another family']),
  'kube-router.io/rr.server': (what) =>
    better(
      what,
      `${watched}; numbers count as cluster ids (D5), and the policies of everyone hold (D4)`,
      reflects,
      [node, 'a cluster id as a number'],
    ),
  'kube-router.io/rr.client': (what) =>
    better(what, `${watched}; only reflectors of the same cluster are peers (D5)`, reflects, [
      'router-agent/test/desired/mesh-role',
      'who peers with whom, and who reflects, is the table of reflectors',
    ]),
  'kube-router.io/bgp-local-addresses': (what) =>
    better(
      what,
      `${watched}, in sessions that stay; an address that cannot be had is tried again`,
      [node, 'addresses to listen on, one of which is none, one of a family that the node lacks'],
      [
        'router-agent/test/drivers/bgp-drivers',
        'a speaker lives on when it listens elsewhere; an address that cannot be had is tried again',
      ],
    ),
  'kube-router.io/pod-cidrs': (what) =>
    better(what, `${watched}; one order for all readers`, [
      'router-agent/test/desired/advertisements',
      'pod ranges: the annotation wins, a bad one is told, one of a family without address is not announced',
    ]),
  'kube-router.io/pod-cidr': (what) =>
    better(what, `${watched}; counts for all readers, after \`pod-cidrs\``, [
      'router-agent/test/desired/advertisements',
      'the deprecated pod range counts where the other annotation is not',
    ]),
  'kube-router.io/service.advertise.clusterip': (what) =>
    same(what, optIn, optOut, [vips, 'an annotation that is no boolean counts as false']),
  'kube-router.io/service.advertise.externalip': (what) => same(what, optIn, optOut),
  'kube-router.io/service.advertise.loadbalancerip': (what) => same(what, optIn, optOut),
  'kube-router.io/service.local': (what) =>
    better(
      what,
      'a text that says nothing is told',
      [vips, 'service.local=true without an endpoint here'],
      [vips, 'service.local with an empty value says nothing, and is told'],
    ),
  'kube-router.io/service.skiplbips': (what) => same(what, [vips, 'service.skiplbips']),
};

/** Every annotation of kube-router. */
export const annotationRows: readonly CompatibilityRow[] = annotationNames
  .filter((name) => name.startsWith('kube-router.io/'))
  .map((name) => {
    if (annotations[name].part === 'proxy') return later(name, 'the service proxy');
    return proven[name]?.(name) ?? open(name);
  });
