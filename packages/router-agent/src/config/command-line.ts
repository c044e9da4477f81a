import type { AnyFlagRow } from './flag-row.js';
import type { FlagType } from './flag-type.js';
import { type FlagName, type FlagValues, flagNames, flagRow, flags } from './flags.js';
import { nearestName } from './nearest-name.js';

/** What a command line says. Errors hold each mistake on it, not only the first; secrets are never in them. */
export interface CommandLine {
  readonly values: FlagValues;
  readonly given: ReadonlyMap<FlagName, GivenFlag>;
  readonly errors: readonly string[];
}

/** A flag that was given: its value, and where; of several places the last one. */
export interface GivenFlag {
  readonly value: unknown;
  readonly place: string;
}

/**
 * Reads arguments in the forms of Go's pflag: `--flag`, `--flag=value`, `--flag value` (not for switches), `-v 2`, `-v=2`, `-v2`,
 * lists by comma or by repetition; of a repeated single value the last one holds. `placeOf` says where an argument stands, when
 * it is not on the command line.
 */
export function readCommandLine(argv: readonly string[], placeOf?: (index: number) => string): CommandLine {
  return new CommandLineReader(argv, placeOf ?? null).read();
}

/** The value of each flag: as given, else its default. */
export function flagValues(given: ReadonlyMap<FlagName, GivenFlag>): FlagValues {
  const values = Object.fromEntries(
    flagNames.map((name) => [name, given.get(name)?.value ?? flags[name].default]),
  );
  return values as unknown as FlagValues;
}

class CommandLineReader {
  readonly #argv: readonly string[];
  readonly #placeOf: ((index: number) => string) | null;
  readonly #given = new Map<FlagName, GivenFlag>();
  readonly #errors: string[] = [];
  /** The last flag took a secret, so that a stray argument after it may be a piece of one. */
  #afterSecret = false;
  #next = 0;

  /** Of the argument that is being read. */
  #place: string | null = null;

  constructor(argv: readonly string[], placeOf: ((index: number) => string) | null) {
    this.#argv = argv;
    this.#placeOf = placeOf;
  }

