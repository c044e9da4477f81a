import { startFrr } from '@peerage/test-fixtures';
import { type Implementation, type LearnedRoute, originated, type RestartSetup } from './subject.js';

interface FrrPath {
  readonly aspath?: { readonly segments?: readonly { readonly list: readonly number[] }[] };
  readonly metric?: number;
  readonly locPrf?: number;
  readonly community?: { readonly list: readonly string[] };
  readonly largeCommunity?: { readonly list: readonly string[] };
  readonly nexthops?: readonly { readonly ip: string }[];
  readonly peer?: { readonly peerId: string };
}

/** Reads `show bgp … PREFIX json`; paths of its own (without a peer address) are left out. */
function parseRoute(text: string, peer: string): LearnedRoute | undefined {
  const { paths = [] } = JSON.parse(text) as { paths?: readonly FrrPath[] };
  const path = paths.find((candidate) => candidate.peer?.peerId === peer);
  if (path === undefined) return undefined;
  return {
    asPath: (path.aspath?.segments ?? []).flatMap((segment) => segment.list),
    nextHop: path.nexthops?.[0]?.ip ?? '',
    ...(path.metric !== undefined && { med: path.metric }),
    ...(path.locPrf !== undefined && { localPref: path.locPrf }),
    communities: [...(path.community?.list ?? [])].sort(),
    largeCommunities: [...(path.largeCommunity?.list ?? [])].sort(),
  };
}

const familyOf = (prefix: string): string => (prefix.includes(':') ? 'ipv6' : 'ipv4');

function restartLines({ restartTime, longLived, notification }: RestartSetup): string {
  const lines = [
    'graceful-restart',
    `graceful-restart restart-time ${restartTime}`,
    'graceful-restart preserve-fw-state',
  ];
  if (longLived !== undefined) lines.push(`long-lived-graceful-restart stale-time ${longLived}`);
  if (notification === true) lines.push('graceful-restart notification');
  return lines.map((line) => ` bgp ${line}`).join('\n');
}

export const frr: Implementation = {
  name: 'FRR',
  needs: ['root', 'command:bgpd', 'command:vtysh'],
  address: '127.0.0.3',
  logsText: true,
  async start(t, { daemon, speaker, expectedAs, passive, gracefulRestart }) {
    const started = await startFrr(
      t,
      `debug bgp neighbor-events
route-map ORIGINATE permit 10
 set metric ${originated.med}
 set community ${originated.community}
 set large-community ${originated.largeCommunity}
route-map OUT6 permit 10
 set ipv6 next-hop global 2001:db8:ff::3
router bgp ${daemon.as}
 bgp router-id ${daemon.routerId}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
${gracefulRestart === undefined ? '' : restartLines(gracefulRestart)}
 neighbor ${speaker.address} remote-as ${expectedAs}
 neighbor ${speaker.address} port ${speaker.port}
 neighbor ${speaker.address} update-source ${daemon.address}
 neighbor ${speaker.address} timers connect 1
 ${passive ? `neighbor ${speaker.address} passive` : '!'}
 address-family ipv4 unicast
  network ${originated.ipv4} route-map ORIGINATE
  neighbor ${speaker.address} activate
 exit-address-family
 address-family ipv6 unicast
  network ${originated.ipv6} route-map ORIGINATE
  neighbor ${speaker.address} activate
  neighbor ${speaker.address} route-map OUT6 out
 exit-address-family
`,
      daemon,
    );
    return {
      ...started,
      async isEstablished() {
        return (await started.query('show bgp neighbors json')).includes('"bgpState":"Established"');
      },
      async route(prefix) {
        return parseRoute(
          await started.query(`show bgp ${familyOf(prefix)} unicast ${prefix} json`),
          speaker.address,
        );
      },
      async withdraw(prefix) {
        const lines = [
          `router bgp ${daemon.as}`,
          `address-family ${familyOf(prefix)} unicast`,
          `no network ${prefix}`,
        ];
        await started.query(['configure terminal', ...lines].join('\n'));
      },
      heardBadPeerAs: async () => /Bad Peer AS|2\/2/i.test(started.log()),
    };
  },
};
