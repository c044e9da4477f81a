import type { InteropFeature } from '@peerage/test-fixtures';

/** Sections of the table of features. */
export const sections = [
  'Session and messages',
  'Transport protection',
  'Address families',
  'Attributes',
] as const;

/** What is there, and which tests prove it. */
export interface DoneFeature {
  readonly section: (typeof sections)[number];
  readonly feature: string;
  readonly rfcs: readonly number[];
  /** Files of tests, from `packages/`, without `.test.ts`. */
  readonly tests: readonly string[];
  /** Features of interop tests that belong to it. */
  readonly interop?: readonly InteropFeature[];
  readonly note?: string;
}

/** What is not there, and why. */
export interface MissingFeature {
  readonly section: (typeof sections)[number];
  readonly feature: string;
  readonly rfcs: readonly number[];
  readonly missing: string;
}

/** All that such speakers have between them, for the library. */
export const features: readonly (DoneFeature | MissingFeature)[] = [
  {
    section: 'Session and messages',
    feature: 'Six-state FSM',
    rfcs: [4271],
    tests: ['bgp/test/fsm/connection-fsm', 'bgp/test/fsm/peer-fsm', 'bgp/test/session/session'],
    interop: ['sessions', 'wrong-as', 'loss'],
  },
  {
    section: 'Session and messages',
    feature: 'Collision detection',
    rfcs: [4271, 6286],
    tests: ['bgp/test/session/collision', 'cli/test/interop/collision'],
    interop: ['collision'],
  },
  {
    section: 'Session and messages',
    feature: 'ConnectRetry, Hold and Keepalive timers',
    rfcs: [4271],
    tests: ['bgp/test/session/timers', 'bgp/test/fsm/connection-fsm'],
    interop: ['hold-time'],
  },
  {
    section: 'Session and messages',
    feature: 'DelayOpen timer',
    rfcs: [4271],
    tests: ['bgp/test/fsm/connection-fsm', 'bgp/test/speaker/speaker-offers'],
    interop: ['delay-open'],
  },
  {
    section: 'Session and messages',
    feature: 'IdleHold timer, damping of peers that oscillate',
    rfcs: [4271],
    tests: ['bgp/test/fsm/idle-hold'],
  },
  {
    section: 'Session and messages',
    feature: 'Send hold timer',
    rfcs: [9687],
    tests: ['bgp/test/session/timers', 'bgp/test/soak/soak.serial'],
  },
  {
    section: 'Session and messages',
    feature: 'Capabilities',
    rfcs: [5492],
    tests: ['bgp/test/capabilities/capabilities', 'bgp/test/capabilities/negotiate'],
    interop: ['capabilities'],
  },
  {
    section: 'Session and messages',
    feature: 'Extended optional parameters',
    rfcs: [9072],
    tests: ['bgp/test/message/open'],
    interop: ['extended-parameters'],
  },
  {
    section: 'Session and messages',
    feature: 'Extended message',
    rfcs: [8654],
    tests: ['bgp/test/message/update-packer', 'bgp/test/message/framer'],
    interop: ['extended-message'],
  },
  {
    section: 'Session and messages',
    feature: '4-octet AS numbers, and peers without them',
    rfcs: [6793],
    tests: ['bgp/test/attributes/merge-as-path', 'bgp/test/pitfalls/10-two-octet-as'],
    interop: ['four-octet-as', 'two-octet-peer'],
  },
  {
    section: 'Session and messages',
    feature: 'Route refresh',
    rfcs: [2918],
    tests: ['bgp/test/message/route-refresh', 'bgp/test/pitfalls/07-enhanced-refresh'],
    interop: ['route-refresh'],
  },
  {
    section: 'Session and messages',
    feature: 'Enhanced route refresh, with the sweep',
    rfcs: [7313],
    tests: ['bgp/test/pitfalls/07-enhanced-refresh'],
    interop: ['enhanced-refresh'],
  },
  {
    section: 'Session and messages',
    feature: 'Outbound route filters (ORF)',
    rfcs: [5291],
    missing:
      'few use it, and a policy on the other side does the same; its requests are read and not acted on',
  },
  {
    section: 'Session and messages',
    feature: 'Graceful restart, both roles',
    rfcs: [4724],
    tests: [
      'bgp/test/fsm/graceful-restart',
      'bgp/test/fsm/selection-deferral',
      'bgp/test/pitfalls/06-graceful-restart',
    ],
    interop: ['graceful-restart'],
  },
  {
    section: 'Session and messages',
    feature: 'Long-lived graceful restart',
    rfcs: [9494],
    tests: ['bgp/test/fsm/graceful-restart', 'bgp/test/speaker/export'],
    interop: ['long-lived-graceful-restart'],
  },
  {
    section: 'Session and messages',
    feature: 'Graceful restart for NOTIFICATION, hard reset',
    rfcs: [8538],
    tests: ['bgp/test/fsm/graceful-restart', 'bgp/test/message/notification'],
    interop: ['restart-notification'],
  },
  {
    section: 'Session and messages',
    feature: 'Shutdown communication',
    rfcs: [9003],
    tests: ['bgp/test/message/notification'],
    interop: ['shutdown-text'],
  },
  {
    section: 'Session and messages',
    feature: 'Roles and ONLY_TO_CUSTOMER',
    rfcs: [9234],
    tests: ['bgp/test/message/vet-role', 'bgp/test/speaker/session-rules'],
    interop: ['roles'],
  },
  {
    section: 'Session and messages',
    feature: 'External peers without a policy exchange nothing',
    rfcs: [8212],
    tests: ['bgp/test/speaker/speaker-routes', 'bgp/test/speaker/update-group'],
  },
  {
    section: 'Session and messages',
    feature: 'Host name (capability 73), software version (capability 75)',
    rfcs: [],
    tests: ['bgp/test/capabilities/capabilities', 'bgp/test/speaker/speaker-offers'],
    interop: ['host-names', 'software-version'],
  },
  {
    section: 'Session and messages',
    feature: 'Link-local next hops (capability 77)',
    rfcs: [2545],
    tests: ['bgp/test/pitfalls/09-ipv6-next-hop-forms'],
    interop: ['unnumbered'],
  },
  {
    section: 'Session and messages',
    feature: 'Dynamic capability',
    rfcs: [],
    missing: 'a draft that was given up; strict peers fall over it',
  },
  {
    section: 'Transport protection',
    feature: 'TCP MD5',
    rfcs: [2385],
    tests: [
      'cli/test/interop/md5',
      'cli/test/interop/md5-range',
      'cli/test/interop/md5-changes',
      'linux/test/tcp/tcp-sockets',
    ],
    interop: ['md5'],
  },
  {
    section: 'Transport protection',
    feature: 'TCP-AO',
    rfcs: [5925, 5926],
    tests: ['cli/test/interop/tcp-ao', 'linux/test/tcp/ao-key', 'bgp/test/speaker/ao-keys'],
    note: 'on kernels that have it (Linux 6.7 and up); elsewhere such a peer is refused',
  },
  {
    section: 'Transport protection',
    feature: 'GTSM, TTL',
    rfcs: [5082],
    tests: ['cli/test/interop/ttl', 'bgp/test/speaker/protection'],
    interop: ['gtsm', 'multihop'],
  },
  {
    section: 'Transport protection',
    feature: 'BFD',
    rfcs: [5880, 5881],
    missing: 'a protocol of its own, to be added beside this one',
  },
  {
    section: 'Address families',
    feature: 'IPv4 and IPv6 unicast (1/1, 2/1)',
    rfcs: [4271, 4760, 2545],
    tests: ['bgp/test/nlri/nlri', 'bgp/test/speaker/pipeline', 'bgp/test/vectors/jsonl'],
    interop: ['routes'],
  },
  {
    section: 'Address families',
    feature: 'IPv4 and IPv6 multicast (1/2, 2/2)',
    rfcs: [4760],
    tests: ['bgp/test/nlri/opaque-families', 'bgp/test/message/other-families'],
    interop: ['multicast'],
  },
  {
    section: 'Address families',
    feature: 'Labelled unicast (1/4, 2/4)',
    rfcs: [8277, 3107, 4798],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families', 'bgp/test/message/other-families'],
    interop: ['labelled-unicast'],
  },
  {
    section: 'Address families',
    feature: 'VPNv4 and VPNv6 (1/128, 2/128)',
    rfcs: [4364, 4659],
    tests: [
      'bgp/test/nlri/known-nlri',
      'bgp/test/nlri/opaque-families',
      'bgp/test/nlri/route-distinguisher',
      'bgp/test/message/other-families',
    ],
    interop: ['vpn'],
  },
  {
    section: 'Address families',
    feature: 'Multicast VPN (1/5, 2/5)',
    rfcs: [6514],
    missing: 'a service of its own on top of VPN routes',
  },
  {
    section: 'Address families',
    feature: 'VPLS (25/65)',
    rfcs: [4761],
    missing: 'EVPN has taken its place',
  },
  {
    section: 'Address families',
    feature: 'EVPN (25/70)',
    rfcs: [7432, 9136],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families', 'bgp/test/message/other-families'],
    interop: ['evpn'],
  },
  {
    section: 'Address families',
    feature: 'Flowspec (1/133, 2/133), for VPNs (134)',
    rfcs: [8955, 8956],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families'],
    interop: ['flowspec'],
  },
  {
    section: 'Address families',
    feature: 'BGP-LS (16388/71, 16388/72)',
    rfcs: [9552, 9085, 9086, 9514],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families'],
    interop: ['link-state'],
  },
  {
    section: 'Address families',
    feature: 'SR policy (1/73, 2/73)',
    rfcs: [9830],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families'],
    interop: ['sr-policy'],
  },
  {
    section: 'Address families',
    feature: 'Route target constraint (1/132)',
    rfcs: [4684],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families'],
    interop: ['route-target'],
  },
  {
    section: 'Address families',
    feature: 'MUP (1/85, 2/85)',
    rfcs: [],
    tests: ['bgp/test/nlri/known-nlri', 'bgp/test/nlri/opaque-families'],
    interop: ['mup'],
  },
  {
    section: 'Address families',
    feature: 'SRv6 services',
    rfcs: [9252],
    tests: ['bgp/test/attributes/family-attributes'],
    interop: ['prefix-sid'],
  },
  {
    section: 'Address families',
    feature: 'Tunnel encapsulation: attribute and SAFI 7',
    rfcs: [9012, 5512],
    tests: ['bgp/test/attributes/family-attributes', 'bgp/test/nlri/opaque-families'],
    interop: ['encapsulation'],
  },
  {
    section: 'Address families',
    feature: 'Unreachable prefixes (SAFI 81)',
    rfcs: [],
    missing: 'a draft that one implementation has',
  },
  {
    section: 'Address families',
    feature: 'IPv4 over IPv6 next hops',
    rfcs: [8950],
    tests: ['bgp/test/speaker/extended-next-hop', 'bgp/test/interop/extended-next-hop'],
    interop: ['extended-next-hop'],
  },
  {
    section: 'Attributes',
    feature: 'Standard, extended and large communities',
    rfcs: [1997, 4360, 8092, 5668],
    tests: [
      'bgp/test/attributes/sorted-records',
      'bgp/test/attributes/extended-community',
      'bgp/test/policy/community',
    ],
    interop: ['communities', 'extended-communities'],
  },
  {
    section: 'Attributes',
    feature: 'IPv6 extended communities',
    rfcs: [5701],
    tests: ['bgp/test/attributes/family-attributes'],
    interop: ['ipv6-extended-communities'],
  },
  {
    section: 'Attributes',
    feature: 'AIGP: codec, and in the decision',
    rfcs: [7311],
    tests: ['bgp/test/attributes/family-attributes', 'bgp/test/speaker/aigp', 'bgp/test/rib/decision'],
    interop: ['aigp'],
  },
  {
    section: 'Attributes',
    feature: 'Link bandwidth: codec, and weights of routes',
    rfcs: [],
    tests: ['bgp/test/attributes/link-bandwidth', 'bgp/test/speaker/link-bandwidth'],
    interop: ['link-bandwidth'],
  },
  {
    section: 'Attributes',
    feature: 'Error handling, the strongest outcome wins',
    rfcs: [7606],
    tests: ['bgp/test/message/rfc7606', 'bgp/test/message/update-fuzz', 'bgp/test/fuzz/fuzz'],
    interop: ['malformed-attribute'],
  },
  {
    section: 'Attributes',
    feature: 'Unknown transitive attributes are passed on with the Partial bit',
    rfcs: [4271],
    tests: ['bgp/test/attributes/rewrite', 'bgp/test/interop/attributes'],
    interop: ['unknown-attribute'],
  },
  {
    section: 'Attributes',
    feature: 'Prefix-SID',
    rfcs: [8669],
    tests: ['bgp/test/attributes/family-attributes'],
    interop: ['prefix-sid'],
  },
  {
    section: 'Attributes',
    feature: 'Well-known communities: NO_EXPORT and the like',
    rfcs: [1997],
    tests: ['bgp/test/speaker/export', 'bgp/test/interop/routing-rules'],
    interop: ['well-known-communities'],
  },
  {
    section: 'Attributes',
    feature: 'BLACKHOLE',
    rfcs: [7999],
    tests: ['bgp/test/policy/well-known-policies'],
    interop: ['blackhole'],
    note: 'by a policy that comes with the library',
  },
  {
    section: 'Attributes',
    feature: 'GRACEFUL_SHUTDOWN',
    rfcs: [8326],
    tests: ['bgp/test/policy/well-known-policies'],
    interop: ['graceful-shutdown'],
    note: 'by a policy that comes with the library',
  },
  {
    section: 'Attributes',
    feature: 'AS sets are refused, when asked for',
    rfcs: [9774],
    tests: ['bgp/test/speaker/session-rules'],
  },
];