  read(): CommandLine {
    while (this.#next < this.#argv.length) {
      this.#place = this.#placeOf?.(this.#next) ?? null;
      this.#readArgument(this.#argv[this.#next++]!);
    }
    return { values: flagValues(this.#given), given: this.#given, errors: this.#errors };
  }

  #tell(error: string): void {
    this.#errors.push(this.#place === null ? error : `${this.#place}: ${error}`);
  }

  #readArgument(argument: string): void {
    if (isShellLeftover(argument)) {
      this.#tell(
        `${this.#shown(argument)} has a quote or backslash of a shell or environment file in it, which nothing has removed; ` +
          'write the options without quotes, or on one line (in a unit: EnvironmentFile= and $KUBE_ROUTER_OPTS without quotes)',
      );
    } else if (argument === '--') {
      this.#refuseRest();
    } else if (argument.startsWith('--')) {
      this.#readLong(argument.slice(2));
    } else if (argument.startsWith('-') && argument !== '-') {
      this.#readShort(argument.slice(1));
    } else {
      this.#tell(
        argument === ''
          ? 'an argument is empty; remove it, or the quotes around an unset variable'
          : `${this.#shown(argument)} is not a flag, and the agent takes no other arguments; remove it, or write it as --flag=value`,
      );
    }
  }

  #refuseRest(): void {
    const rest = this.#argv.slice(this.#next);
    this.#next = this.#argv.length;
    if (rest.length > 0)
      this.#tell(`${rest.map((each) => this.#shown(each)).join(' ')} after -- is not read; remove it`);
  }

  #shown(argument: string): string {
    this.#afterSecret ||= namesSecret(argument);
    return this.#afterSecret ? '(an argument that may hold a password)' : JSON.stringify(argument);
  }

  #readLong(body: string): void {
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const row = flagRow(name);
    if (row === undefined) {
      this.#tell(unknownFlag(name));
      this.#afterSecret = namesSecret(name);
      this.#skipValueOf(equals);
      return;
    }
    this.#readValue(name as FlagName, `--${name}`, row, equals < 0 ? null : body.slice(equals + 1));
  }

  #readShort(body: string): void {
    const letter = body[0]!;
    const name = flagNames.find((each) => flags[each].short === letter);
    const word = body.split('=', 1)[0]!;
    const rest = body.slice(1);
    const row = name === undefined ? undefined : flagRow(name);
    const looksShort =
      row !== undefined &&
      (row.type.goName === 'bool' ? rest === '' || rest.startsWith('=') : !/^[a-z-]{2}/.test(rest));
    if (name === undefined || row === undefined || !looksShort) {
      const meant = flagRow(word) === undefined ? nearestName(word, flagNames) : word;
      const wayOut = meant === null ? 'see --help' : `write --${meant} with two dashes`;
      this.#afterSecret = namesSecret(word);
      this.#tell(`-${word} is not known: only -h, -v and -V have one dash; ${wayOut}`);
      this.#skipValueOf(body.indexOf('='));
      return;
    }
    const value = rest === '' ? null : rest.startsWith('=') ? rest.slice(1) : rest;
    this.#readValue(name, `-${letter}`, row, value);
  }

  /** After a flag that is not known, a word that cannot be a flag is taken as its value: one mistake, one error. */
  #skipValueOf(equals: number): void {
    if (equals < 0 && this.#argv[this.#next]?.startsWith('-') === false) this.#next++;
  }

  #readValue(name: FlagName, label: string, row: AnyFlagRow, attached: string | null): void {
    const type = row.type as FlagType<unknown>;
    this.#afterSecret = type.secret;
    let value = attached;
    if (value?.startsWith('=')) {
      const right = type.secret ? '…' : value.replace(/^=+/, '');
      this.#tell(`${label}=${type.secret ? '=…' : value} has the equals sign twice; write ${label}=${right}`);
      return;
    }
    if (value === null && type.goName === 'bool') {
      const word = this.#argv[this.#next];
      if (word !== undefined && ['true', 'false'].includes(word.toLowerCase())) {
        this.#next++;
        this.#tell(
          `${label} is a switch and takes its value after an equals sign; write ${label}=${word.toLowerCase()}`,
        );
        return;
      }
      value = 'true';
    }
    if (value === null) {
      const word = this.#argv[this.#next];
      if (word === undefined || word.startsWith('--')) {
        this.#tell(
          `${label} needs a value${word === undefined ? '' : ` before ${word.split('=', 1)[0]}`}; write ${label}=${type.example}`,
        );
        return;
      }
      this.#next++;
      value = word;
    }
    this.#accept(name, label, type, value);
  }

  #accept(name: FlagName, label: string, type: FlagType<unknown>, text: string): void {
    const parsed = type.parse(text);
    if (!parsed.ok) {
      this.#tell(
        `${label} must be ${parsed.must}, got ${type.secret ? 'a value that is not shown' : JSON.stringify(text)}`,
      );
      return;
    }
    const before = this.#given.get(name)?.value;
    const grows = type.repeats && Array.isArray(before) && Array.isArray(parsed.value);
    const value = grows ? [...before, ...parsed.value] : parsed.value;
    this.#given.set(name, { value, place: this.#place ?? label });
  }
}

/** The word itself, and what it is likely to be misspelt as. */
function namesSecret(text: string): boolean {
  return /pas+w/i.test(text);
}

/** A quote that opens or closes in another argument, or a line continuation: systemd and Docker environment files keep them. */
function isShellLeftover(argument: string): boolean {
  if (argument === '\\' || /\\$|\\\r?\n/.test(argument) || /^["']/.test(argument)) return true;
  return ['"', "'"].some((quote) => argument.split(quote).length % 2 === 0);
}

/** The sentence for a flag that there is not, with what was meant. */
export function unknownFlag(name: string): string {
  const positive = /^no-(.+)$/.exec(name)?.[1];
  if (positive !== undefined && flagRow(positive)?.type.goName === 'bool') {
    return `--${name} is not known; write --${positive}=false`;
  }
  const near = nearestName(name, flagNames);
  return `--${name} is not known; ${near === null ? 'see --help for all flags' : `did you mean --${near}?`}`;
}
