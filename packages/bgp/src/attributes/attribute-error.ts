import { BgpError, showValue } from '../errors.js';

/** Refuses a value of `PathAttributes` that cannot be encoded. */
export function refuseAttribute(path: string, value: unknown, wayOut: string): never {
  throw new BgpError('BGP_ERR_ATTRIBUTE', `attributes.${path}: ${wayOut}, got ${showValue(value)}`, {
    path: `attributes.${path}`,
    value,
    allowed: wayOut.replace(/^must be /, ''),
  });
}

/** Refuses what is not an unsigned 32-bit number. */
export function checkU32(path: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    refuseAttribute(path, value, 'must be an integer 0 … 4294967295');
  }
  return value;
}

/** Runs `write`, whose refusals of an NLRI or a TLV become those of an attribute. */
export function writeValue(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof BgpError) || error.code === 'BGP_ERR_ATTRIBUTE') throw error;
    throw new BgpError('BGP_ERR_ATTRIBUTE', `attributes.${error.message}`, {
      path: `attributes.${error.path ?? ''}`,
      value: error.value,
      ...(error.allowed !== undefined && { allowed: error.allowed }),
      cause: error,
    });
  }
}
