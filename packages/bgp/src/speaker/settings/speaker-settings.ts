import { addressToU32, isAddress } from '../../net/address.js';
import type { Family } from '../../net/family.js';
import type { FamilyCodecs } from '../../nlri/family-codecs.js';
import type { ListenTarget } from '../../ports/transport.js';
import { checkConfederation } from './confederation.js';
import type { Acceptor, Confederation, SpeakerConfig, TableLimits } from './config.js';
import { checkFamily, checkRelayed } from './family-settings.js';
import { badField, checkAddress, checkBoolean, checkFields, checkInteger, checkText } from './field-check.js';
import { DEFAULT_TABLE_LIMITS } from './table-limits.js';

/** What is known of an earlier life of this speaker. */
export interface RestartingSettings {
  readonly forwarded: readonly Family[];
  /** Seconds. */
  readonly deferralTime: number;
}

/** A checked `SpeakerConfig` with its defaults filled in. */
export interface SpeakerSettings {
  readonly localAs: number;
  readonly confederation: Confederation | null;
  readonly routerId: string;
  /** The router id as unsigned word. */
  readonly routerIdWord: number;
  /** As unsigned word. */
  readonly clusterId: number;
  readonly listen: readonly (ListenTarget | { readonly acceptor: Acceptor })[];
  readonly restarting: RestartingSettings | undefined;
  readonly tableLimits: Required<TableLimits>;
  readonly ebgpRequiresPolicy: boolean;
  readonly maximumPaths: number;
  readonly multipathExactAsPath: boolean;
  readonly alwaysCompareMed: boolean;
  readonly medMissingAsWorst: boolean;
  /** The families that peers may have. */
  readonly codecs: FamilyCodecs;
  readonly hostName: string | undefined;
  readonly domainName: string | undefined;
  readonly softwareVersion: string | undefined;
}

const fields = [
  'localAs',
  'confederation',
  'routerId',
  'clusterId',
  'listen',
  'restarting',
  'tableLimits',
  'peerGroups',
  'ebgpRequiresPolicy',
  'maximumPaths',
  'multipathExactAsPath',
  'alwaysCompareMed',
  'medMissingAsWorst',
  'relayedFamilies',
  'hostName',
  'domainName',
  'softwareVersion',
] as const satisfies readonly (keyof SpeakerConfig)[];

/** AS_TRANS (RFC 6793 §9) stands for ASes that do not fit two octets; nobody has it as their own. */
export const AS_TRANS = 23456;

/** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
export function speakerSettings(config: SpeakerConfig): SpeakerSettings {
  checkFields('config', config, fields);
  const routerId = checkRouterId('routerId', config.routerId);
  const listen: unknown = config.listen ?? [];
  if (!Array.isArray(listen)) throw badField('listen', listen, 'a list');
  const localAs = checkAs('localAs', config.localAs);
  const codecs = checkRelayed(config.relayedFamilies);
  return {
    localAs,
    confederation: checkConfederation(config.confederation, localAs),
    routerId,
    routerIdWord: addressToU32(routerId),
    clusterId: checkClusterId('clusterId', config.clusterId ?? routerId),
    listen: listen.map((entry, i) => checkListen(`listen[${i}]`, entry)),
    restarting: config.restarting === undefined ? undefined : checkRestarting(config.restarting, codecs),
    tableLimits: checkTableLimits(config.tableLimits ?? {}),
    ebgpRequiresPolicy: checkBoolean('ebgpRequiresPolicy', config.ebgpRequiresPolicy ?? true),
    maximumPaths: checkInteger('maximumPaths', config.maximumPaths ?? 1, 1, 64),
    multipathExactAsPath: checkBoolean('multipathExactAsPath', config.multipathExactAsPath ?? true),
    alwaysCompareMed: checkBoolean('alwaysCompareMed', config.alwaysCompareMed ?? false),
    medMissingAsWorst: checkBoolean('medMissingAsWorst', config.medMissingAsWorst ?? false),
    codecs,
    ...checkNames(config),
  };
}

/** What the FQDN and software version capabilities say; both sides of them keep to 64 octets. */
function checkNames(
  config: SpeakerConfig,
): Pick<SpeakerSettings, 'hostName' | 'domainName' | 'softwareVersion'> {
  const name = (path: 'hostName' | 'domainName' | 'softwareVersion'): string | undefined => {
    const value: unknown = config[path];
    if (value === undefined) return undefined;
    const length = typeof value === 'string' ? new TextEncoder().encode(value).length : 0;
    if (length >= 1 && length <= 64) return value as string;
    throw badField(path, value, 'a text of 1 … 64 octets of UTF-8');
  };
  const [hostName, domainName] = [name('hostName'), name('domainName')];
  if (domainName !== undefined && hostName === undefined) {
    throw badField('domainName', domainName, 'absent where hostName is not set');
  }
  return { hostName, domainName, softwareVersion: name('softwareVersion') };
}

