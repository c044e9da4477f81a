import { BgpError, showValue } from '../errors.js';

/** A value of a policy that cannot be used: where it stands, what it is, what may stand there. */
export function badPolicy(path: string, value: unknown, allowed: string): BgpError {
  const shown = value === undefined ? 'nothing' : showValue(value, 120);
  return new BgpError('BGP_ERR_POLICY', `${path} must be ${allowed}; got ${shown}`, { path, value, allowed });
}

/** Runs a parser of one value; what it throws gets the path of the value in front. */
export function at<T>(path: string, value: unknown, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof BgpError)) throw error;
    throw new BgpError(error.code, `${path}: ${error.message}`, {
      path,
      value,
      ...(error.allowed !== undefined && { allowed: error.allowed }),
      cause: error,
    });
  }
}

/** Refuses what is no object, and fields that there are not. */
export function checkShape(path: string, value: unknown, fields: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badPolicy(path, value, `an object with fields of ${fields.join(', ')}`);
  }
  for (const field of Object.keys(value)) {
    if (fields.includes(field)) continue;
    const allowed = fields.join(', ');
    throw new BgpError(
      'BGP_ERR_POLICY',
      `${path} has no field ${JSON.stringify(field)}; there are ${allowed}`,
      {
        path: `${path}.${field}`,
        value: field,
        allowed,
      },
    );
  }
}
