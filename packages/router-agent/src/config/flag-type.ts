import { isIP } from 'node:net';

/** What a text became: a value, or why not, as the end of the sentence `--flag must be …`. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly must: string };

/** A type of flag in Go's sense: how its text is read, shown, and whether repeating it adds to it. */
export interface FlagType<T> {
  /** Go's name: `bool`, `uint16`, `duration`, `strings`. */
  readonly goName: string;
  /** What is allowed beyond the type, for the documentation; empty when all is. */
  readonly allowed: string;
  readonly repeats: boolean;
  /** True for values that never appear in a message, a log or a listing. */
  readonly secret: boolean;
  parse(text: string): Parsed<T>;
  /** The text that `parse` reads back; used for defaults in the help. */
  format(value: T): string;
  /** A value to show in "write it as". */
  readonly example: string;
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value });
const must = <T>(text: string): Parsed<T> => ({ ok: false, must: text });

const TRUE_WORDS = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE_WORDS = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Go's `strconv.ParseBool` words. */
export const bool: FlagType<boolean> = {
  goName: 'bool',
  allowed: '',
  repeats: false,
  secret: false,
  example: 'true',
  parse(text) {
    if (TRUE_WORDS.has(text)) return ok(true);
    if (FALSE_WORDS.has(text)) return ok(false);
    return must('true or false');
  },
  format: String,
};

export type Range = readonly [least: number, most: number];

/** An unsigned number inside one of the ranges, in decimal or as `0x…`. */
export function unsigned(goName: string, ...ranges: readonly Range[]): FlagType<number> {
  const allowed = describeRanges(ranges);
  return {
    goName,
    allowed,
    repeats: false,
    secret: false,
    example: String(ranges.find(([least]) => least > 0)?.[0] ?? 1),
    parse(text) {
      if (!/^(?:0|[1-9]\d*|0[xX][\da-fA-F]+)$/.test(text)) return must(`a whole number, ${allowed}`);
      const value = Number(text);
      return ranges.some(([least, most]) => value >= least && value <= most) ? ok(value) : must(allowed);
    },
    format: String,
  };
}

function describeRanges(ranges: readonly Range[]): string {
  return ranges.map(([least, most]) => (least === most ? String(least) : `${least}–${most}`)).join(', ');
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's `time.ParseDuration`, in milliseconds: `300ms`, `1m30s`, `1.5h`, `0`. Null when it is none. */
export function parseDuration(text: string): number | null {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MILLISECONDS[unit!] ?? Number.NaN);
  }
  return text.startsWith('-') ? -total : total;
}

/** Milliseconds as Go prints a duration: `1m30s`, `300ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = (milliseconds % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** A duration between two bounds; the value is in milliseconds. */
export function duration(least: string, most: string): FlagType<number> {
  const leastMilliseconds = parseDuration(least) ?? 0;
  const mostMilliseconds = parseDuration(most) ?? Number.MAX_SAFE_INTEGER;
  const allowed = `${least} … ${most}`;
  return {
    goName: 'duration',
    allowed,
    repeats: false,
    secret: false,
    example: formatDuration(Math.min(Math.max(leastMilliseconds, 60_000), mostMilliseconds)),
    parse(text) {
      const value = parseDuration(text);
      if (value === null) {
        const bare = /^\d+(\.\d+)?$/.test(text);
        return must(
          bare ? `a duration with its unit, such as ${text}s` : 'a duration such as 300ms, 1m30s or 5m',
        );
      }
      return value >= leastMilliseconds && value <= mostMilliseconds
        ? ok(value)
        : must(`a duration of ${allowed}`);
    },
    format: formatDuration,
  };
}

/** A text, checked by `accepts` when that is given. */
export function text(
  example: string,
  allowed = '',
  accepts: (text: string) => boolean = () => true,
): FlagType<string> {
  return {
    goName: 'string',
    allowed,
    repeats: false,
    secret: false,
    example,
    parse: (given) => (given === '' || accepts(given) ? ok(given) : must(allowed)),
    format: (value) => value,
  };
}

/** A comma list, each item read by `item`; given again, it grows. Blanks around items are dropped. */
export function listOf<T>(goName: string, item: FlagType<T>): FlagType<readonly T[]> {
  return {
    goName,
    allowed: item.allowed,
    repeats: true,
    secret: item.secret,
    example: item.example,
    parse(given) {
      if (given.trim() === '') return ok([]);
      const values: T[] = [];
      for (const [index, part] of given.split(',').entries()) {
        const parsed = item.parse(part.trim());
        if (!parsed.ok) {
          const shown = item.secret ? '' : ` (${part.trim()})`;
          return must(`a comma list in which each item is ${parsed.must}; item ${index + 1}${shown} is not`);
        }
        values.push(parsed.value);
      }
      return ok(values);
    },
    format: (values) => values.map((value) => item.format(value)).join(','),
  };
}

/** An IP address of either family, without a zone. */
export const ip: FlagType<string> = {
  ...text('192.0.2.1'),
  goName: 'ip',
  allowed: 'an IP address',
  parse: (given) => (isIP(given) !== 0 && !given.includes('%') ? ok(given) : must('an IP address')),
};

/** True for `address/length` of either family with a length that fits it. */
export function isCidr(given: string): boolean {
  const [, address = '', length = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(given) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}

/** An address range `address/length`. */
export const cidr: FlagType<string> = {
  ...text('10.0.0.0/16'),
  goName: 'cidr',
  allowed: 'an address range such as 10.0.0.0/16',
  parse: (given) => (isCidr(given) ? ok(given) : must('an address range such as 10.0.0.0/16')),
};

const MAX_MD5_KEY = 80;

/**
 * A password in standard Base64 with padding, decoded; the empty item means none. TCP MD5 keys have at most 80 octets
 * (Linux `TCP_MD5SIG_MAXKEYLEN`). Its value is never shown.
 */
export const base64Password: FlagType<string> = {
  ...text('czNjcmV0'),
  goName: 'string',
  allowed: 'Base64 of 1–80 octets of UTF-8 text, or empty for none',
  secret: true,
  parse(given) {
    const wellFormed = /^[A-Za-z0-9+/]*={0,2}$/.test(given) && given.length % 4 === 0;
    if (!wellFormed)
      return must('standard Base64 with its padding (make it with: printf %s PASSWORD | base64)');
    const bytes = Buffer.from(given, 'base64');
    if (bytes.length > MAX_MD5_KEY)
      return must(`Base64 of at most ${MAX_MD5_KEY} octets, which is what TCP MD5 can hold`);
    const decoded = bytes.toString('utf8');
    return Buffer.from(decoded, 'utf8').equals(bytes) ? ok(decoded) : must('Base64 of UTF-8 text');
  },
  format: () => '',
};
