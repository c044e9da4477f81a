import type { ControlClient, WirePeer } from '@peerage/control';
import { durationText } from '../render/route-text.js';
import type { Block, Cell, Result, Tone } from '../result.js';
import type { ShowCommand } from './command.js';

/** All neighbours as a table, or one with everything that is known of it. */
export const showNeighbors: ShowCommand = {
  name: 'neighbors',
  summary: 'sessions: state, uptime, prefixes, and what is wrong with those that are down',
  arguments: [{ name: '[address]', summary: 'one neighbor, in full' }],
  options: [],
  async run(client: ControlClient, [address]): Promise<Result> {
    if (address !== undefined) {
      const peer = await client.neighbor(address);
      return { blocks: detail(peer), json: peer };
    }
    const [status, peers] = await Promise.all([client.status(), client.neighbors()]);
    const blocks: Block[] = [
      {
        kind: 'text',
        text: `router id ${status.routerId}, local AS ${status.localAs}, ${status.peers.established} of ${status.peers.configured} sessions established`,
        tone: 'dim',
      },
      {
        kind: 'table',
        columns: [
          'neighbor',
          'AS',
          'state',
          'for',
          'received',
          'accepted',
          'advertised',
          'flaps',
          'last error',
        ],
        rows: peers.map(row),
        empty: 'no neighbors are configured',
      },
    ];
    for (const peer of peers) {
      if (peer.hint !== undefined) {
        blocks.push({ kind: 'text', text: `${peer.address}: ${peer.hint}`, tone: 'warn' });
      }
    }
    return { blocks, json: peers };
  },
};

function row(peer: WirePeer): Cell[] {
  const sum = (key: 'received' | 'accepted' | 'advertised') =>
    peer.families.reduce((total, family) => total + family[key], 0);
  return [
    peer.address,
    peer.remoteAs,
    { text: stateText(peer), tone: tone(peer) },
    durationText(peer.uptimeSeconds ?? (Date.now() - peer.stateSince) / 1000),
    sum('received'),
    sum('accepted'),
    sum('advertised'),
    peer.flaps,
    peer.refused?.message ?? peer.lastError?.message ?? '',
  ];
}

function stateText(peer: WirePeer): string {
  if (peer.refused !== undefined) return 'refused';
  if (peer.shutdown) return 'shutdown';
  return peer.gracefulRestart?.phase === 'away' ? `${peer.state}, routes kept` : peer.state;
}

function tone(peer: WirePeer): Tone {
  if (peer.state === 'established') return 'good';
  return peer.shutdown ? 'dim' : 'bad';
}

function heldText({ reason, until }: NonNullable<WirePeer['heldDown']>): string {
  return until === undefined ? reason : `${reason}; until ${new Date(until).toISOString()}`;
}

/** Whose restart it is, and how long its routes are kept still. */
function restartText({ gracefulRestart, families }: WirePeer): string {
  if (gracefulRestart === undefined) return '';
  const { phase, secondsLeft, longLivedSecondsLeft = {} } = gracefulRestart;
  const stale = families.reduce((sum, family) => sum + (family.stale ?? 0), 0);
  return [
    phase === 'away' ? 'the peer is away' : 'the peer is back, until its End-of-RIB',
    `${stale} stale routes kept`,
    ...(secondsLeft === undefined ? [] : [`${secondsLeft} s left`]),
    ...Object.entries(longLivedSecondsLeft).map(([family, left]) => `${family} long-lived, ${left} s left`),
  ].join('; ');
}

function fullName({ remoteHostName, remoteDomainName }: WirePeer): string | undefined {
  return remoteDomainName === undefined ? remoteHostName : `${remoteHostName}.${remoteDomainName}`;
}

function aoText({ keys, connection }: NonNullable<WirePeer['tcpAo']>): string {
  const all = keys
    .map(({ sendId, receiveId, algorithm }) => `${sendId}/${receiveId} ${algorithm}`)
    .join(', ');
  if (connection === undefined) return `keys (send/receive) ${all}`;
  const { sendsWith, asksFor, good, bad, unknownKey, unsigned } = connection;
  const segments = `${good} segments good, ${bad} bad, ${unknownKey} of unknown keys, ${unsigned} unsigned`;
  return `keys (send/receive) ${all}; sends with ${sendsWith}, asks for ${asksFor}; ${segments}`;
}

