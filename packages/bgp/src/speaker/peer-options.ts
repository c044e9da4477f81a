import type { PeerLimits } from './config.js';
import { checkFields, checkInteger } from './field-check.js';

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
