import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freePort, needs, proofsOf, proves, type Teardown } from '@peerage/test-fixtures';
import t from 'tap';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { parseCommunity } from '../../src/policy/community.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import type { PathStatus, PeerStatus } from '../../src/speaker/views/status.js';
import { type End, type Implementation, originated, type Setup, type Subject } from './subject.js';

const SPEAKER = '127.0.0.1';
const ours = { ipv4: '203.0.113.0/24', ipv6: '2001:db8:203::/48' } as const;

interface Pair {
  readonly speaker: BgpSpeaker;
  readonly daemon: Subject;
  peer(): PeerStatus;
  /** Our path for a prefix of the daemon's. */
  learned(prefix: string): PathStatus | undefined;
}

interface PairOptions {
  /** Who dials. */
  readonly dials: 'speaker' | 'daemon' | 'both';
  /** As the daemon believes ours to be, and as we believe its to be. Default: as they are. */
  readonly expectedAs?: number;
  readonly remoteAs?: number;
  /** Default 64513. */
  readonly daemonAs?: number;
}

/** A speaker and a daemon on loopback, each with routes to tell. */
async function pair(t: Teardown, implementation: Implementation, options: PairOptions): Promise<Pair> {
  const us: End = { address: SPEAKER, port: await freePort(SPEAKER), as: 64512 };
  const them = {
    address: implementation.address,
    port: await freePort(implementation.address),
    as: options.daemonAs ?? 64513,
    routerId: '198.51.100.2',
  };
  const setup: Setup = {
    daemon: them,
    speaker: us,
    expectedAs: options.expectedAs ?? us.as,
    passive: options.dials === 'speaker',
  };
  const speaker = new BgpSpeaker(
    { localAs: us.as, routerId: '203.0.113.1', listen: [{ address: us.address, port: us.port }] },
    nodePorts(),
  );
  t.teardown(() => speaker.close({ communication: 'the test is over' }));
  const config: PeerConfig = {
    address: them.address,
    remoteAs: options.remoteAs ?? them.as,
    port: them.port,
    localAddress: us.address,
    passive: options.dials === 'daemon',
    connectRetryTime: 1,
    families: ['ipv4-unicast', 'ipv6-unicast'],
    // Daemons take loopback addresses for martians.
    nextHop: { 'ipv4-unicast': '192.0.2.1', 'ipv6-unicast': '2001:db8:ff::1' },
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
  };
  speaker.addPeer(config);
  speaker.announce({
    prefixes: [ours.ipv4, ours.ipv6],
    attributes: {
      med: 50,
      communities: [parseCommunity('64512:1'), parseCommunity('64512:2')],
      largeCommunities: ['64512:3:4'],
    },
  });
  const daemon = await implementation.start(t, setup);
  await speaker.start();
  return {
    speaker,
    daemon,
    peer: () => speaker.peer(them.address) as PeerStatus,
    learned: (prefix) => speaker.rib({ prefix }).routes[0]?.paths.find((path) => path.peer === them.address),
  };
}

