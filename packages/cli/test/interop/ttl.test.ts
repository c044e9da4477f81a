// test-timeout: 120
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Daemon,
  eventually,
  needs,
  proofsOf,
  proves,
  startFrr,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { DAEMON_AS, SPEAKER_AS } from './collision-daemons.js';
import { addAddresses, ip, namespace } from './namespace.js';

const OBSERVED_MILLISECONDS = 8_000;

/** The router is a neighbour on our link; the far one is a hop behind it. */
type Place = 'router' | 'far';

/** What both sides are configured to send and to accept, and what must come of it. */
interface Case {
  readonly place: Place;
  readonly ours: { readonly multihopTtl?: number; readonly ttlSecurityHops?: number };
  /** What comes behind `neighbor ADDRESS`; nothing for FRR's default, a TTL of 1. */
  readonly theirs?: string;
  readonly isUp: boolean;
}

const cases: readonly Case[] = [
  { place: 'router', ours: {}, isUp: true },
  { place: 'router', ours: { ttlSecurityHops: 1 }, theirs: 'ttl-security hops 1', isUp: true },
  { place: 'router', ours: {}, theirs: 'ttl-security hops 1', isUp: false },
  { place: 'router', ours: { ttlSecurityHops: 1 }, isUp: false },
  { place: 'far', ours: {}, theirs: 'ebgp-multihop 2', isUp: false },
  { place: 'far', ours: { multihopTtl: 2 }, theirs: 'ebgp-multihop 2', isUp: true },
  { place: 'far', ours: { multihopTtl: 2 }, isUp: false },
  { place: 'far', ours: { ttlSecurityHops: 2 }, theirs: 'ttl-security hops 2', isUp: true },
  { place: 'far', ours: { ttlSecurityHops: 1 }, theirs: 'ttl-security hops 2', isUp: false },
  { place: 'far', ours: { ttlSecurityHops: 2 }, theirs: 'ttl-security hops 1', isUp: false },
];

interface Row extends Case {
  readonly title: string;
  readonly version: 4 | 6;
  readonly ourAddress: string;
  readonly theirAddress: string;
}

function rows(version: 4 | 6): readonly Row[] {
  return cases.map((one, i) => {
    const net = one.place === 'router' ? 1 : 2;
    return {
      ...one,
      version,
      title: `${one.place}, IPv${version}, we ${JSON.stringify(one.ours)}, FRR ${one.theirs ?? 'a TTL of 1'}`,
      ourAddress: version === 4 ? `198.18.1.${i + 1}` : `fd00:1::${i + 1}`,
      theirAddress: version === 4 ? `198.18.${net}.${i + 101}` : `fd00:${net}::${i + 101}`,
    };
  });
}

const prefixed = (address: string): string => `${address}/${address.includes(':') ? 64 : 24}`;

/** Ours – router – far: a cable each, and routes over the router. */
async function network(t: Teardown, all: readonly Row[]): Promise<Record<'ours' | Place, string>> {
  const [ours, router, far] = [await namespace(t), await namespace(t), await namespace(t)];
  await ip(`link add eth0 netns ${ours} type veth peer name near netns ${router}`);
  await ip(`link add eth0 netns ${far} type veth peer name beyond netns ${router}`);
  const at = (place: Place): readonly string[] =>
    all.filter((one) => one.place === place).map((one) => prefixed(one.theirAddress));
  await addAddresses(
    ours,
    'eth0',
    all.map((one) => prefixed(one.ourAddress)),
  );
  await addAddresses(router, 'near', [...at('router'), '198.18.1.254/24', 'fd00:1::ffff/64']);
  await addAddresses(router, 'beyond', ['198.18.2.254/24', 'fd00:2::ffff/64']);
  await addAddresses(far, 'eth0', at('far'));
  for (const [within, device] of [
    [ours, 'eth0'],
    [far, 'eth0'],
    [router, 'near'],
    [router, 'beyond'],
  ] as const)
    await ip(`-n ${within} link set ${device} up`);
  await ip(`netns exec ${router} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`);
  for (const [within, net] of [
    [ours, 1],
    [far, 2],
  ] as const) {
    await ip(`-n ${within} route add default via 198.18.${net}.254`);
    await ip(`-n ${within} -6 route add default via fd00:${net}::ffff`);
  }
  return { ours, router, far };
}

