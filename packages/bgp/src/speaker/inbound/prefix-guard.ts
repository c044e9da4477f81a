import { CeaseError, ErrorCode } from '../../iana/error-code.js';
import type { Family } from '../../net/family.js';
import { type Fault, resetFault } from '../../wire/result.js';
import type { PrefixLimits } from '../settings/prefix-limits.js';
import type { PrefixAlarm } from '../views/events.js';

/**
 * Watches how many prefixes one session has sent. It is handed counts of rows, so that what is announced again, or comes
 * again in a refresh, counts once. Each level is told when it is reached from below, not for each UPDATE.
 */
export class PrefixGuard {
  readonly #tell: (alarm: PrefixAlarm) => void;
  readonly #levels = new Map<string, PrefixAlarm['level']>();
  #limits: PrefixLimits;
  #passed = '';

  constructor(limits: PrefixLimits, tell: (alarm: PrefixAlarm) => void) {
    this.#limits = limits;
    this.#tell = tell;
  }

  /** From now on these hold; what is above them is found by the next `check`. */
  change(limits: PrefixLimits): void {
    this.#limits = limits;
    this.#levels.clear();
  }

  /** Of these families: those that have a limit. */
  limited(families: readonly Family[]): readonly Family[] {
    return families.filter(({ name }) => this.#limits[name] !== undefined);
  }

  /** How long a peer is held down after the last fault, in seconds; undefined: until told otherwise. */
  get restartTime(): number | undefined {
    return this.#limits[this.#passed]?.restartTime;
  }

  /** The fault that ends the session, when there are too many of one of these families. */
  checkAll(families: readonly Family[], received: (family: Family) => number): Fault | null {
    for (const family of families) {
      const fault = this.check(family, received(family));
      if (fault === null) continue;
      this.#passed = family.name;
      return fault;
    }
    return null;
  }

  /** As `checkAll`, for one family. */
  check(family: Family, received: number): Fault | null {
    const limit = this.#limits[family.name];
    if (limit === undefined) return null;
    const level = received > limit.limit ? 'over' : received >= limit.warnFrom ? 'warning' : null;
    const before = this.#levels.get(family.name);
    if (level === null) this.#levels.delete(family.name);
    else this.#levels.set(family.name, level);
    if (level !== null && level !== before && before !== 'over') {
      this.#tell({ family, received, limit: limit.limit, level });
    }
    return level === 'over' && limit.action === 'tear-down' ? tooMany(family, received, limit.limit) : null;
  }
}

/**
 * Cease / Maximum Number of Prefixes Reached (RFC 4486 §4):
 *
 * ```
 * AFI (2) | SAFI (1) | upper bound (4)
 * ```
 */
function tooMany(family: Family, received: number, limit: number): Fault {
  const data = new Uint8Array(7);
  const view = new DataView(data.buffer);
  view.setUint16(0, family.afi);
  view.setUint8(2, family.safi);
  view.setUint32(3, limit);
  const message = `${received} prefixes of ${family.name} came, the limit is ${limit}`;
  return resetFault(ErrorCode.Cease, CeaseError.MaximumPrefixes, 0, message, data);
}

/** Also within a Hard Reset (RFC 8538 §3.1). */
export function isTooManyPrefixes(notification: {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}): boolean {
  const { code, subcode, data } = notification;
  if (code !== ErrorCode.Cease) return false;
  if (subcode !== CeaseError.HardReset) return subcode === CeaseError.MaximumPrefixes;
  return data[0] === ErrorCode.Cease && data[1] === CeaseError.MaximumPrefixes;
}
