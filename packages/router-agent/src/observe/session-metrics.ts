import type { MessageCounts, PeerFamilyStatus, PeerStatus } from '@peerage/bgp';
import { type MetricsView, type ReadMetric, type Sample, samplesOf } from './metric.js';

/** Metrics of BGP sessions, by name. The label `peer` is the address that `peerage show neighbors` shows. */
export const sessionMetrics: Readonly<Record<string, ReadMetric>> = {
  kube_router_bgp_peer_info: {
    type: 'gauge',
    help: 'BGP peers with the state of their session; 1 each',
    labels: ['address', 'type', 'asn', 'state'],
    read: eachPeer(({ address, type, remoteAs, state }) => [[[address, type, remoteAs, state], 1]]),
  },
  kube_router_controller_bgp_peers: {
    type: 'gauge',
    help: 'Configured BGP peers, other nodes and external ones',
    labels: [],
    read: ({ peers }) => [[[], peers.length]],
  },
  peerage_bgp_session_up: {
    type: 'gauge',
    help: 'Whether the session is Established: 1 or 0',
    labels: ['peer', 'type', 'asn'],
    read: eachPeer(({ address, type, remoteAs, state }) => [
      [[address, type, remoteAs], state === 'established' ? 1 : 0],
    ]),
  },
  peerage_bgp_session_uptime_seconds: {
    type: 'gauge',
    help: 'Seconds in Established; missing in other states',
    labels: ['peer'],
    read: eachPeer(({ address, uptimeSeconds }) =>
      uptimeSeconds === undefined ? [] : [[[address], uptimeSeconds]],
    ),
  },
  peerage_bgp_session_established_total: {
    type: 'counter',
    help: 'How often the session reached Established',
    labels: ['peer'],
    read: eachPeer(({ address, establishedCount }) => [[[address], establishedCount]]),
  },
  peerage_bgp_session_flaps_total: {
    type: 'counter',
    help: 'How often the session left Established',
    labels: ['peer'],
    read: eachPeer(({ address, flaps }) => [[[address], flaps]]),
  },
  peerage_bgp_session_last_error_info: {
    type: 'gauge',
    help: 'Why the session last ended or did not come up: the code as in docs/reference/errors-bgp.md, and the NOTIFICATION; 1 each',
    labels: ['peer', 'code', 'notification'],
    read: eachPeer(({ address, lastError }) =>
      lastError === undefined ? [] : [[[address, lastError.code, lastError.notification?.text ?? ''], 1]],
    ),
  },
  peerage_bgp_session_last_error_timestamp_seconds: {
    type: 'gauge',
    help: 'When that was, in seconds since 1970',
    labels: ['peer'],
    read: eachPeer(({ address, lastError }) =>
      lastError === undefined ? [] : [[[address], lastError.at / 1000]],
    ),
  },
  peerage_bgp_peer_refused: {
    type: 'gauge',
    help: 'Peers that cannot start as they are configured, with the code of the reason; 1 each',
    labels: ['peer', 'code'],
    read: eachPeer(({ address, refused }) => (refused === undefined ? [] : [[[address, refused.code], 1]])),
  },
  peerage_bgp_prefixes: {
    type: 'gauge',
    help: 'Routes by peer, family and kind: received, accepted by import policy, advertised, or stale (kept over a restart of the peer)',
    labels: ['peer', 'family', 'kind'],
    read: eachPeer(({ address, families }) =>
      samplesOf(
        families.filter(({ negotiated }) => negotiated),
        (family) => prefixSamples(address, family),
      ),
    ),
  },
  peerage_bgp_messages_total: {
    type: 'counter',
    help: 'BGP messages by peer, direction and type',
    labels: ['peer', 'direction', 'type'],
    read: eachPeer(({ address, sent, received }) => [
      ...messageSamples(address, 'sent', sent),
      ...messageSamples(address, 'received', received),
    ]),
  },
  peerage_bgp_queued_bytes: {
    type: 'gauge',
    help: 'Octets that wait in an Established session: came and are not taken in yet, or were not taken by the kernel yet',
    labels: ['peer', 'direction'],
    read: eachPeer(({ address, queued }) =>
      queued === undefined
        ? []
        : [
            [[address, 'received'], queued.inbox],
            [[address, 'sent'], queued.outbox],
          ],
    ),
  },
};

function eachPeer(read: (peer: PeerStatus) => Iterable<Sample>): ReadMetric['read'] {
  return ({ peers }: MetricsView) => samplesOf(peers, read);
}

function prefixSamples(address: string, family: PeerFamilyStatus): readonly Sample[] {
  const { received, accepted, advertised, stale } = family;
  const counts = { received, accepted, advertised, stale: stale ?? 0 };
  return Object.entries(counts).map(([kind, count]) => [[address, family.family, kind], count]);
}

function messageSamples(address: string, direction: string, counts: MessageCounts): readonly Sample[] {
  return Object.entries(counts).map(([type, count]) => [[address, direction, type], count]);
}
