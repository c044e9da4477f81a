import { BgpError } from '../src/errors.js';

const itself: unknown[] = [];
itself.push(itself);
/** What a program without types may hand over. */
export const JUNK: readonly unknown[] = [
  ...[undefined, null, 0, -1, Number.NaN, 1.5, 2 ** 40, '', 'x', '10.0.0.0/8', true, 10n, Symbol('s')],
  ...[[], {}, [null], [undefined], [1], ['x'], [{}], [[]], { x: null }, itself, new Map(), () => 1],
];

/** The value with junk in each place of it, with the place. */
export function* damaged(value: unknown, path = ''): Generator<readonly [unknown, string]> {
  for (const junk of JUNK) yield [junk, path];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const [field, inner] of Object.entries(value)) {
    for (const [junk, where] of damaged(inner, `${path}.${field}`)) {
      const copy = Array.isArray(value)
        ? Object.assign([...value], { [field]: junk })
        : { ...value, [field]: junk };
      yield [copy, where];
    }
  }
}

/** What an act throws that is no refusal with code, place and what is allowed; null when it is one, or nothing is thrown. */
export function rawError(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    const isGood = error instanceof BgpError && error.path !== undefined && error.allowed !== undefined;
    return isGood ? null : String(error);
  }
}