/** What the peer and its groups set. */
function configured({ configuration }: WirePeer): Block[] {
  if (configuration === undefined) return [];
  const rows = configuration.map(({ field, value, from }) => [field, value, from]);
  return [{ kind: 'table', columns: ['configured', 'value', 'from'], rows, empty: '' }];
}

function detail(peer: WirePeer): Block[] {
  const facts: [string, Cell | undefined][] = [
    ['description', peer.description],
    ['neighbour', peer.neighbour],
    ['remote AS', `${peer.remoteAs || 'any'} (${peer.type}), local AS ${peer.localAs}`],
    ['state', { text: stateText(peer), tone: tone(peer) }],
    ['refused', peer.refused && { text: `${peer.refused.code}: ${peer.refused.message}`, tone: 'bad' }],
    ['held down', peer.heldDown && { text: heldText(peer.heldDown), tone: 'bad' }],
    ['graceful restart', peer.gracefulRestart && { text: restartText(peer), tone: 'warn' }],
    ['since', new Date(peer.stateSince).toISOString()],
    ['established', `${peer.establishedCount} times, lost ${peer.flaps} times`],
    ['router id', peer.remoteRouterId],
    ['host name', fullName(peer)],
    ['role', peer.role && `${peer.role}, the peer is ${peer.remoteRole ?? 'silent about its own'}`],
    ['software', peer.remoteSoftwareVersion],
    [
      'connection',
      peer.localAddress &&
        `${peer.localAddress} port ${peer.localPort} - ${peer.neighbour ?? peer.address} port ${peer.remotePort}`,
    ],
    [
      'hold time',
      peer.holdTime === undefined ? undefined : `${peer.holdTime} s, keepalive ${peer.keepaliveTime} s`,
    ],
    ['TCP MD5', peer.md5 ? 'on' : 'off'],
    ['TCP-AO', peer.tcpAo && aoText(peer.tcpAo)],
    ['passive', peer.passive ? 'yes' : undefined],
    ['keep received', peer.keepReceived === false ? 'no: what is rejected is asked for again' : undefined],
    ['capabilities', peer.capabilities.join(', ') || undefined],
    [
      'last error',
      peer.lastError && `${peer.lastError.message} (${new Date(peer.lastError.at).toISOString()})`,
    ],
    [
      'last notification',
      peer.lastNotification &&
        [
          peer.lastNotification.direction,
          `${peer.lastNotification.code}/${peer.lastNotification.subcode}`,
          peer.lastNotification.text,
          peer.lastNotification.communication ?? '',
        ].join(' '),
    ],
    ['likely cause', peer.hint && { text: peer.hint, tone: 'warn' }],
  ];
  return [
    {
      kind: 'table',
      columns: ['neighbor', peer.address],
      rows: facts.flatMap(([name, cell]) => (cell === undefined ? [] : [[name, cell]])),
      empty: '',
    },
    {
      kind: 'table',
      columns: ['family', 'negotiated', 'received', 'stale', 'accepted', 'advertised', 'end of RIB'],
      rows: peer.families.map((family) => [
        family.family,
        family.negotiated
          ? `yes${family.addPath === undefined ? '' : `, add-path ${family.addPath}`}`
          : `no${family.reason === undefined ? '' : `: ${family.reason}`}`,
        family.maxPrefixes === undefined ? family.received : `${family.received} of ${family.maxPrefixes}`,
        family.stale ?? 0,
        family.accepted,
        family.advertised,
        family.endOfRib ? 'yes' : 'no',
      ]),
      empty: 'no families',
    },
    ...configured(peer),
    {
      kind: 'table',
      columns: ['messages', 'open', 'update', 'keepalive', 'notification', 'route refresh'],
      rows: (['sent', 'received'] as const).map((direction) => {
        const counts = peer[direction];
        return [
          direction,
          counts.open,
          counts.update,
          counts.keepalive,
          counts.notification,
          counts.routeRefresh,
        ];
      }),
      empty: '',
    },
  ];
}
