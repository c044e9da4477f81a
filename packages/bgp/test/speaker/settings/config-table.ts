import { acceptAll, rejectAll } from '../../../src/policy/defaults.js';
import type { ChangesOptions } from '../../../src/speaker/feeds/change-stream.js';
import type { AnnounceWaitOptions } from '../../../src/speaker/local/announce-watch.js';
import type {
  Announcement,
  PeerConfig,
  PeerRange,
  SpeakerConfig,
} from '../../../src/speaker/settings/config.js';
import type { RouteQuery } from '../../../src/speaker/views/status.js';

/** What a change of a field does to a peer whose session is up. `renames`: the field is the name, so it is another peer. */
export type Category = 'changed-live' | 'soft-refresh' | 'reset' | 'renames';

export interface FieldRow {
  /** A value other than the default. */
  readonly value: unknown;
  /** What must stand beside it, before and after. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Values that are refused, each with the end of the path where it is not the field's own. */
  readonly wrong: readonly unknown[];
  readonly inside?: readonly (readonly [wrong: unknown, path: string])[];
}

export interface PeerFieldRow extends FieldRow {
  readonly change: Category;
}

const yesOrNo = [1, 'yes', null];
const internal = { remoteAs: 64512 };

/**
 * Each field of `PeerConfig`: one that is missing here does not compile. Groups are looked up before, and change what their fields change:
 * `peer-groups.test.ts` has them.
 */
