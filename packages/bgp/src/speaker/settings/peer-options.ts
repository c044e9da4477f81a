import type { BgpRole } from '../../capabilities/capability.js';
import { parseFamily } from '../../net/family.js';
import type { LocalAs, MaxPrefixes, PeerConfig, PeerLimits } from './config.js';
import { checkByFamily } from './family-settings.js';
import { badField, checkBoolean, checkFields, checkInteger, checkSeconds } from './field-check.js';
import type { PathOptions } from './path-options.js';
import type { PrefixLimit } from './prefix-limits.js';
import { checkAs } from './speaker-settings.js';

const LIMITS = ['inputBytes', 'outboxBytes'] as const satisfies readonly (keyof PeerLimits)[];

const ROLES: readonly BgpRole[] = ['provider', 'customer', 'peer', 'route-server', 'route-server-client'];

/**
 * What a session does to AS paths and next hops. All but `allowOwnAs` and `refuseAsSets` belong to sessions with other
 * ASes, and not with other members of a confederation.
 */
export function checkPathOptions(
  at: (field: keyof PeerConfig) => string,
  config: PeerConfig,
  speakerAs: number,
  isOutside: boolean,
): PathOptions {
  const { role, removePrivateAs, strictRole = false } = config;
  if (role !== undefined && !ROLES.includes(role))
    throw badField(at('role'), role, `one of ${ROLES.join(', ')}`);
  if (checkBoolean(at('strictRole'), strictRole) && role === undefined) {
    throw badField(at('strictRole'), strictRole, 'absent where role is not set');
  }
  if (removePrivateAs !== undefined && removePrivateAs !== 'all' && removePrivateAs !== 'replace') {
    throw badField(at('removePrivateAs'), removePrivateAs, '"all" or "replace"');
  }
  const options: PathOptions = {
    localAs: config.localAs === undefined ? undefined : checkLocalAs(at('localAs'), config.localAs),
    role,
    strictRole,
    allowOwnAs: checkInteger(at('allowOwnAs'), config.allowOwnAs ?? 0, 0, 10),
    refuseAsSets: checkBoolean(at('refuseAsSets'), config.refuseAsSets ?? false),
    asOverride: checkBoolean(at('asOverride'), config.asOverride ?? false),
    removePrivateAs,
    nextHopUnchanged: checkBoolean(at('nextHopUnchanged'), config.nextHopUnchanged ?? false),
  };
  if (!isOutside) {
    for (const field of EXTERNAL_ONLY) {
      const value = options[field];
      if (value !== undefined && value !== false) {
        throw badField(
          at(field),
          config[field],
          'absent on an internal session, or one within a confederation',
        );
      }
    }
  }
  const as = options.localAs?.as;
  if (as !== undefined && (as === speakerAs || as === config.remoteAs)) {
    throw badField(
      at('localAs'),
      as,
      `another AS than the speaker's, ${speakerAs}, and the peer's, ${config.remoteAs}`,
    );
  }
  return options;
}

const EXTERNAL_ONLY = ['localAs', 'role', 'asOverride', 'removePrivateAs', 'nextHopUnchanged'] as const;

function checkLocalAs(path: string, value: unknown): Required<LocalAs> {
  const given = typeof value === 'number' ? { as: value } : value;
  checkFields(path, given, ['as', 'noPrepend', 'replaceAs']);
  const { as, noPrepend = false, replaceAs = false } = given as LocalAs;
  return {
    as: checkAs(path, as),
    noPrepend: checkBoolean(`${path}.noPrepend`, noPrepend),
    replaceAs: checkBoolean(`${path}.replaceAs`, replaceAs),
  };
}

/** The limits of one session that are set; the others keep their defaults. */
export function checkLimits(path: string, value: unknown): PeerLimits {
  checkFields(path, value, LIMITS);
  const limits = value as PeerLimits;
  return Object.fromEntries(
    LIMITS.filter((name) => limits[name] !== undefined).map((name) => [
      name,
      checkInteger(`${path}.${name}`, limits[name], 4096, 2 ** 30),
    ]),
  );
}

/** Prefix limits by family, with their defaults. */
export function checkMaxPrefixes(path: string, value: unknown): Readonly<Record<string, PrefixLimit>> {
  const limits = checkByFamily(path, value);
  return Object.fromEntries(
    Object.entries(limits).map(([name, entry]) => [
      parseFamily(name).name,
      checkLimit(`${path}.${name}`, entry),
    ]),
  );
}

function checkLimit(path: string, entry: unknown): PrefixLimit {
  const given = typeof entry === 'number' ? { limit: entry } : entry;
  checkFields(path, given, ['limit', 'warnPercent', 'action', 'restartTime']);
  const { limit, warnPercent = 75, action = 'tear-down', restartTime } = given as MaxPrefixes;
  const most = checkInteger(`${path}.limit`, limit, 1, 0xffffffff);
  const percent = checkInteger(`${path}.warnPercent`, warnPercent, 1, 100);
  if (action !== 'tear-down' && action !== 'warn') {
    throw badField(`${path}.action`, action, '"tear-down" or "warn"');
  }
  return {
    limit: most,
    warnFrom: Math.ceil((most * percent) / 100),
    action,
    restartTime:
      restartTime === undefined
        ? undefined
        : checkSeconds(`${path}.restartTime`, restartTime, 0.1, 65_535 * 60),
  };
}
