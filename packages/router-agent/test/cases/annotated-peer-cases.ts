import type { AnnotatedPeer } from '../../src/desired/annotated-peers.js';
import type { AnnotationName } from '../../src/desired/annotations/annotation-table.js';

/** Annotations that name external peers, the peers that they come to, and what is said of them. */
export interface AnnotatedPeerCase {
  readonly title: string;
  readonly annotations: { readonly [name in AnnotationName]?: string };
  readonly flags?: readonly string[];
  readonly peers: readonly AnnotatedPeer[];
  readonly tells: readonly RegExp[];
  readonly defect?: string;
}

const lists = (ips: string, asns: string, more: AnnotatedPeerCase['annotations'] = {}) => ({
  'kube-router.io/peer.ips': ips,
  'kube-router.io/peer.asns': asns,
  ...more,
});
const one = { address: '10.0.0.1', as: 64640 };
const two = { address: '10.0.0.2', as: 64641 };
const secret = 'c2VjcmV0';

/**
 * The cases of kube-router's tests of peer annotations (network_routes_controller_test.go, bgp/peer_config_test.go), and more. D19:
 * what is wrong with one peer concerns that peer.
 */
export const annotatedPeerCases: readonly AnnotatedPeerCase[] = [
  { title: 'none', annotations: {}, peers: [], tells: [] },
  {
    title: 'a YAML list with fields of all kinds',
    annotations: {
      'kube-router.io/peers': `
- remoteip: 10.0.0.1
  remoteasn: 64640
  password: ${secret}
  localip: 10.0.0.9
- remoteip: 10.0.0.2
  remoteasn: 64641
  port: 1790
`,
    },
    peers: [
      { ...one, password: 'secret', localAddress: '10.0.0.9' },
      { ...two, port: 1790 },
    ],
    tells: [],
  },
  {
    title: 'JSON is YAML',
    annotations: { 'kube-router.io/peers': '[{"remoteip": "fd00::1", "remoteasn": 4200000000}]' },
    peers: [{ address: 'fd00::1', as: 4200000000 }],
    tells: [],
  },
  {
    title: 'BFD is told, and the peer is set up without',
    annotations: {
      'kube-router.io/peers': '- {remoteip: 10.0.0.1, remoteasn: 64640, bfd: {enabled: true, port: 3784}}',
    },
    peers: [one],
    tells: [/peer 1 asks for BFD, which has no effect yet/],
  },
  {
    title: 'BFD that is off is nothing to tell',
    annotations: {
      'kube-router.io/peers': '- {remoteip: 10.0.0.1, remoteasn: 64640, bfd: {enabled: false}}',
    },
    peers: [one],
    tells: [],
  },
  {
    title: 'a peer without an address, one without an AS number, and a good one',
    annotations: {
      'kube-router.io/peers':
        '- {remoteasn: 64640}\n- {remoteip: 10.0.0.1}\n- {remoteip: 10.0.0.2, remoteasn: 64641}',
    },
    peers: [two],
    tells: [/peer 1 has no remoteip; it is left out/, /peer 2 has no remoteasn; it is left out/],
    defect: 'D19',
  },
  {
    title: 'values that are none',
    annotations: {
      'kube-router.io/peers':
        '- {remoteip: router, remoteasn: 64640}\n- {remoteip: 10.0.0.1, remoteasn: 64000}\n- {remoteip: 10.0.0.2, remoteasn: 64641, port: 0}\n- 10.0.0.3',
    },
    peers: [],
    tells: [
      /peer 1 has remoteip "router"/,
      /peer 2 has remoteasn 64000/,
      /peer 3 has port 0/,
      /peer 4 must have remoteip and remoteasn/,
    ],
    defect: 'D19',
  },
  {
    title: 'a password that is not Base64 is not shown',
    annotations: { 'kube-router.io/peers': '- {remoteip: 10.0.0.1, remoteasn: 64640, password: hunter2!}' },
    peers: [],
    tells: [/^(?!.*hunter2).*peer 1 has password, which must be standard Base64/],
  },
  {
    title: 'an own address of another family',
    annotations: { 'kube-router.io/peers': '- {remoteip: 10.0.0.1, remoteasn: 64640, localip: "fd00::9"}' },
    peers: [],
    tells: [/peer 10.0.0.1 has the own address fd00::9, which is of another family/],
  },
  {
    title: 'an unknown field is passed over',
    annotations: { 'kube-router.io/peers': '- {remoteip: 10.0.0.1, remoteasn: 64640, holdtime: 3}' },
    peers: [one],
    tells: [/peer 1 has the field "holdtime"/],
  },
  {
    title: 'text that is no YAML, with a password in it',
    annotations: { 'kube-router.io/peers': `- {remoteip: 10.0.0.1, password: "${secret}` },
    peers: [],
    tells: [/^(?!.*c2VjcmV0).*is not YAML \(line 1\)/],
  },
  {
    title: 'YAML that is no list',
    annotations: { 'kube-router.io/peers': 'remoteip: 10.0.0.1' },
    peers: [],
    tells: [/must be a list/],
  },
  { title: 'an empty list', annotations: { 'kube-router.io/peers': '' }, peers: [], tells: [] },
  {
    title: 'the same router twice',
    annotations: {
      'kube-router.io/peers':
        '- {remoteip: 10.0.0.1, remoteasn: 64640}\n- {remoteip: 10.0.0.1, remoteasn: 64641}',
    },
    peers: [one],
    tells: [/10.0.0.1 is there twice; the first one counts/],
  },
  { title: 'lists', annotations: lists('10.0.0.1,10.0.0.2', '64640,64641'), peers: [one, two], tells: [] },
  {
    title: 'lists with blanks',
    annotations: lists(' 10.0.0.1 , 10.0.0.2', '64640, 64641 '),
    peers: [one, two],
    tells: [],
  },
  {
    title: 'lists with all that they may have, some of it empty',
    annotations: lists('10.0.0.1,10.0.0.2', '64640,64641', {
      'kube-router.io/peer.ports': '179,1790',
      'kube-router.io/peer.passwords': `${secret},`,
      'kube-router.io/peer.localips': ',10.0.0.9',
    }),
    peers: [
      { ...one, port: 179, password: 'secret' },
      { ...two, port: 1790, localAddress: '10.0.0.9' },
    ],
    tells: [],
  },
  {
    title: 'addresses without AS numbers',
    annotations: { 'kube-router.io/peer.ips': '10.0.0.1' },
    peers: [],
    tells: [/peer.ips: has no effect without kube-router.io\/peer.asns/],
  },
  {
    title: 'AS numbers without addresses',
    annotations: { 'kube-router.io/peer.asns': '64640', 'kube-router.io/peer.ports': '179' },
    peers: [],
    tells: [/peer.asns: has no effect without kube-router.io\/peer.ips/, /peer.ports: has no effect/],
  },
  ...(['asns', 'ports', 'passwords', 'localips'] as const).map((list): AnnotatedPeerCase => {
    const value = { asns: '64640', ports: '179', passwords: secret, localips: '10.0.0.9' }[list];
    return {
      title: `a list of ${list} that is too short`,
      annotations: { ...lists('10.0.0.1,10.0.0.2', '64640,64641'), [`kube-router.io/peer.${list}`]: value },
      peers: [],
      tells: [
        new RegExp(
          `peer.${list}: must have one item for each of the 2 addresses of kube-router.io/peer.ips, got 1`,
        ),
      ],
    };
  }),
  {
    title: 'a bad item of a list leaves the other peer alone',
    annotations: lists('10.0.0.1,10.0.0.2', '64640,64641', { 'kube-router.io/peer.ports': '0,179' }),
    peers: [{ ...two, port: 179 }],
    tells: [/peer.ports: item 1 "0" must be .*; this peer is left out/],
    defect: 'D19',
  },
  {
    title: 'a bad password of a list is not shown',
    annotations: lists('10.0.0.1,10.0.0.2', '64640,64641', {
      'kube-router.io/peer.passwords': `hunter2!,${secret}`,
    }),
    peers: [{ ...two, password: 'secret' }],
    tells: [/^(?!.*hunter2).*peer.passwords: item 1 must be standard Base64/],
    defect: 'D19',
  },
  {
    title: 'the YAML list silences the others',
    annotations: {
      ...lists('10.0.0.1', '64640'),
      'kube-router.io/peers': '- {remoteip: 10.0.0.2, remoteasn: 64641}',
    },
    peers: [two],
    tells: [/peer.ips: has no effect beside/, /peer.asns: has no effect beside/],
  },
  {
    title: 'flags silence them all',
    annotations: { 'kube-router.io/peers': '- {remoteip: 10.0.0.2, remoteasn: 64641}' },
    flags: ['--peer-router-ips=10.0.0.1', '--peer-router-asns=64640'],
    peers: [],
    tells: [/peers: has no effect, because --peer-router-ips names the external peers/],
  },
];
