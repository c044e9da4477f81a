import { type Family, IPV4_UNICAST, IPV6_UNICAST } from '../net/family.js';
import type { GracefulRestartConfig } from './config.js';
import { badField, checkBoolean, checkFields, checkInteger } from './field-check.js';

/** A checked `GracefulRestartConfig` with its defaults filled in. */
export interface GracefulRestartSettings {
  /** Seconds, as all times here. */
  readonly restartTime: number;
  readonly notification: boolean;
  readonly longLived: readonly { readonly family: Family; readonly staleTime: number }[];
  readonly stalePathTime: number;
}

const fields = [
  'restartTime',
  'notification',
  'longLived',
  'stalePathTime',
] as const satisfies readonly (keyof GracefulRestartConfig)[];

const longLivedFamilies: readonly Family[] = [IPV4_UNICAST, IPV6_UNICAST];

/** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
export function gracefulRestartSettings(path: string, value: unknown): GracefulRestartSettings {
  checkFields(path, value, fields);
  const config = value as GracefulRestartConfig;
  const longLived: unknown = config.longLived ?? {};
  checkFields(
    `${path}.longLived`,
    longLived,
    longLivedFamilies.map((family) => family.name),
  );
  const times = longLived as Readonly<Record<string, unknown>>;
  const restartTime = checkInteger(`${path}.restartTime`, config.restartTime ?? 120, 0, 4095);
  const entries = longLivedFamilies.flatMap((family) => {
    const seconds = times[family.name];
    if (seconds === undefined) return [];
    return [{ family, staleTime: checkInteger(`${path}.longLived.${family.name}`, seconds, 1, 0xffffff) }];
  });
  if (restartTime === 0 && entries.length === 0) {
    throw badField(`${path}.restartTime`, 0, 'an integer 1 … 4095 (seconds), or 0 beside longLived');
  }
  return {
    restartTime,
    notification: checkBoolean(`${path}.notification`, config.notification ?? false),
    longLived: entries,
    stalePathTime: checkInteger(`${path}.stalePathTime`, config.stalePathTime ?? 360, 1, 86_400),
  };
}
