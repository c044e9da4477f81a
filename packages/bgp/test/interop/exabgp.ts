import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startExabgp } from '@peerage/test-fixtures';
import { type Implementation, type LearnedRoute, originated } from './subject.js';

/** An event that ExaBGP tells its API process. */
export interface ExabgpEvent {
  readonly type: string;
  readonly neighbor?: {
    readonly state?: string;
    readonly address?: { readonly peer?: string };
    readonly reason?: string;
    readonly notification?: { readonly code: number; readonly subcode: number; readonly data?: string };
    readonly open?: {
      readonly hold_time: number;
      readonly capabilities: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    readonly message?: { readonly update?: ExabgpUpdate };
  };
}

export interface ExabgpUpdate {
  readonly attribute?: {
    readonly 'as-path'?: readonly number[];
    readonly med?: number;
    readonly 'local-preference'?: number;
    readonly community?: readonly (readonly number[])[];
    readonly 'large-community'?: readonly (readonly number[])[];
    readonly [name: string]: unknown;
  };
  readonly announce?: Readonly<
    Record<string, Readonly<Record<string, readonly { readonly nlri: string }[]>>>
  >;
  readonly withdraw?: Readonly<Record<string, readonly { readonly nlri: string }[]>>;
}

/** What ExaBGP told its API process so far. */
export function exabgpEvents(folder: string): readonly ExabgpEvent[] {
  const lines = readFileSync(join(folder, 'received'), 'utf8').split('\n');
  // The last piece is empty, or a line that is still being written.
  return lines
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ExabgpEvent);
}

/** The UPDATE that last said something of a prefix, undefined when that was a withdrawal or nothing did. */
export function exabgpRoute(
  folder: string,
  prefix: string,
): { readonly update: ExabgpUpdate; readonly nextHop: string } | undefined {
  let found: { readonly update: ExabgpUpdate; readonly nextHop: string } | undefined;
  for (const { type, neighbor } of exabgpEvents(folder)) {
    if (type === 'state' && neighbor?.state === 'down') found = undefined;
    const update = neighbor?.message?.update;
    if (update === undefined) continue;
    for (const gone of Object.values(update.withdraw ?? {}))
      if (gone.some(({ nlri }) => nlri === prefix)) found = undefined;
    for (const byNextHop of Object.values(update.announce ?? {}))
      for (const [nextHop, routes] of Object.entries(byNextHop))
        if (routes.some(({ nlri }) => nlri === prefix)) found = { update, nextHop };
  }
  return found;
}

export function exabgpIsUp(folder: string): boolean {
  return exabgpEvents(folder).findLast(({ type }) => type === 'state')?.neighbor?.state === 'up';
}

const words = (lists: readonly (readonly number[])[] = []): readonly string[] =>
  lists.map((list) => list.join(':')).sort();

function learned(folder: string, prefix: string): LearnedRoute | undefined {
  const route = exabgpRoute(folder, prefix);
  if (route === undefined) return undefined;
  const { attribute = {} } = route.update;
  return {
    asPath: attribute['as-path'] ?? [],
    nextHop: route.nextHop,
    ...(attribute.med !== undefined && { med: attribute.med }),
    ...(attribute['local-preference'] !== undefined && { localPref: attribute['local-preference'] }),
    communities: words(attribute.community),
    largeCommunities: words(attribute['large-community']),
  };
}

/** What every session's `api` section holds, so that the events above are told. */
export const exabgpApi =
  'api { processes [ test ]; neighbor-changes; receive { parsed; update; open; notification; refresh; } }';

const nextHops = { ipv4: '127.0.0.6', ipv6: '2001:db8:ff::6' } as const;
const familyOf = (prefix: string): 'ipv4' | 'ipv6' => (prefix.includes(':') ? 'ipv6' : 'ipv4');

export const exabgp: Implementation = {
  name: 'ExaBGP',
  needs: ['command:exabgp'],
  address: '127.0.0.6',
  // 4.2 stumbles over the text (it formats bytes with a string) and ends the session as if the message were broken.
  logsText: false,
  async start(t, { daemon, speaker, expectedAs, passive }) {
    const { med, community, largeCommunity } = originated;
    const attributes = `med ${med} community [${community}] large-community [${largeCommunity}]`;
    const started = await startExabgp(
      t,
      `neighbor ${speaker.address} {
  router-id ${daemon.routerId};
  local-address ${daemon.address};
  local-as ${daemon.as};
  peer-as ${expectedAs};
  listen ${daemon.port};
  connect ${speaker.port};
  passive ${passive};
  family { ipv4 unicast; ipv6 unicast; }
  ${exabgpApi}
  announce {
    ipv4 { unicast ${originated.ipv4} next-hop ${nextHops.ipv4} ${attributes}; }
    ipv6 { unicast ${originated.ipv6} next-hop ${nextHops.ipv6} ${attributes}; }
  }
}
`,
    );
    return {
      ...started,
      isEstablished: async () => exabgpIsUp(started.folder),
      route: async (prefix) => learned(started.folder, prefix),
      async withdraw(prefix) {
        await started.query(
          `neighbor ${speaker.address} withdraw route ${prefix} next-hop ${nextHops[familyOf(prefix)]}`,
        );
      },
      heardBadPeerAs: async () =>
        exabgpEvents(started.folder).some(({ neighbor }) => {
          const { code, subcode } = neighbor?.notification ?? {};
          return code === 2 && subcode === 2;
        }),
    };
  },
};
