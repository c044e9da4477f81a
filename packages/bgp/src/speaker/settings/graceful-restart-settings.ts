import { type Family, parseFamily } from '../../net/family.js';
import type { GracefulRestartConfig } from './config.js';
import { checkByFamily } from './family-settings.js';
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

/** Throws `BGP_ERR_CONFIG` with the field, its value and what is allowed. */
export function gracefulRestartSettings(path: string, value: unknown): GracefulRestartSettings {
  checkFields(path, value, fields);
  const config = value as GracefulRestartConfig;
  const times = checkByFamily(`${path}.longLived`, config.longLived ?? {});
  const restartTime = checkInteger(`${path}.restartTime`, config.restartTime ?? 120, 0, 4095);
  const entries = Object.entries(times).flatMap(([name, seconds]) => {
    if (seconds === undefined) return [];
    const staleTime = checkInteger(`${path}.longLived.${name}`, seconds, 1, 0xffffff);
    return [{ family: parseFamily(name), staleTime }];
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