function frrConfig(all: readonly Row[], version: 4 | 6): string {
  return `router bgp ${DAEMON_AS}
 bgp router-id 198.51.100.${version}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp disable-ebgp-connected-route-check
${all
  .map(
    ({ ourAddress, theirAddress, theirs }) => ` neighbor ${ourAddress} remote-as ${SPEAKER_AS}
 neighbor ${ourAddress} update-source ${theirAddress}
 neighbor ${ourAddress} timers connect 1
 ${theirs === undefined ? '!' : `neighbor ${ourAddress} ${theirs}`}
`,
  )
  .join('')}
 address-family ipv${version} unicast
${all.map(({ ourAddress }) => `  neighbor ${ourAddress} activate\n`).join('')}
`;
}

/** Neighbours with which FRR has a session. */
async function establishedAt(daemon: Daemon): Promise<readonly string[]> {
  const neighbors = JSON.parse(await daemon.query('show bgp neighbors json')) as Record<
    string,
    { readonly bgpState?: string }
  >;
  return Object.keys(neighbors).filter((one) => neighbors[one]?.bgpState === 'Established');
}

t.test(
  'TTL and GTSM with FRR on the link and behind a router',
  needs('root', 'command:bgpd', 'command:vtysh', 'command:ip', 'command:sysctl'),
  async (t) => {
    proves(t, ['gtsm', 'multihop'], 'FRR');
    const all = [...rows(4), ...rows(6)];
    const spaces = await network(t, all);
    const speaker = await startSpeaker(
      t,
      {
        localAs: SPEAKER_AS,
        routerId: '192.0.2.1',
        ebgpRequiresPolicy: false,
        neighbors: all.map(({ title, ourAddress, theirAddress, ours }) => ({
          address: theirAddress,
          remoteAs: DAEMON_AS,
          description: title,
          localAddress: ourAddress,
          connectRetryTime: 1,
          ...ours,
        })),
      },
      { namespace: spaces.ours },
    );
    const daemons: Daemon[] = [];
    for (const place of ['router', 'far'] as const) {
      for (const version of [4, 6] as const) {
        const here = all.filter((one) => one.place === place && one.version === version);
        const address = version === 4 ? '0.0.0.0' : '::';
        const where = { namespace: spaces[place], address, port: 179 };
        daemons.push(await startFrr(t, frrConfig(here, version), where));
      }
    }
    const up = all.filter((one) => one.isUp);
    // What we sent before FRR has set its least TTL may get through, so that we alone take the session for up.
    const established = async (): Promise<readonly string[]> => {
      const theirs = new Set((await Promise.all(daemons.map(establishedAt))).flat());
      return (await speaker.control.neighbors())
        .filter((one) => one.state === 'established' && theirs.has(one.localAddress ?? ''))
        .map((one) => one.description ?? '');
    };
    await eventually(async () => (await established()).length >= up.length, { timeout: 30_000 });
    const began = performance.now();
    while (performance.now() - began < OBSERVED_MILLISECONDS) {
      t.same(
        await established(),
        up.map((one) => one.title),
      );
      await sleep(1_000);
    }
    for (const { title, theirAddress } of up) {
      t.match(await speaker.control.neighbor(theirAddress), { establishedCount: 1, flaps: 0 }, title);
    }
    t.comment(`${up.length} sessions up, ${all.length - up.length} down`);
    speaker.child.kill('SIGTERM');
    t.match(await speaker.ended, { status: 0 }, speaker.stderr());
  },
);

proofsOf(t, import.meta.url);
