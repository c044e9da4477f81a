import type { ControlClient, WirePeer } from '@peerage/control';
import t from 'tap';
import { showNeighbors } from '../../src/commands/show-neighbors.js';

const counts = { open: 1, update: 2, notification: 0, keepalive: 3, routeRefresh: 0 };

/** A neighbour that is away, with 3 routes kept of one family and 2 of the other. */
const away: WirePeer = {
  address: '192.0.2.2',
  remoteAs: 64_513,
  localAs: 64_512,
  type: 'external',
  state: 'active',
  stateSince: Date.now() - 5_000,
  gracefulRestart: { phase: 'away', secondsLeft: 55, longLivedSecondsLeft: { 'ipv6-unicast': 3_600 } },
  establishedCount: 1,
  flaps: 1,
  passive: false,
  shutdown: false,
  md5: false,
  capabilities: [],
  families: [
    {
      ...{ family: 'ipv4-unicast', negotiated: false, received: 3, accepted: 3, advertised: 0 },
      ...{ endOfRib: false, stale: 3 },
    },
    {
      ...{ family: 'ipv6-unicast', negotiated: false, received: 2, accepted: 2, advertised: 0 },
      ...{ endOfRib: false, stale: 2 },
    },
  ],
  sent: counts,
  received: counts,
};

const client = (peer: WirePeer) =>
  ({
    neighbor: async () => peer,
    neighbors: async () => [peer],
    status: async () => ({
      routerId: '192.0.2.1',
      localAs: 64_512,
      peers: { configured: 1, established: 0 },
    }),
  }) as unknown as ControlClient;

const textOf = (value: unknown): string => JSON.stringify(value);

t.test('a neighbour whose routes are kept over its restart says for how long, and how many', async (t) => {
  const { blocks } = await showNeighbors.run(client(away), ['192.0.2.2'], {});
  t.match(
    textOf(blocks),
    /graceful restart.*the peer is away; 5 stale routes kept; 55 s left; ipv6-unicast long-lived, 3600 s left/,
  );
  const table = await showNeighbors.run(client(away), [], {});
  t.match(textOf(table.blocks), /active, routes kept/);
});

t.test('one that is back says so until its End-of-RIB, and others say nothing of it', async (t) => {
  const back: WirePeer = {
    ...away,
    state: 'established',
    gracefulRestart: { phase: 'resyncing', secondsLeft: 300 },
  };
  const { blocks } = await showNeighbors.run(client(back), ['192.0.2.2'], {});
  t.match(textOf(blocks), /the peer is back, until its End-of-RIB; 5 stale routes kept; 300 s left/);
  const { gracefulRestart: _, ...steady } = back;
  const plain = await showNeighbors.run(client(steady), ['192.0.2.2'], {});
  t.notMatch(textOf(plain.blocks), /graceful restart"/);
});

t.test('one whose rejected routes are not kept says so', async (t) => {
  const { blocks } = await showNeighbors.run(client({ ...away, keepReceived: false }), ['192.0.2.2'], {});
  t.match(textOf(blocks), /keep received.*no: what is rejected is asked for again/);
  const plain = await showNeighbors.run(client(away), ['192.0.2.2'], {});
  t.notMatch(textOf(plain.blocks), /keep received/);
});
