import type { Family } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { parseInto } from '../../net/prefix.js';
import type { Policy } from '../../policy/policy.js';
import type { DefaultOriginate } from './config.js';
import { badField, checkFields, checkPolicy } from './field-check.js';

/** A default route for one family of a peer, as it is configured. */
export interface DefaultOrigin {
  /** Sets attributes, or rejects; null: the route goes out as it is. */
  readonly policy: Policy | null;
  /** Prefixes of which one must have a usable path; none: nothing is asked. */
  readonly ifPresent: readonly string[];
}

/** By the name of the family. */
export type DefaultOrigins = Readonly<Record<string, DefaultOrigin>>;

export function isSameOrigin(x: DefaultOrigin | null, y: DefaultOrigin | null): boolean {
  if (x === null || y === null) return x === y;
  return x.policy === y.policy && x.ifPresent.join() === y.ifPresent.join();
}

/** Throws `BGP_ERR_CONFIG` or `BGP_ERR_PREFIX` with the field, its value and what is allowed. */
export function checkDefaultOriginate(
  path: string,
  value: unknown,
  carried: readonly Family[],
): DefaultOrigins {
  if (value === undefined || value === false) return {};
  const given = value === true ? {} : value;
  if (typeof given !== 'object' || given === null)
    throw badField(path, value, 'true, false, or an object with families, policy and ifPresent');
  checkFields(path, given, ['families', 'policy', 'ifPresent']);
  const { families, policy, ifPresent = [] } = given as DefaultOriginate;
  const unicast = carried.filter(({ afi, safi }) => safi === 1 && (afi === 1 || afi === 2));
  const names = unicast.map(({ name }) => name);
  const wanted: unknown = families ?? names;
  const allowed = `a list of unicast families of the session: ${names.join(', ')}`;
  if (!Array.isArray(wanted) || wanted.some((name) => !names.includes(name)))
    throw badField(`${path}.families`, wanted, allowed);
  if (!Array.isArray(ifPresent)) throw badField(`${path}.ifPresent`, ifPresent, 'a list of prefixes');
  const key = createNlriKey();
  const conditions = ifPresent.map((text: unknown) => ({
    text: String(text),
    family: parseInto(String(text), key),
  }));
  const origins = carried
    .filter(({ name }) => wanted.includes(name))
    .map((family) => {
      const own = conditions.filter((condition) => condition.family === family).map(({ text }) => text);
      if (conditions.length > 0 && own.length === 0)
        throw badField(
          `${path}.ifPresent`,
          ifPresent,
          `a list with a prefix of each family, ${family.name} too`,
        );
      const origin: DefaultOrigin = {
        policy: policy === undefined ? null : checkPolicy(`${path}.policy`, policy),
        ifPresent: own,
      };
      return [family.name, origin] as const;
    });
  return Object.fromEntries(origins);
}