export const peerFields: Readonly<Record<Exclude<keyof PeerConfig, 'group'>, PeerFieldRow>> = {
  address: { value: '192.0.2.3', change: 'renames', wrong: ['router1', '192.0.2.2%eth0', 1, null] },
  interface: { value: 'eth1', change: 'renames', wrong: ['', 'eth 1', 'a/b', 5, null] },
  remoteAs: {
    value: 64514,
    change: 'reset',
    wrong: ['outside', 0, 2 ** 32, 23456, '64514', 1.5, Number.NaN],
  },
  description: { value: 'router', change: 'changed-live', wrong: ['', 5] },
  port: { value: 1179, change: 'reset', wrong: [0, 65536, '179', 1.5] },
  localAddress: { value: '192.0.2.9', change: 'reset', wrong: ['::1', 'here', 7] },
  localPort: { value: 1790, change: 'reset', wrong: [0, 65536, '1790', 1.5] },
  routerId: { value: '192.0.2.77', change: 'reset', wrong: ['0.0.0.0', '::1', 'router', 1] },
  passive: { value: true, change: 'changed-live', wrong: yesOrNo },
  shutdown: { value: true, change: 'reset', wrong: yesOrNo },
  holdTime: { value: 30, change: 'changed-live', wrong: [1, 2, 65536, 9.5, '90', -1] },
  keepaliveTime: { value: 10, change: 'changed-live', wrong: [0, 21846, '10'] },
  sendHoldTime: { value: 30, change: 'reset', wrong: [0, 65_536, '30'] },
  connectRetryTime: { value: 10, change: 'changed-live', wrong: [0, 65536, Number.NaN] },
  idleHoldTime: { value: 10, change: 'changed-live', wrong: [-1, 3601] },
  delayOpenTime: { value: 10, change: 'changed-live', wrong: [0, 241] },
  keepReceived: { value: false, change: 'reset', wrong: yesOrNo },
  advertisementInterval: { value: 5, change: 'reset', wrong: [0, 601, '5'] },
  limits: {
    value: { inputBytes: 65_536 },
    change: 'changed-live',
    wrong: [5, []],
    inside: [
      [{ inputBytes: 4095 }, '.inputBytes'],
      [{ outboxBytes: 2 ** 30 + 1 }, '.outboxBytes'],
      [{ other: 1 }, '.other'],
    ],
  },
  localAs: {
    value: 64999,
    change: 'reset',
    wrong: [0, 64512, 64513, 23456],
    inside: [
      [{ as: 64999, noPrepend: 1 }, '.noPrepend'],
      [{ as: 64999, replaceAs: 'x' }, '.replaceAs'],
      [{ as: 64999, other: 1 }, '.other'],
    ],
  },
  role: { value: 'customer', change: 'reset', wrong: ['client', 3, null] },
  strictRole: { value: true, beside: { role: 'peer' }, change: 'reset', wrong: yesOrNo },
  allowOwnAs: { value: 2, change: 'reset', wrong: [-1, 11, true] },
  asOverride: { value: true, change: 'reset', wrong: yesOrNo },
  removePrivateAs: { value: 'all', change: 'reset', wrong: [true, 'some'] },
  nextHopUnchanged: { value: true, change: 'reset', wrong: yesOrNo },
  maxPrefixes: {
    value: { 'ipv4-unicast': 100 },
    change: 'changed-live',
    wrong: [5],
    inside: [
      [{ 'ipv4-unicast': 0 }, '.ipv4-unicast.limit'],
      [{ 'ipv4-unicast': { limit: 1, warnPercent: 101 } }, '.ipv4-unicast.warnPercent'],
      [{ 'ipv4-unicast': { limit: 1, action: 'drop' } }, '.ipv4-unicast.action'],
      [{ 'ipv4-unicast': { limit: 1, restartTime: 0 } }, '.ipv4-unicast.restartTime'],
      [{ ipv4: 1 }, '.ipv4'],
    ],
  },
  families: { value: ['ipv6-unicast'], change: 'reset', wrong: [[], 'ipv4-unicast', ['ipv5'], [4]] },
  extendedNextHop: { value: true, change: 'reset', wrong: yesOrNo },
  linkLocalNextHop: { value: true, change: 'reset', wrong: yesOrNo },
  linkLocalForm: { value: 'unspecified', change: 'reset', wrong: ['triple', 5] },
  nextHop: {
    value: { 'ipv4-unicast': '192.0.2.7' },
    change: 'reset',
    wrong: ['192.0.2.7'],
    inside: [
      [{ 'ipv4-unicast': '::1' }, '.ipv4-unicast'],
      [{ 'ipv6-unicast': 'self' }, '.ipv6-unicast'],
      [{ ipv4: '192.0.2.7' }, '.ipv4'],
    ],
  },
  nextHopSelf: { value: true, change: 'soft-refresh', wrong: yesOrNo },
  flowspecValidation: { value: 'none', change: 'reset', wrong: ['loose', true, null] },
  aigp: { value: true, change: 'reset', wrong: yesOrNo },
  routeReflectorClient: { value: true, beside: internal, change: 'reset', wrong: yesOrNo },
  routeServerClient: { value: true, change: 'reset', wrong: yesOrNo },
  addPath: {
    value: { receive: true, send: 'all' },
    change: 'reset',
    wrong: [true],
    inside: [
      [{ receive: 1 }, '.receive'],
      [{ send: 65 }, '.send'],
      [{ send: 'best' }, '.send'],
      [{ both: true }, '.both'],
    ],
  },
  gracefulRestart: {
    value: { restartTime: 60 },
    change: 'reset',
    wrong: [true, 120],
    inside: [
      [{ restartTime: 4096 }, '.restartTime'],
      [{ notification: 1 }, '.notification'],
      [{ longLived: { 'ipv4-unicast': 0 } }, '.longLived.ipv4-unicast'],
      [{ stalePathTime: 0 }, '.stalePathTime'],
      [{ time: 1 }, '.time'],
    ],
  },
  sendLongLivedStale: { value: true, beside: internal, change: 'reset', wrong: yesOrNo },
  refreshStaleTime: { value: 60, change: 'changed-live', wrong: [0, '60'] },
  refuseAsSets: { value: true, change: 'reset', wrong: yesOrNo },
  password: { value: 'secret', change: 'reset', wrong: ['', 'é'.repeat(41), 5] },
  authentication: {
    value: { tcpAo: { keys: [{ sendId: 1, receiveId: 1, secret: 'secret' }] } },
    change: 'reset',
    wrong: ['secret'],
    inside: [
      [{ tcpAo: { keys: [] } }, '.tcpAo.keys'],
      [{ tcpAo: { keys: [{ sendId: 256, receiveId: 1, secret: 'x' }] } }, '.tcpAo.keys[0].sendId'],
      [{ tcpAo: { keys: [{ sendId: 1, receiveId: -1, secret: 'x' }] } }, '.tcpAo.keys[0].receiveId'],
      [{ tcpAo: { keys: [{ sendId: 1, receiveId: 1, secret: '' }] } }, '.tcpAo.keys[0].secret'],
      [
        { tcpAo: { keys: [{ sendId: 1, receiveId: 1, secret: 'x', macLength: 17 }] } },
        '.tcpAo.keys[0].macLength',
      ],
    ],
  },
  multihopTtl: { value: 5, change: 'reset', wrong: [0, 256, '5'] },
  ttlSecurityHops: { value: 1, change: 'reset', wrong: [0, 255] },
  defaultOriginate: {
    value: true,
    change: 'changed-live',
    wrong: [1, 'always'],
    inside: [
      [{ families: ['ipv6-unicast'] }, '.families'],
      [{ policy: 'out' }, '.policy'],
      [{ ifPresent: '203.0.113.0/24' }, '.ifPresent'],
      [{ always: true }, '.always'],
    ],
  },
  unsuppress: { value: true, change: 'soft-refresh', wrong: yesOrNo },
  device: { value: 'eth0', change: 'reset', wrong: ['', 0] },
  importPolicy: { value: rejectAll, change: 'soft-refresh', wrong: [() => true, 'all', { evaluate() {} }] },
  exportPolicy: { value: acceptAll, change: 'soft-refresh', wrong: [() => true, 'all'] },
};

