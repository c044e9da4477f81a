import { BgpError, showValue } from '../../errors.js';
import { isAddress } from '../../net/address.js';
import { canonicalAddress } from '../../net/canonical-address.js';
import type { Policy } from '../../policy/policy.js';

/** A configuration field that cannot be used: `path` is wrong in a way that `allowed` sets right. */
export function badField(path: string, value: unknown, allowed: string): BgpError {
  return new BgpError('BGP_ERR_CONFIG', `${path} must be ${allowed}, got ${showValue(value)}`, {
    path,
    value,
    allowed,
  });
}

/** Refuses anything that is not an object, and fields that do not exist, naming the nearest one that does. */
export function checkFields(path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badField(path, value, 'an object');
  }
  for (const [field, content] of Object.entries(value)) {
    // An empty field of a file: nobody knows whether it means the default.
    if (content === null) throw badField(`${path}.${field}`, null, 'absent, or a value');
    if (known.includes(field)) continue;
    const near = known.find((name) => name.toLowerCase() === field.toLowerCase().replace(/[-_]/g, ''));
    const hint = near === undefined ? `one of ${known.join(', ')}` : near;
    throw new BgpError('BGP_ERR_CONFIG', `${path} has no field ${JSON.stringify(field)}; use ${hint}`, {
      path: `${path}.${field}`,
      allowed: known.join(', '),
    });
  }
}

export function checkInteger(path: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw badField(path, value, `an integer ${least} … ${most}`);
}

/** Seconds: any finite number in range, so that tests may run fast. */
export function checkSeconds(path: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw badField(path, value, `a number of seconds ${least} … ${most}`);
}

export function checkBoolean(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badField(path, value, 'true or false');
}

export function checkText(path: string, value: unknown, allowed: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badField(path, value, allowed);
}

/** An `AbortSignal`, or something that does as one. */
export function checkSignal(path: string, value: unknown): void {
  const isSignal =
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
  if (value !== undefined && !isSignal) throw badField(path, value, 'an AbortSignal');
}

/** Runs the parser of a text; what it throws gets the path of the field. */
export function parseField<T>(path: string, value: unknown, parse: (text: string) => T): T {
  if (typeof value !== 'string') throw badField(path, value, 'a text');
  return placed(path, value, () => parse(value));
}

/** What is wrong with a value gets the place of the field. */
export function placed<T>(path: string, value: unknown, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BgpError)) throw cause;
    const allowed = cause.allowed === undefined ? {} : { allowed: cause.allowed };
    throw new BgpError(cause.code, `${path}: ${cause.message}`, { path, value, ...allowed, cause });
  }
}

/** A list, whose elements are looked at by who asks. */
export function checkList(path: string, value: unknown, of: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badField(path, value, `a list of ${of}`);
}

/** What is wrong with a part, such as `peers[1]`, gets the place of the part in front of its own. */
export function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BgpError)) throw cause;
    const { code, message, path = '', value, allowed } = cause;
    // `peer 192.0.2.2: holdTime` and `range.prefix` say with a name what the place says.
    const field = path.replace(/^((peer|range) \S+: |(peer|range|announcement)\.)/, '');
    const isPlaced = field.startsWith(place);
    const at = isPlaced || field === '' ? place : field.startsWith('[') ? place + field : `${place}.${field}`;
    throw new BgpError(code, isPlaced ? message : `${place}: ${message}`, {
      path: isPlaced ? field : at,
      ...(value !== undefined && { value }),
      ...(allowed !== undefined && { allowed }),
      cause,
    });
  }
}

/** An address in its one canonical text; link-local IPv6 addresses keep their `%zone`. */
export function checkAddress(path: string, value: unknown): string {
  if (typeof value === 'string') {
    const [address = '', zone] = value.split('%', 2);
    const isLinkLocal = /^fe[89ab]/i.test(address);
    if (isAddress(address) && (zone === undefined || (isLinkLocal && zone !== '')))
      return canonicalAddress(value);
  }
  throw badField(path, value, 'an IPv4 or IPv6 address');
}

export function checkPolicy(path: string, value: unknown): Policy {
  const isPolicy =
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'evaluate') === 'function';
  if (isPolicy && Array.isArray(Reflect.get(value, 'reads'))) return value as Policy;
  throw badField(path, value, 'a Policy: use policy(…), policyFunction(…), acceptAll or rejectAll');
}
