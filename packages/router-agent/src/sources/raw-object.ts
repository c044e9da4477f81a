/** Where in an object something is: `['spec', 'externalIPs', 0]`. */
export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with an object, as `FIELD must be …, got …`. */
export interface FieldIssue {
  readonly path: FieldPath;
  readonly message: string;
}

/** `spec.externalIPs[0]`. */
export function formatPath(path: FieldPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * A parsed JSON value that is read field by field. What has the wrong type is noted as an issue and reads as absent, so that
 * one pass finds all that is wrong. Absent and `null` are the same, as in the Kubernetes API.
 */
export class RawObject {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: FieldPath;
  readonly #issues: FieldIssue[];

  constructor(value: unknown, issues: FieldIssue[], path: FieldPath = []) {
    this.#issues = issues;
    this.#path = path;
    this.#value = isRecord(value) ? value : {};
    if (!isRecord(value)) this.issue([], 'must be an object', value);
  }

  has(name: string): boolean {
    return this.#value[name] !== undefined && this.#value[name] !== null;
  }

  object(name: string): RawObject {
    return new RawObject(this.has(name) ? this.#value[name] : {}, this.#issues, [...this.#path, name]);
  }

  string(name: string): string | null {
    return this.#typed(name, 'a text', (value): value is string => typeof value === 'string');
  }

  boolean(name: string): boolean | null {
    return this.#typed(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** A whole number between two bounds. */
  integer(name: string, least: number, most: number): number | null {
    const isOne = (value: unknown): value is number =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    return this.#typed(name, `a whole number from ${least} to ${most}`, isOne);
  }

  /** One of a closed set; `fallback` when absent. */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const isOne = (value: unknown): value is T => choices.some((choice) => choice === value);
    return this.#typed(name, choices.join(' or '), isOne) ?? fallback;
  }

  /** The items of a list, each with its own path; empty when absent. */
  objects(name: string): readonly RawObject[] {
    return this.#list(name).map(
      (item, index) => new RawObject(item, this.#issues, [...this.#path, name, index]),
    );
  }

  /** The texts of a list that `accepts` takes; the others are noted as `must be EXPECTED`. */
  strings(name: string, expected: string, accepts: (text: string) => boolean): readonly string[] {
    return this.#list(name).filter((item, index): item is string => {
      const good = typeof item === 'string' && accepts(item);
      if (!good) this.issue([name, index], `must be ${expected}`, item);
      return good;
    });
  }

  /** A map of texts, such as labels. */
  stringMap(name: string): Readonly<Record<string, string>> {
    const map = this.#typed(name, 'a map of texts', isRecord) ?? {};
    const good = Object.entries(map).filter((entry): entry is [string, string] => {
      const isText = typeof entry[1] === 'string';
      if (!isText) this.issue([name, entry[0]], 'must be a text (put it in quotes)', entry[1]);
      return isText;
    });
    return Object.fromEntries(good);
  }

  /** The value as it is. */
  unknown(name: string): unknown {
    return this.#value[name];
  }

  issue(path: FieldPath, must: string, got: unknown): void {
    this.#issues.push({ path: [...this.#path, ...path], message: `${must}, got ${shownValue(got)}` });
  }

  #list(name: string): readonly unknown[] {
    return this.#typed(name, 'a list', (value): value is readonly unknown[] => Array.isArray(value)) ?? [];
  }

  #typed<T>(name: string, expected: string, isIt: (value: unknown) => value is T): T | null {
    if (!this.has(name)) return null;
    const value = this.#value[name];
    if (isIt(value)) return value;
    this.issue([name], `must be ${expected}`, value);
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST_SHOWN = 80;

function shownValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