/** What a range has beside the fields of a peer. */
export const rangeFields: Readonly<Record<Exclude<keyof PeerRange, keyof PeerConfig>, FieldRow>> = {
  prefix: { value: '192.0.2.0/24', wrong: ['192.0.2.1/24', '192.0.2.0', 5, null] },
  limit: { value: 5, wrong: [0, 65_535, '5'] },
};

/** Each field of `SpeakerConfig`. They hold for the life of a speaker: another value needs another speaker. */
export const speakerFields: Readonly<Record<Exclude<keyof SpeakerConfig, 'peerGroups'>, FieldRow>> = {
  localAs: { value: 64600, wrong: [0, 2 ** 32, 23456, '64512', null] },
  confederation: {
    value: { identifier: 65000, members: [64513] },
    wrong: [65000, []],
    inside: [
      [{ identifier: 0, members: [] }, '.identifier'],
      [{ identifier: 65000, members: 5 }, '.members'],
      [{ identifier: 65000, members: [0] }, '.members[0]'],
      [{ identifier: 65000, members: [], peers: [] }, '.peers'],
    ],
  },
  routerId: { value: '192.0.2.7', wrong: ['0.0.0.0', '::1', 'router', 1] },
  listen: {
    value: [{ port: 0 }],
    wrong: [179],
    inside: [
      [[{ port: 65536 }], '[0].port'],
      [[{ port: 1 }, { port: 1, address: 'localhost' }], '[1].address'],
      [[{ port: 1, device: '' }], '[0].device'],
      [[{ acceptor: {} }], '[0].acceptor'],
      [[{ host: '::1' }], '[0].host'],
    ],
  },
  clusterId: { value: 258, wrong: [0, '0.0.0.0', 2 ** 32, 'one'] },
  restarting: {
    value: { forwarded: ['ipv4-unicast', 'l2vpn-evpn'] },
    wrong: [true],
    inside: [
      [{ forwarded: ['ipv5'] }, '.forwarded[0]'],
      [{ forwarded: [], deferralTime: -1 }, '.deferralTime'],
    ],
  },
  tableLimits: {
    value: { paths: 1000, attributeBytes: 1_000_000 },
    wrong: [true],
    inside: [
      [{ paths: 0 }, '.paths'],
      [{ attributeBytes: 100 }, '.attributeBytes'],
    ],
  },
  ebgpRequiresPolicy: { value: false, wrong: yesOrNo.slice(0, 2) },
  maximumPaths: { value: 4, wrong: [0, 65, '4'] },
  multipathExactAsPath: { value: false, wrong: yesOrNo.slice(0, 2) },
  alwaysCompareMed: { value: true, wrong: yesOrNo.slice(0, 2) },
  medMissingAsWorst: { value: true, wrong: yesOrNo.slice(0, 2) },
  relayedFamilies: {
    value: [{ afi: 25, safi: 65, lengthSize: 2, keyBytes: 10 }],
    wrong: [{ afi: 25, safi: 65 }],
    inside: [
      [[{ afi: 0, safi: 65 }], '[0].afi'],
      [[{ afi: 25, safi: 256 }], '[0].safi'],
      [[{ afi: 25, safi: 70 }], '[0]'],
      [
        [
          { afi: 25, safi: 65 },
          { afi: 25, safi: 65 },
        ],
        '[1]',
      ],
      [[{ afi: 25, safi: 65, lengthAt: 9 }], '[0].lengthAt'],
      [[{ afi: 25, safi: 65, lengthSize: 3 }], '[0].lengthSize'],
      [[{ afi: 25, safi: 65, unit: 'words' }], '[0].unit'],
      [[{ afi: 25, safi: 65, keyBytes: 0 }], '[0].keyBytes'],
      [[{ afi: 25, safi: 65, length: 2 }], '[0].length'],
    ],
  },
  hostName: { value: 'router', wrong: ['', 'h'.repeat(65), 5] },
  domainName: { value: 'example.net', beside: { hostName: 'router' }, wrong: ['', 'd'.repeat(65)] },
  softwareVersion: { value: 'x 1', wrong: ['', 'é'.repeat(33)] },
};

