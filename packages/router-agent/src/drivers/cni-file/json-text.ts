/** A JSON object that keeps its keys in their order. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object with one key set: in its place when it is there, else at the end. */
export function withKey(object: JsonObject, key: string, value: unknown): JsonObject {
  return { ...object, [key]: value };
}

/** The object with `before` replaced, in its place, by `after`. */
export function withRenamedKey(
  object: JsonObject,
  before: string,
  after: string,
  value: unknown,
): JsonObject {
  const entries = Object.entries(object).filter(([key]) => key !== after || before === after);
  return Object.fromEntries(entries.map(([key, old]) => (key === before ? [after, value] : [key, old])));
}

export function withoutKeys(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Writes JSON as the text before it was written: on one line, or with its indentation; with a newline at the end or not. */
export function formatLike(before: string, value: unknown): string {
  const indentation = /\n([ \t]+)\S/.exec(before)?.[1];
  const multiline = before.trim().includes('\n');
  const body = JSON.stringify(value, null, multiline ? (indentation ?? 2) : undefined);
  return before.endsWith('\n') ? `${body}\n` : body;
}

/** `line 3, column 7` of the first mistake in a text that is not JSON; `JSON.parse` does not always tell it. */
export function placeOfJsonError(text: string): string {
  const lines = text.slice(0, new JsonScanner(text).errorOffset()).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Walks over a JSON text as far as it is one. */
class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  errorOffset(): number {
    if (this.#value()) this.#skip(BLANK);
    return this.#at;
  }

  #value(): boolean {
    this.#skip(BLANK);
    if (this.#take('{')) return this.#members('}', () => this.#string() && this.#take(':') && this.#value());
    if (this.#take('[')) return this.#members(']', () => this.#value());
    return this.#skip(STRING) || this.#skip(SCALAR);
  }

  /** What stands between brackets, with commas. */
  #members(close: string, member: () => boolean): boolean {
    if (this.#take(close)) return true;
    do {
      if (!member()) return false;
    } while (this.#take(','));
    return this.#take(close);
  }

  #string(): boolean {
    this.#skip(BLANK);
    return this.#skip(STRING);
  }

  #take(character: string): boolean {
    this.#skip(BLANK);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found !== null;
  }
}
