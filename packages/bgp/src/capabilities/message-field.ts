import { BgpError, showValue } from '../errors.js';

/** Refuses a field of a message that cannot be encoded. */
export function refuseField(path: string, value: unknown, allowed: string): never {
  const shown = value === undefined ? 'nothing' : showValue(value);
  throw new BgpError('BGP_ERR_MESSAGE', `${path} must be ${allowed}, got ${shown}`, { path, value, allowed });
}

/** The fields of a value, or a refusal that says what it must be. */
export function fieldsOf(path: string, value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuseField(path, value, what);
  return value as Readonly<Record<string, unknown>>;
}

/** Refuses what is not an integer 0 … `most`. */
export function checkInteger(path: string, value: unknown, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return;
  refuseField(path, value, `an integer 0 … ${most}`);
}

export function checkText(path: string, value: unknown): void {
  if (typeof value !== 'string') refuseField(path, value, 'a text');
}

export function checkOctets(path: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) refuseField(path, value, 'a Uint8Array');
}

export function checkFlag(path: string, value: unknown): void {
  if (typeof value !== 'boolean') refuseField(path, value, 'true or false');
}

export function checkOneOf(path: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value)) {
    refuseField(path, value, `one of ${allowed.join(', ')}`);
  }
}

/** A family, as messages need it: of its fields AFI and SAFI (RFC 4760 §6). */
export function checkFamily(path: string, value: unknown): void {
  const { afi, safi } = fieldsOf(path, value, 'a family such as IPV4_UNICAST');
  checkInteger(`${path}.afi`, afi, 0xffff);
  checkInteger(`${path}.safi`, safi, 0xff);
}

/** A list, each element checked with its place. */
export function checkEach(
  path: string,
  value: unknown,
  check: (path: string, element: unknown) => void,
): void {
  if (!Array.isArray(value)) refuseField(path, value, 'a list');
  // No forEach: it leaves out the holes of a list.
  for (const [i, element] of value.entries()) check(`${path}[${i}]`, element);
}