/** The same tests for each daemon; `url` is that of the file of tests. */
export function interop(implementation: Implementation, url: string): void {
  const required = needs(...implementation.needs);
  const { name } = implementation;

  for (const dials of ['speaker', 'daemon'] as const) {
    const how = dials === 'speaker' ? `we dial ${name}` : `${name} dials us`;
    t.test(`${how}: routes of both families go both ways with equal attributes`, required, async (t) => {
      proves(t, 'sessions', name, [dials === 'speaker' ? 'ours' : 'theirs']);
      proves(t, ['routes', 'communities'], name);
      proves(t, 'loss', name, ['theirs']);
      const { speaker, daemon, peer, learned } = await pair(t, implementation, { dials });
      await eventually(() => peer().state === 'established', { timeout: 30_000 });
      await eventually(() => daemon.isEstablished());

      for (const prefix of [originated.ipv4, originated.ipv6]) {
        const path = await eventually(() => learned(prefix));
        t.match(path.attributes, {
          origin: 'igp',
          asPath: [{ type: 'sequence', ases: [64513] }],
          med: originated.med,
          communities: [parseCommunity(originated.community)],
          largeCommunities: [originated.largeCommunity],
        });
        t.equal(path.best, true);
      }
      t.equal(learned(originated.ipv4)?.nextHop, implementation.address);

      for (const [prefix, nextHop] of [
        [ours.ipv4, '192.0.2.1'],
        [ours.ipv6, '2001:db8:ff::1'],
      ] as const) {
        const route = await eventually(() => daemon.route(prefix));
        t.same(route, {
          asPath: [64512],
          nextHop,
          med: 50,
          communities: ['64512:1', '64512:2'],
          largeCommunities: ['64512:3:4'],
        });
      }
      // Received may be more: FRR sends our own routes back, which the loop check rejects.
      for (const family of peer().families) t.match(family, { negotiated: true, accepted: 1, advertised: 1 });

      speaker.withdraw([ours.ipv4, ours.ipv6]);
      for (const prefix of Object.values(ours)) {
        await eventually(async () => (await daemon.route(prefix)) === undefined);
      }
      await daemon.withdraw(originated.ipv6);
      await eventually(() => learned(originated.ipv6) === undefined);
      t.ok(learned(originated.ipv4), 'the other family keeps its route');

      await daemon.kill();
      await eventually(() => learned(originated.ipv4) === undefined);
      await eventually(() => peer().state !== 'established');
      t.equal(peer().flaps, 1);
    });
  }

  t.test(`${name} and we dial each other: one session stands`, required, async (t) => {
    proves(t, 'collision', name);
    const { daemon, peer, learned } = await pair(t, implementation, { dials: 'both' });
    await eventually(() => learned(originated.ipv4) && learned(originated.ipv6), { timeout: 30_000 });
    await eventually(() => daemon.isEstablished());
    await sleep(2_000);
    t.match(peer(), { state: 'established', flaps: 0 });
    t.equal(await daemon.isEstablished(), true);
  });

  t.test(`an AS of ${name} that is not the configured one gets 2/2`, required, async (t) => {
    proves(t, 'wrong-as', name, ['ours']);
    const { daemon, peer } = await pair(t, implementation, { dials: 'speaker', remoteAs: 64999 });
    const told = await eventually(() => peer().lastNotification, { timeout: 30_000 });
    t.match(told, { direction: 'sent', code: 2, subcode: 2 });
    t.match(peer().lastError?.message, /64999.*64513|64513.*64999/s);
    await eventually(() => daemon.heardBadPeerAs());
    t.equal(peer().establishedCount, 0);
  });

  t.test(`when ${name} expects another AS of us, its 2/2 is told`, required, async (t) => {
    proves(t, 'wrong-as', name, ['theirs']);
    const { peer } = await pair(t, implementation, { dials: 'speaker', expectedAs: 64999 });
    const told = await eventually(() => peer().lastNotification, { timeout: 30_000 });
    t.match(told, { direction: 'received', code: 2, subcode: 2 });
    t.equal(peer().establishedCount, 0);
  });

  t.test(`closing tells ${name} why`, required, async (t) => {
    if (implementation.logsText) proves(t, 'shutdown-text', name, ['ours']);
    const { speaker, daemon, peer } = await pair(t, implementation, { dials: 'speaker' });
    await eventually(() => peer().state === 'established', { timeout: 30_000 });
    await speaker.close({ communication: 'maintenance until six' });
    await eventually(async () => !(await daemon.isEstablished()));
    t.equal(peer().state, 'idle');
    if (implementation.logsText) await eventually(() => daemon.log().includes('maintenance until six'));
  });

  t.test(`inside one AS, ${name} gets LOCAL_PREF and an AS path without us`, required, async (t) => {
    proves(t, 'internal', name);
    const { daemon, learned } = await pair(t, implementation, { dials: 'speaker', daemonAs: 64512 });
    const route = await eventually(() => daemon.route(ours.ipv4), { timeout: 30_000 });
    t.match(route, { asPath: [], localPref: 100, med: 50, nextHop: '192.0.2.1' });
    const path = await eventually(() => learned(originated.ipv4));
    t.match(path.attributes, { asPath: [], localPref: 100, med: originated.med });
  });

  proofsOf(t, url);
}
