import { parseFamily } from '../net/family.js';
import type { MaxPrefixes, PeerLimits } from './config.js';
import { badField, checkFields, checkInteger, checkSeconds } from './field-check.js';
import type { PrefixLimit } from './prefix-guard.js';

const LIMITS = ['inputBytes', 'outboxBytes'] as const satisfies readonly (keyof PeerLimits)[];

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

const FAMILY_NAMES = ['ipv4-unicast', 'ipv6-unicast'] as const;

/** Prefix limits by family, with their defaults. */
export function checkMaxPrefixes(path: string, value: unknown): Readonly<Record<string, PrefixLimit>> {
  checkFields(path, value, FAMILY_NAMES);
  const limits = value as Readonly<Record<string, number | MaxPrefixes>>;
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
