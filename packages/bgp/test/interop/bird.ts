import { startBird } from '@peerage/test-fixtures';
import { type Implementation, type LearnedRoute, originated, type RestartSetup } from './subject.js';

// BIRD sends no MED of its own to external peers, except one that the export filter sets.
const exported = `export filter { bgp_med = ${originated.med}; accept; };`;

const attributes = `{
  bgp_community.add((${originated.community.replace(':', ',')}));
  bgp_large_community.add((${originated.largeCommunity.replaceAll(':', ',')}));
}`;

/** Reads `show route for PREFIX all`. */
function parseRoute(text: string, internal: boolean): LearnedRoute | undefined {
  const field = (name: string): string | undefined => new RegExp(`BGP\\.${name}: (.*)`).exec(text)?.[1];
  const path = field('as_path');
  if (path === undefined) return undefined;
  const tuples = (name: string): string[] =>
    [...(field(name) ?? '').matchAll(/\(([^)]*)\)/g)].map((m) => (m[1] ?? '').replace(/, ?/g, ':')).sort();
  const med = field('med');
  return {
    asPath: path.trim().split(' ').filter(Boolean).map(Number),
    nextHop: (field('next_hop') ?? '').trim().split(' ')[0] ?? '',
    ...(med !== undefined && { med: Number(med) }),
    ...(internal && { localPref: Number(field('local_pref')) }),
    communities: tuples('community'),
    largeCommunities: tuples('large_community'),
  };
}

function restartLines({ restartTime, longLived }: RestartSetup): string {
  const long = `long lived graceful restart on; long lived stale time ${longLived ?? 0};`;
  return `graceful restart on; graceful restart time ${restartTime}; ${longLived === undefined ? '' : long}`;
}

export const bird: Implementation = {
  name: 'BIRD',
  needs: ['command:bird', 'command:birdc'],
  address: '127.0.0.2',
  logsText: true,
  async start(t, { daemon, speaker, expectedAs, passive, gracefulRestart }) {
    const started = await startBird(
      t,
      `router id ${daemon.routerId};
debug protocols { states, events };
protocol static static4 { ipv4; route ${originated.ipv4} blackhole ${attributes}; }
protocol static static6 { ipv6; route ${originated.ipv6} blackhole ${attributes}; }
protocol bgp speaker {
  local ${daemon.address} port ${daemon.port} as ${daemon.as};
  neighbor ${speaker.address} port ${speaker.port} as ${expectedAs};
  multihop 2;
  strict bind on;
  passive ${passive ? 'on' : 'off'};
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 2;
  ${gracefulRestart === undefined ? '' : restartLines(gracefulRestart)}
  ipv4 { import all; ${exported} };
  ipv6 { import all; ${exported} next hop address 2001:db8:ff::2; };
}
`,
      gracefulRestart?.isRestart === true ? { flags: ['-R'] } : {},
    );
    return {
      ...started,
      isEstablished: async () => (await started.query('show protocols speaker')).includes('Established'),
      async route(prefix) {
        const text = await started.query(`show route ${prefix} all protocol speaker`).catch(() => '');
        return parseRoute(text, daemon.as === speaker.as);
      },
      async withdraw(prefix) {
        await started.query(`disable ${prefix.includes(':') ? 'static6' : 'static4'}`);
      },
      heardBadPeerAs: async () => /Bad peer AS/i.test(started.log()),
    };
  },
};
