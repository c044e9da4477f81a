/** Daemons that interop tests run beside ours, in the order in which they are shown. */
export const daemonNames = ['FRR', 'BIRD', 'GoBGP', 'OpenBGPD', 'ExaBGP'] as const;
export type DaemonName = (typeof daemonNames)[number];

/** Which half a test proves: what we do and the peer understands, or the reverse. */
export type Direction = 'ours' | 'theirs';

interface Feature {
  readonly title: string;
  /** Daemons (in the releases that are tested) that cannot do it, in one direction or both, and why. */
  readonly lacks?: Readonly<Partial<Record<DaemonName, string>>>;
  /** What a direction means here, when it is not plain. */
  readonly meaning?: string;
}

const noRib = 'keeps no table of its own to decide with';

/** What interop tests prove, with every daemon that has it. */
export const interopFeatures = {
  sessions: {
    title: 'Sessions over IPv4, both families on them',
    meaning: 'ours: we dial; theirs: the peer dials',
  },
  collision: { title: 'Both dial at once: one session stands' },
  routes: { title: 'Routes of both families with equal attributes, withdrawn one by one' },
  internal: { title: 'Internal sessions: LOCAL_PREF, AS path without us' },
  'wrong-as': { title: 'The AS is not the configured one: 2/2' },
  loss: { title: 'The peer is killed: its routes go' },
  'shutdown-text': {
    title: 'Shutdown communication (RFC 9003)',
    lacks: { ExaBGP: '4.2 fails on the text' },
  },
  'hold-time': { title: 'The smaller hold time counts' },
  'four-octet-as': { title: 'AS numbers above 65535 (RFC 6793)' },
  'two-octet-peer': {
    title: 'Peer without 4-octet AS numbers: AS_TRANS, AS4_PATH',
    lacks: {
      FRR: '8.4 goes by our capability when it told none, and ignores AS4_PATH',
      GoBGP: 'always tells the capability',
    },
  },
  capabilities: { title: 'Capabilities are told and shown (RFC 5492)' },
  'extended-parameters': {
    title: 'OPEN with more than 255 octets of parameters (RFC 9072)',
    lacks: { GoBGP: '3.10 has it not', OpenBGPD: '7.7 has not that much to tell', ExaBGP: '4.2 has it not' },
  },
  'host-names': {
    title: 'Host name (capability 73)',
    lacks: { OpenBGPD: 'has it not', ExaBGP: '4.2 neither tells nor reads it' },
  },
  'software-version': {
    title: 'Software version (capability 75)',
    lacks: {
      FRR: '8.4 has it not',
      BIRD: '2.0 has it not',
      GoBGP: '3.10 has it not',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 has it not',
    },
  },
  'route-refresh': {
    title: 'Route refresh (RFC 2918)',
    lacks: {
      GoBGP: 'never asks',
      OpenBGPD: '7.7 refuses requests for what it negotiated',
      ExaBGP: '4.2 fails on a request where both mark their answers',
    },
  },
  'enhanced-refresh': {
    title: 'Enhanced route refresh (RFC 7313)',
    lacks: {
      GoBGP: '3.10 has it not',
      OpenBGPD: '7.7 refuses requests and marks for what it negotiated',
      ExaBGP: '4.2 fails on its own marks',
    },
  },
  'graceful-restart': {
    title: 'Graceful restart (RFC 4724)',
    lacks: { OpenBGPD: 'tells End-of-RIB only', ExaBGP: 'keeps no table to hold routes in' },
  },
  'long-lived-graceful-restart': {
    title: 'Long-lived graceful restart (RFC 9494)',
    lacks: { OpenBGPD: 'has it not', ExaBGP: 'has it not' },
  },
  'restart-notification': {
    title: 'Graceful restart for NOTIFICATION (RFC 8538)',
    lacks: {
      BIRD: '2.0 has it not',
      OpenBGPD: 'tells End-of-RIB only',
      ExaBGP: 'keeps no table to hold routes in',
    },
  },
  'extended-message': {
    title: 'Messages up to 65535 octets (RFC 8654)',
    lacks: { GoBGP: '3.10 has it not', OpenBGPD: '7.7 has it not' },
  },
  'add-path': { title: 'Several paths of a prefix (RFC 7911)' },
  'extended-next-hop': {
    title: 'IPv4 over IPv6 next hops (RFC 8950)',
    lacks: { OpenBGPD: '7.7 has it not' },
  },
  unnumbered: {
    title: 'Peers by interface and IPv6 link-local address',
    lacks: { OpenBGPD: 'needs the address', ExaBGP: 'needs the address' },
  },
  roles: {
    title: 'Roles and OTC (RFC 9234)',
    lacks: { GoBGP: 'has it not', ExaBGP: 'has it not' },
  },
  'max-prefix': { title: 'Maximum of prefixes: 6/1', lacks: { ExaBGP: 'has none' } },
  'dynamic-peers': { title: 'Peers known by a prefix only', lacks: { ExaBGP: 'has them not' } },
  'delay-open': {
    title: 'DelayOpen: our OPEN waits',
    lacks: {
      BIRD: 'has it not',
      GoBGP: 'has it not',
      OpenBGPD: 'has it not',
      ExaBGP: 'has it not',
    },
  },
  md5: { title: 'TCP MD5 (RFC 2385)' },
  'tcp-ao': {
    title: 'TCP-AO (RFC 5925)',
    meaning: 'two of ours, on a kernel that has it',
    lacks: {
      FRR: 'has it not',
      BIRD: '2.0 has it not',
      GoBGP: '3.10 has it not',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 has it not',
    },
  },
  gtsm: { title: 'GTSM (RFC 5082)' },
  multihop: { title: 'Peers that are not adjacent' },
  reflection: { title: 'Route reflection (RFC 4456)', lacks: { ExaBGP: noRib } },
  'route-server': { title: 'Route server (RFC 7947)', lacks: { ExaBGP: noRib } },
  confederation: {
    title: 'Confederations (RFC 5065)',
    lacks: { OpenBGPD: 'has them not', ExaBGP: noRib },
  },
  'path-rules': {
    title: 'Local AS, AS override, private ASes, own AS allowed',
    lacks: { ExaBGP: noRib },
  },
  'first-hop': { title: 'Next hop: self, unchanged', lacks: { ExaBGP: noRib } },
  'default-originate': {
    title: 'The default route to one peer',
    lacks: { BIRD: 'only by a static route', GoBGP: 'has it not', ExaBGP: noRib },
  },
  aggregates: {
    title: 'Aggregates',
    lacks: { BIRD: '2.0 has them not', GoBGP: 'has them not', OpenBGPD: 'has them not', ExaBGP: noRib },
  },
  policy: { title: 'Policies in both directions' },
  'policy-change': { title: 'A changed policy holds without a new session', lacks: { ExaBGP: noRib } },
  'next-hop-tracking': {
    title: 'Next hops that come and go',
    lacks: { ExaBGP: noRib },
    meaning: 'ours: the daemon sees what we take instead; theirs: routes of the daemon',
  },
  communities: { title: 'Standard and large communities (RFC 1997, RFC 8092)' },
  'extended-communities': { title: 'Extended communities (RFC 4360)' },
  'ipv6-extended-communities': {
    title: 'IPv6 extended communities (RFC 5701)',
    lacks: {
      FRR: '8.4 drops them',
      BIRD: 'only passes them on',
      OpenBGPD: 'only passes them on',
      ExaBGP: '4.2 knows their octets only',
    },
  },
  'link-bandwidth': {
    title: 'Link bandwidth community',
    lacks: { OpenBGPD: 'removes it from external routes' },
  },
  aigp: {
    title: 'AIGP (RFC 7311)',
    lacks: { FRR: '8.4 has it not', OpenBGPD: 'has it not', ExaBGP: '4.2 drops it' },
  },
  'unknown-attribute': { title: 'Unknown transitive attribute is passed on' },
  'malformed-attribute': {
    title: 'Malformed attribute withdraws the route, the session stands (RFC 7606)',
    lacks: { FRR: 'sends none', BIRD: 'sends none', GoBGP: 'sends none', OpenBGPD: 'sends none' },
  },
  'well-known-communities': {
    title: 'NO_EXPORT and NO_ADVERTISE are honoured',
    lacks: { GoBGP: 'leaves them to policies', ExaBGP: noRib },
  },
  blackhole: { title: 'BLACKHOLE (RFC 7999)' },
  'graceful-shutdown': { title: 'GRACEFUL_SHUTDOWN (RFC 8326)' },
  multicast: {
    title: 'IPv4 and IPv6 multicast',
    lacks: {
      GoBGP: '3.10 takes it for unicast',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 sends none',
    },
  },
  'labelled-unicast': { title: 'Labelled unicast (RFC 8277)', lacks: { OpenBGPD: 'has it not' } },
  vpn: {
    title: 'VPNv4 and VPNv6 (RFC 4364, RFC 4659)',
    lacks: { OpenBGPD: '7.7 misreads withdrawals' },
  },
  evpn: {
    title: 'EVPN (RFC 7432)',
    lacks: { BIRD: '2.0 has it not', OpenBGPD: '7.7 has it not', ExaBGP: '4.2 cannot be told any' },
  },
  flowspec: { title: 'Flowspec (RFC 8955, RFC 8956)', lacks: { OpenBGPD: '7.7 has it not' } },
  'route-target': {
    title: 'Route target constraint (RFC 4684)',
    lacks: {
      FRR: '8.4 has it not',
      BIRD: 'has it not',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 cannot be told to negotiate it',
    },
  },
  'link-state': {
    title: 'BGP-LS (RFC 9552)',
    lacks: {
      FRR: '8.4 has it not',
      BIRD: 'has it not',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 cannot be told any',
    },
  },
  'sr-policy': {
    title: 'SR policy (RFC 9830)',
    lacks: {
      FRR: '8.4 has it not',
      BIRD: 'has it not',
      OpenBGPD: 'has it not',
      ExaBGP: '4.2 has it not',
    },
  },
  mup: {
    title: 'MUP',
    lacks: { FRR: 'has it not', BIRD: 'has it not', OpenBGPD: 'has it not', ExaBGP: '4.2 has it not' },
  },
  encapsulation: {
    title: 'Tunnel encapsulation (RFC 9012)',
    lacks: { BIRD: 'has it not', OpenBGPD: 'has it not', ExaBGP: '4.2 knows its octets only' },
  },
  'prefix-sid': {
    title: 'Prefix-SID and SRv6 services (RFC 8669, RFC 9252)',
    lacks: { BIRD: 'has it not', OpenBGPD: 'has it not' },
  },
} as const satisfies Readonly<Record<string, Feature>>;

export type InteropFeature = keyof typeof interopFeatures;

export function featureOf(name: InteropFeature): Feature {
  return interopFeatures[name];
}
