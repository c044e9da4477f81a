import { startGobgp } from '@peerage/test-fixtures';
import { type Implementation, type LearnedRoute, originated, type RestartSetup } from './subject.js';

interface GobgpPath {
  readonly attrs: readonly Record<string, unknown>[];
  readonly withdrawal?: boolean;
}

interface NeighborState {
  readonly state: { readonly messages?: { readonly received?: { readonly notification?: number } } };
}

/** The list in the attribute of this type. */
function attribute(path: GobgpPath, type: number): Record<string, unknown> {
  return path.attrs.find((candidate) => candidate.type === type) ?? {};
}

/** Reads `gobgp neighbor ADDRESS adj-in PREFIX -j`. */
function parseRoute(text: string): LearnedRoute | undefined {
  const table = JSON.parse(text) as Record<string, readonly GobgpPath[]> | null;
  const path = Object.values(table ?? {})[0]?.[0];
  if (path === undefined) return undefined;
  const segments = (attribute(path, 2).as_paths ?? []) as readonly { readonly asns: readonly number[] }[];
  const communities = (attribute(path, 8).communities ?? []) as readonly number[];
  const large = (attribute(path, 32).value ?? []) as readonly Record<string, number>[];
  const med = attribute(path, 4).metric;
  const localPref = attribute(path, 5).value;
  return {
    asPath: segments.flatMap((segment) => segment.asns),
    nextHop: String(attribute(path, 3).nexthop ?? attribute(path, 14).nexthop ?? ''),
    ...(typeof med === 'number' && { med }),
    ...(typeof localPref === 'number' && { localPref }),
    communities: communities.map((value) => `${value >>> 16}:${value & 0xffff}`).sort(),
    largeCommunities: large.map((value) => `${value.ASN}:${value.LocalData1}:${value.LocalData2}`).sort(),
  };
}

const familyOf = (prefix: string): string => (prefix.includes(':') ? 'ipv6' : 'ipv4');

function restartLines({ restartTime, longLived, notification = false }: RestartSetup): string {
  return `  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = ${restartTime}
    deferral-time = 30
    notification-enabled = ${notification}
    long-lived-enabled = ${longLived !== undefined}`;
}

function familyLines({ longLived }: RestartSetup): string {
  const long = `    [neighbors.afi-safis.long-lived-graceful-restart.config]
      enabled = true
      restart-time = ${longLived}`;
  return `    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
${longLived === undefined ? '' : long}`;
}

export const gobgp: Implementation = {
  name: 'GoBGP',
  needs: ['command:gobgpd', 'command:gobgp'],
  address: '127.0.0.4',
  logsText: true,
  async start(t, { daemon, speaker, expectedAs, passive, gracefulRestart }) {
    const started = await startGobgp(
      t,
      `[global.config]
  as = ${daemon.as}
  router-id = "${daemon.routerId}"
  port = ${daemon.port}
  local-address-list = ["${daemon.address}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${speaker.address}"
    peer-as = ${expectedAs}
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
  [neighbors.transport.config]
    local-address = "${daemon.address}"
    remote-port = ${speaker.port}
    passive-mode = ${passive}
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
${gracefulRestart === undefined ? '' : restartLines(gracefulRestart)}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
${gracefulRestart === undefined ? '' : familyLines(gracefulRestart)}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
`,
      gracefulRestart?.isRestart === true ? { flags: ['-r'] } : {},
    );
    const { med, community, largeCommunity } = originated;
    for (const [family, nextHop] of [
      ['ipv4', daemon.address],
      ['ipv6', '2001:db8:ff::4'],
    ] as const) {
      const more = `origin igp nexthop ${nextHop} med ${med} community ${community} large-community ${largeCommunity}`;
      await started.query(`global rib add ${originated[family]} ${more} -a ${family}`);
    }
    const neighbor = `neighbor ${speaker.address}`;
    return {
      ...started,
      isEstablished: async () => /BGP state = (BGP_FSM_)?ESTABLISHED/i.test(await started.query(neighbor)),
      async route(prefix) {
        const text = await started
          .query(`${neighbor} adj-in ${prefix} -a ${familyOf(prefix)} -j`)
          .catch(() => 'null');
        return parseRoute(text);
      },
      async withdraw(prefix) {
        await started.query(`global rib del ${prefix} -a ${familyOf(prefix)}`);
      },
      async heardBadPeerAs() {
        // Of OPENs that are refused it logs nothing, but counts them.
        const { state } = JSON.parse(await started.query(`${neighbor} -j`)) as NeighborState;
        return (state.messages?.received?.notification ?? 0) > 0;
      },
    };
  },
};
