import { ANY_OTHER_AS } from '../../message/open.js';
import { addressToU32 } from '../../net/address.js';
import type { Family } from '../../net/family.js';
import { builtFamilies, type FamilyCodecs } from '../../nlri/family-codecs.js';
import type { Policy } from '../../policy/policy.js';
import type { AoKey } from '../../ports/transport.js';
import { checkAoKeys, checkSecret } from './ao-keys.js';
import { knownAs } from './confederation.js';
import type { Confederation, FamilyName, GroupedPeer, PeerConfig, PeerLimits } from './config.js';
import { checkDefaultOriginate, type DefaultOrigins } from './default-origin.js';
import { checkFamilies, checkNextHops } from './family-settings.js';
import {
  badField,
  checkAddress,
  checkBoolean,
  checkFields,
  checkInteger,
  checkPolicy,
  checkSeconds,
  checkText,
} from './field-check.js';
import { type FlowspecValidation, flowspecValidations } from './flowspec-validation.js';
import { type GracefulRestartSettings, gracefulRestartSettings } from './graceful-restart-settings.js';
import type { LinkLocalForm } from './link-local-form.js';
import { ALL_PATHS, type PathOptions } from './path-options.js';
import type { SettingOrigin } from './peer-groups.js';
import { checkLimits, checkMaxPrefixes, checkPathOptions } from './peer-options.js';
import type { PrefixLimits } from './prefix-limits.js';
import { checkAs, checkRouterId } from './speaker-settings.js';

/** A checked `PeerConfig` with its defaults filled in. Holds TCP MD5 and TCP-AO keys: never shown, logged or serialised. */
export interface PeerSettings extends PathOptions {
  /** In canonical text: the name of the peer. Of one that is known by its interface, that. */
  readonly address: string;
  readonly interface: string | undefined;
  /** `ANY_OTHER_AS`: any but ours. */
  readonly remoteAs: number;
  /** As it was configured, before groups. */
  readonly source: PeerConfig | GroupedPeer;
  /** Where the effective fields came from; empty without groups. */
  readonly origins: readonly SettingOrigin[];
  readonly type: 'internal' | 'external';
  /** It is of another member of our confederation: external, with the manners of an internal peer (RFC 5065). */
  readonly isMember: boolean;
  /** The AS that it takes us for, unless `localAs` says another. */
  readonly ownAs: number;
  readonly description: string | undefined;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** As unsigned word. */
  readonly routerId: number | undefined;
  readonly passive: boolean;
  readonly shutdown: boolean;
  /** Seconds, as all times here. */
  readonly holdTime: number;
  readonly keepaliveTime: number | undefined;
  readonly sendHoldTime: number | undefined;
  readonly connectRetryTime: number;
  readonly idleHoldTime: number;
  readonly delayOpenTime: number | undefined;
  readonly advertisementInterval: number | undefined;
  readonly limits: PeerLimits;
  readonly maxPrefixes: PrefixLimits;
  readonly families: readonly Family[];
  readonly nextHop: Readonly<Partial<Record<FamilyName, Uint8Array>>>;
  readonly extendedNextHop: boolean;
  readonly linkLocalNextHop: boolean;
  readonly linkLocalForm: LinkLocalForm | undefined;
  readonly nextHopSelf: boolean;
  readonly keepReceived: boolean;
  readonly aigp: boolean;
  readonly flowspecValidation: FlowspecValidation;
  readonly vpnFlowspecValidation: FlowspecValidation;
  readonly routeReflectorClient: boolean;
  readonly routeServerClient: boolean;
  readonly addPathReceive: boolean;
  /** Most paths of a prefix, or `ALL_PATHS`; 0 = without path identifiers. */
  readonly addPathSend: number;
  readonly refreshStaleTime: number;
  readonly sendLongLivedStale: boolean;
  readonly gracefulRestart: GracefulRestartSettings | undefined;
  readonly md5Key: Uint8Array | undefined;
  readonly aoKeys: readonly AoKey[] | undefined;
  readonly multihopTtl: number | undefined;
  readonly ttlSecurityHops: number | undefined;
  readonly device: string | undefined;
  readonly importPolicy: Policy | undefined;
  readonly exportPolicy: Policy | undefined;
  readonly defaultOriginate: DefaultOrigins;
  readonly unsuppress: boolean;
}

/** Names of what a peer configures. */
export const peerFields = [
  'address',
  'interface',
  'remoteAs',
  'group',
  'description',
  'port',
  'localAddress',
  'localPort',
  'routerId',
  'passive',
  'shutdown',
  'holdTime',
  'keepaliveTime',
  'sendHoldTime',
  'connectRetryTime',
  'idleHoldTime',
  'delayOpenTime',
  'keepReceived',
  'advertisementInterval',
  'limits',
  'maxPrefixes',
  'localAs',
  'role',
  'strictRole',
  'allowOwnAs',
  'refuseAsSets',
  'asOverride',
  'removePrivateAs',
  'nextHopUnchanged',
  'families',
  'extendedNextHop',
  'linkLocalNextHop',
  'linkLocalForm',
  'nextHop',
  'nextHopSelf',
  'aigp',
  'flowspecValidation',
  'routeReflectorClient',
  'routeServerClient',
  'addPath',
  'refreshStaleTime',
  'sendLongLivedStale',
  'gracefulRestart',
  'password',
  'authentication',
  'multihopTtl',
  'ttlSecurityHops',
  'device',
  'importPolicy',
  'exportPolicy',
  'defaultOriginate',
  'unsuppress',
] as const satisfies readonly (keyof PeerConfig)[];

/** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed; a password is not in the error. */
export function peerSettings(
  config: PeerConfig,
  localAs: number,
  confederation: Confederation | null = null,
  codecs: FamilyCodecs = builtFamilies,
): PeerSettings {
  checkFields('peer', config, peerFields);
  const address = checkName(config);
  const isUnnumbered = config.interface !== undefined;
  const at = (field: keyof PeerConfig): string => `peer ${address}: ${field}`;
  const remoteAs = checkRemoteAs(at('remoteAs'), config.remoteAs, localAs);
  const holdTime = checkHoldTime(at('holdTime'), config.holdTime ?? 90);
  if (config.multihopTtl !== undefined && config.ttlSecurityHops !== undefined) {
    throw badField(
      at('multihopTtl'),
      config.multihopTtl,
      'absent where ttlSecurityHops is set: they exclude one another',
    );
  }
  if (remoteAs === confederation?.identifier)
    throw badField(at('remoteAs'), remoteAs, 'the AS of a member, not that of our confederation');
  const { ownAs, isMember } = knownAs(remoteAs, localAs, confederation);
  const isOutside = remoteAs !== localAs && !isMember;
  if (config.password !== undefined && config.authentication !== undefined) {
    throw badField(
      at('authentication'),
      'TCP-AO',
      'absent where password is set: TCP MD5 and TCP-AO exclude one another',
    );
  }
  const extendedNextHop = checkBoolean(at('extendedNextHop'), config.extendedNextHop ?? isUnnumbered);
  const families = checkFamilies(at('families'), config.families, isUnnumbered ? null : address, codecs);
  return {
    address,
    interface: config.interface,
    source: config,
    origins: [],
    remoteAs,
    type: remoteAs === localAs ? 'internal' : 'external',
    isMember,
    ownAs,
    description: optional(config.description, (text) => checkText(at('description'), text, 'a text')),
    port: checkInteger(at('port'), config.port ?? 179, 1, 65535),
    localAddress: optional(config.localAddress, (text) =>
      checkLocalAddress(at('localAddress'), text, address),
    ),
    localPort: optional(config.localPort, (port) => checkInteger(at('localPort'), port, 1, 65535)),
    routerId: optional(config.routerId, (id) => addressToU32(checkRouterId(at('routerId'), id))),
    passive: checkBoolean(at('passive'), config.passive ?? false),
    shutdown: checkBoolean(at('shutdown'), config.shutdown ?? false),
    holdTime,
    keepaliveTime: optional(config.keepaliveTime, (s) => checkSeconds(at('keepaliveTime'), s, 1, 21845)),
    sendHoldTime: optional(config.sendHoldTime, (s) => checkSeconds(at('sendHoldTime'), s, 1, 65_535)),
    connectRetryTime: checkSeconds(at('connectRetryTime'), config.connectRetryTime ?? 120, 0.1, 65535),
    idleHoldTime: checkSeconds(at('idleHoldTime'), config.idleHoldTime ?? 1, 0, 3600),
    delayOpenTime: optional(config.delayOpenTime, (s) => checkSeconds(at('delayOpenTime'), s, 0.1, 240)),
    advertisementInterval: optional(config.advertisementInterval, (s) =>
      checkSeconds(at('advertisementInterval'), s, 0.1, 600),
    ),
    limits: checkLimits(at('limits'), config.limits ?? {}),
    maxPrefixes: checkMaxPrefixes(at('maxPrefixes'), config.maxPrefixes ?? {}),
    ...checkPathOptions(at, config, ownAs, isOutside),
    families,
    extendedNextHop,
    linkLocalNextHop: checkBoolean(at('linkLocalNextHop'), config.linkLocalNextHop ?? false),
    linkLocalForm: optional(config.linkLocalForm, (form) => checkForm(at('linkLocalForm'), form)),
    nextHop: checkNextHops(at('nextHop'), config.nextHop ?? {}, extendedNextHop),
    nextHopSelf: checkBoolean(at('nextHopSelf'), config.nextHopSelf ?? false),
    keepReceived: checkBoolean(at('keepReceived'), config.keepReceived ?? true),
    aigp: checkBoolean(at('aigp'), config.aigp ?? !isOutside),
    flowspecValidation: checkValidation(
      at('flowspecValidation'),
      config.flowspecValidation ?? (isOutside ? 'strict' : 'none'),
    ),
    // RFC 8955 §8: contrary to others, those of VPNs are accepted from remote PEs unless it is said otherwise.
    vpnFlowspecValidation: config.flowspecValidation ?? 'none',
    routeReflectorClient: checkClient(
      at('routeReflectorClient'),
      config.routeReflectorClient ?? false,
      remoteAs === localAs || 'external',
    ),
    routeServerClient: checkClient(
      at('routeServerClient'),
      config.routeServerClient ?? false,
      isOutside || 'internal',
    ),
    ...checkAddPath(at('addPath'), config.addPath ?? {}),
    refreshStaleTime: checkInteger(at('refreshStaleTime'), config.refreshStaleTime ?? 360, 1, 86_400),
    sendLongLivedStale: checkClient(
      at('sendLongLivedStale'),
      config.sendLongLivedStale ?? false,
      !isOutside || 'external',
    ),
    gracefulRestart: optional(config.gracefulRestart, (value) =>
      gracefulRestartSettings(at('gracefulRestart'), value),
    ),
    md5Key: optional(config.password, (password) => checkSecret(at('password'), password)),
    aoKeys: optional(config.authentication, (value) => checkAoKeys(at('authentication'), value)),
    multihopTtl: optional(config.multihopTtl, (ttl) => checkInteger(at('multihopTtl'), ttl, 1, 255)),
    ttlSecurityHops: optional(config.ttlSecurityHops, (hops) =>
      checkInteger(at('ttlSecurityHops'), hops, 1, 254),
    ),
    device: optional(config.device, (name) =>
      checkText(at('device'), name, 'the name of a network interface'),
    ),
    importPolicy: optional(config.importPolicy, (policy) => checkPolicy(at('importPolicy'), policy)),
    exportPolicy: optional(config.exportPolicy, (policy) => checkPolicy(at('exportPolicy'), policy)),
    defaultOriginate: checkDefaultOriginate(at('defaultOriginate'), config.defaultOriginate, families),
    unsuppress: checkBoolean(at('unsuppress'), config.unsuppress ?? false),
  };
}

