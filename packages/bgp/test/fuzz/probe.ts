/** What a target found to be wrong with what the codec did. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/**
 * What a target tells of one run: a digest of all that it saw, so that two runs compare, and failures. With `trace` it
 * keeps what it was told, to show where two runs part.
 */
export class Probe {
  readonly trace: string[] | null;
  #digest = 0;

  constructor(trace = false) {
    this.trace = trace ? [] : null;
  }

  get digest(): number {
    return this.#digest;
  }

  begin(): void {
    this.#digest = 0x811c9dc5;
  }

  /** Something that was seen: it must not depend on the octets around the input. */
  see(what: string, value: number | string | boolean | null | Uint8Array): void {
    this.trace?.push(`${what}: ${value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value}`);
    if (typeof value === 'number') this.#mix(value);
    else if (typeof value === 'string') for (let i = 0; i < value.length; i++) this.#mix(value.charCodeAt(i));
    else if (value instanceof Uint8Array) for (let i = 0; i < value.length; i++) this.#mix(value[i]!);
    else this.#mix(value === null ? 7 : value ? 3 : 5);
  }

  expect(condition: boolean, message: string): void {
    if (!condition) throw new FuzzFailure(message);
  }

  same(what: string, actual: string, expected: string): void {
    if (actual === expected) return;
    throw new FuzzFailure(`${what} differs:\n  was  ${shorten(expected)}\n  now  ${shorten(actual)}`);
  }

  #mix(value: number): void {
    this.#digest = Math.imul(this.#digest ^ value, 0x01000193) ^ (this.#digest >>> 13);
  }
}

const shorten = (text: string): string =>
  text.length <= 600 ? text : `${text.slice(0, 600)}… (${text.length} characters)`;