/** Each field of `Announcement`. */
export const announcementFields: Readonly<Record<keyof Announcement, FieldRow>> = {
  prefixes: {
    value: ['198.51.100.0/24'],
    wrong: ['198.51.100.0/24', null],
    inside: [
      [['198.51.100.1/24'], '[0]'],
      [['198.51.100.0/24', 'x'], '[1]'],
      [[5], '[0]'],
    ],
  },
  nlri: {
    value: [{ family: 'vpnv4-unicast', hex: '7000064100000000000000010a0000' }],
    wrong: ['vpnv4-unicast', null],
    inside: [
      [[{ family: 'vpnv5', hex: '00' }], '[0].family'],
      [[{ family: 'l2vpn-vpls', hex: '00' }], '[0].family'],
      [[{ family: 'vpnv4-unicast' }], '[0]'],
      [[{ family: 'vpnv4-unicast', hex: '7' }], '[0]'],
      [[{ family: 'vpnv4-unicast', value: { rd: 'x', labels: [], prefix: '10.0.0.0/8' } }], '[0].value'],
      [[{ family: 'vpnv4-unicast', value: '10.0.0.0/8' }], '[0].value'],
      [[{ family: 'ipv4-multicast', value: '10.0.0.1/8' }], '[0]'],
    ],
  },
  attributes: {
    value: { med: 1 },
    wrong: [5, null],
    inside: [
      [{ med: -1 }, '.med'],
      [{ localPref: 2 ** 32 }, '.localPref'],
      [{ origin: 'other' }, '.origin'],
      [{ communities: [-1] }, '.communities[0]'],
    ],
  },
  nextHop: { value: '192.0.2.9', wrong: ['self', 5, null] },
  owner: { value: 'vip', wrong: [5, null] },
};

/** Each field of a query of a table. */
export const queryFields: Readonly<Record<keyof RouteQuery, FieldRow>> = {
  family: { value: 'ipv4-unicast', wrong: ['ipv5', 5] },
  prefix: { value: '198.51.100.0/24', wrong: ['x', '198.51.100.1/24'] },
  limit: { value: 5, wrong: [0, 10_001, '5'] },
  after: { value: undefined, wrong: ['page two'] },
};

/** Each field of the options of `changes`. */
export const changesFields: Readonly<Record<keyof ChangesOptions, FieldRow>> = {
  families: { value: ['ipv4-unicast'], wrong: [[], ['ipv5'], 'ipv4-unicast'] },
  prefix: { value: '198.51.100.0/24', wrong: ['x', 5] },
  since: { value: 'a.1', wrong: [5] },
  signal: { value: new AbortController().signal, wrong: [true] },
  batchSize: { value: 5, wrong: [0, 1_000_001] },
};

/** Each field of the options of `announceAndWait`. */
export const waitFields: Readonly<Record<keyof AnnounceWaitOptions, FieldRow>> = {
  signal: { value: new AbortController().signal, wrong: [true] },
  timeout: { value: 5, wrong: [-1, '5', Number.NaN] },
};
