import { startOpenbgpd } from '@peerage/test-fixtures';
import { type Implementation, type LearnedRoute, originated } from './subject.js';

interface OpenbgpdPath {
  readonly aspath?: string;
  readonly exit_nexthop?: string;
  readonly metric?: number;
  readonly localpref?: number;
  readonly communities?: readonly string[];
  readonly large_communities?: readonly string[];
  readonly neighbor?: { readonly remote_addr?: string };
}

/** Reads `show rib detail PREFIX` as JSON: the path of this peer. */
function parseRoute(text: string, peer: string, internal: boolean): LearnedRoute | undefined {
  const { rib = [] } = JSON.parse(text) as { rib?: readonly OpenbgpdPath[] };
  const path = rib.find((candidate) => candidate.neighbor?.remote_addr === peer);
  if (path === undefined) return undefined;
  return {
    asPath: (path.aspath ?? '').split(' ').filter(Boolean).map(Number),
    nextHop: path.exit_nexthop ?? '',
    ...(path.metric !== undefined && { med: path.metric }),
    ...(internal && path.localpref !== undefined && { localPref: path.localpref }),
    communities: [...(path.communities ?? [])].sort(),
    largeCommunities: [...(path.large_communities ?? [])].sort(),
  };
}

const attributes = `metric ${originated.med} community ${originated.community} large-community ${originated.largeCommunity}`;

export const openbgpd: Implementation = {
  name: 'OpenBGPD',
  needs: ['root', 'command:bgpctl'],
  address: '127.0.0.5',
  logsText: true,
  async start(t, { daemon, speaker, expectedAs, passive }) {
    const started = await startOpenbgpd(
      t,
      `AS ${daemon.as}
router-id ${daemon.routerId}
listen on ${daemon.address} port ${daemon.port}
fib-update no
connect-retry 1
network ${originated.ipv4} set { ${attributes} nexthop ${daemon.address} }
network ${originated.ipv6} set { ${attributes} nexthop 2001:db8:ff::5 }
neighbor ${speaker.address} {
  remote-as ${expectedAs}
  local-address ${daemon.address}
  port ${speaker.port}
  ${passive ? 'passive' : ''}
  announce IPv4 unicast
  announce IPv6 unicast
}
allow from any
allow to any set nexthop no-modify
`,
    );
    return {
      ...started,
      isEstablished: async () =>
        (await started.query(`-j show neighbor ${speaker.address}`)).includes('"state": "Established"'),
      async route(prefix) {
        const text = await started.query(`-j show rib detail ${prefix}`);
        return parseRoute(text, speaker.address, daemon.as === speaker.as);
      },
      async withdraw(prefix) {
        await started.query(`network delete ${prefix}`);
      },
      heardBadPeerAs: async () => /AS unacceptable/i.test(started.log()),
    };
  },
};