function optional<In, Out>(value: In | undefined, check: (value: In) => Out): Out | undefined {
  return value === undefined ? undefined : check(value);
}

/** `fits`: true, or the kind of peer that this is not for. */
function checkClient(path: string, value: unknown, fits: true | 'internal' | 'external'): boolean {
  if (checkBoolean(path, value) && fits !== true) throw badField(path, value, `false for an ${fits} peer`);
  return value === true;
}

function checkAddPath(path: string, value: unknown): Pick<PeerSettings, 'addPathReceive' | 'addPathSend'> {
  checkFields(path, value, ['receive', 'send']);
  const { receive = false, send } = value as Record<string, unknown>;
  const isNumber = typeof send === 'number' && Number.isInteger(send) && send >= 1 && send <= 64;
  if (send !== undefined && send !== 'all' && !isNumber) {
    throw badField(`${path}.send`, send, `'all' or an integer 1 … 64`);
  }
  return {
    addPathReceive: checkBoolean(`${path}.receive`, receive),
    addPathSend: isNumber ? send : send === 'all' ? ALL_PATHS : 0,
  };
}

function checkHoldTime(path: string, value: unknown): number {
  if (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    (value === 0 || (value >= 3 && value <= 65535))
  ) {
    return value;
  }
  throw badField(path, value, '0 or an integer 3 … 65535 (seconds)');
}

function checkLocalAddress(path: string, value: unknown, peer: string): string {
  const address = checkAddress(path, value);
  if (address.includes(':') === peer.includes(':')) return address;
  throw badField(path, value, `an address of the same family as the peer's, ${peer}`);
}

/** The name of a peer: its address or its interface. */
export function checkName(config: Partial<PeerConfig>): string {
  const name: unknown = config.interface;
  if (name === undefined) return checkAddress('address', config.address);
  if (typeof name !== 'string' || !/^[^\s/%:]{1,15}$/.test(name)) {
    throw badField('interface', name, 'the name of a network interface');
  }
  for (const field of ['address', 'localAddress', 'device', 'multihopTtl'] as const) {
    if (config[field] === undefined) continue;
    throw badField(`peer ${name}: ${field}`, config[field], 'absent where interface is set');
  }
  return name;
}

function checkRemoteAs(path: string, value: unknown, localAs: number): number {
  if (value === 'internal') return localAs;
  if (value === 'external') return ANY_OTHER_AS;
  if (typeof value === 'string') throw badField(path, value, 'an AS number, internal or external');
  return checkAs(path, value);
}

const FORMS: readonly LinkLocalForm[] = ['single', 'double', 'unspecified'];

function checkForm(path: string, value: unknown): LinkLocalForm {
  if (FORMS.includes(value as LinkLocalForm)) return value as LinkLocalForm;
  throw badField(path, value, `one of ${FORMS.join(', ')}`);
}

function checkValidation(path: string, value: unknown): FlowspecValidation {
  if (flowspecValidations.includes(value as FlowspecValidation)) return value as FlowspecValidation;
  throw badField(path, value, `one of ${flowspecValidations.join(', ')}`);
}