function checkTableLimits(value: unknown): Required<TableLimits> {
  checkFields('tableLimits', value, ['paths', 'attributeBytes']);
  const { paths, attributeBytes } = value as Record<string, unknown>;
  const { paths: most, attributeBytes: octets } = DEFAULT_TABLE_LIMITS;
  return {
    paths: checkInteger('tableLimits.paths', paths ?? most, 1, 2 ** 28),
    attributeBytes: checkInteger('tableLimits.attributeBytes', attributeBytes ?? octets, 65_536, 2 ** 31),
  };
}

function checkRestarting(value: unknown, codecs: FamilyCodecs): RestartingSettings {
  checkFields('restarting', value, ['forwarded', 'deferralTime']);
  const { forwarded, deferralTime = 360 } = value as Record<string, unknown>;
  if (!Array.isArray(forwarded)) throw badField('restarting.forwarded', forwarded, 'a list of families');
  const families = forwarded.map((name: unknown, i) =>
    checkFamily(`restarting.forwarded[${i}]`, name, codecs),
  );
  return {
    forwarded: [...new Set(families)],
    deferralTime: checkInteger('restarting.deferralTime', deferralTime, 1, 86_400),
  };
}

/** A BGP identifier as dotted quad. */
export function checkRouterId(path: string, value: unknown): string {
  const isQuad = typeof value === 'string' && !value.includes(':') && isAddress(value);
  if (isQuad && value !== '0.0.0.0') return value;
  throw badField(path, value, 'a dotted quad other than 0.0.0.0');
}

export function checkAs(path: string, value: unknown): number {
  const as = checkInteger(path, value, 1, 0xffffffff);
  if (as === AS_TRANS) throw badField(path, as, 'an integer 1 … 4294967295 other than 23456 (AS_TRANS)');
  return as;
}

function checkClusterId(path: string, value: unknown): number {
  const isQuad = typeof value === 'string' && !value.includes(':') && isAddress(value);
  const word = isQuad ? addressToU32(value) : value;
  if (typeof word === 'number' && Number.isInteger(word) && word >= 1 && word <= 0xffffffff) return word;
  throw badField(path, value, 'a dotted quad other than 0.0.0.0, or an integer 1 … 4294967295');
}

function checkListen(path: string, entry: unknown): ListenTarget | { readonly acceptor: Acceptor } {
  checkFields(path, entry, ['acceptor', 'address', 'port', 'device']);
  const { acceptor, address, port, device } = entry as Record<string, unknown>;
  if (acceptor !== undefined) {
    if (
      typeof acceptor !== 'object' ||
      acceptor === null ||
      typeof Reflect.get(acceptor, 'start') !== 'function'
    ) {
      throw badField(`${path}.acceptor`, acceptor, 'an object with a method start(accept)');
    }
    return { acceptor: acceptor as Acceptor };
  }
  return {
    port: checkInteger(`${path}.port`, port, 0, 65535),
    ...(address !== undefined && { address: checkAddress(`${path}.address`, address) }),
    ...(device !== undefined && {
      device: checkText(`${path}.device`, device, 'the name of a network interface'),
    }),
  };
}
