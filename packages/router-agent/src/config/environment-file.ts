import type { FileMistake } from './yaml-places.js';

/** A word of a value, and the line on which it begins. */
export interface PlacedWord {
  readonly word: string;
  readonly line: number;
}

/** A variable of an environment file. */
export interface FileVariable {
  readonly value: string;
  readonly line: number;
  /** The value, split at white space, as systemd puts `$NAME` on a command line. */
  readonly words: readonly PlacedWord[];
}

export interface EnvironmentFile {
  readonly variables: ReadonlyMap<string, FileVariable>;
  readonly mistakes: readonly FileMistake[];
}

interface Char {
  readonly char: string;
  readonly line: number;
}

/**
 * Reads a file as systemd does for `EnvironmentFile=`: lines `NAME=value`, comments with `#` and `;`, values with quotes around
 * them or parts of them, and a backslash at the end of a line to go on. The last one of a name holds.
 */
export function readEnvironmentFile(text: string): EnvironmentFile {
  const variables = new Map<string, FileVariable>();
  const mistakes: FileMistake[] = [];
  for (const chars of logicalLines(text)) {
    const raw = chars.map(({ char }) => char).join('');
    const line = chars.find(({ char }) => char.trim() !== '')?.line ?? 1;
    if (raw.trim() === '' || /^\s*[#;]/.test(raw)) continue;
    const [whole, name] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=/.exec(raw) ?? [];
    if (whole === undefined || name === undefined) {
      mistakes.push({ line, message: 'must be a line NAME=value, a comment with #, or empty' });
      continue;
    }
    const value = unquoted(chars.slice(whole.length));
    if (value === null) {
      mistakes.push({ line, message: `${name} opens a quote that no line closes; close it` });
      continue;
    }
    variables.set(name, { value: value.map(({ char }) => char).join(''), line, words: wordsOf(value) });
  }
  return { variables, mistakes };
}

/** Lines, put together where a backslash or an open quote says that one goes on. */
function logicalLines(text: string): readonly (readonly Char[])[] {
  const lines: Char[][] = [];
  let current: Char[] = [];
  let line = 1;
  let quote = '';
  const chars = [...text.replaceAll('\r\n', '\n')];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    const isComment = quote === '' && /^\s*[#;]/.test(current.map((each) => each.char).join(''));
    if (char === '\\' && chars[i + 1] === '\n') {
      i++;
      line++;
      continue;
    }
    if (char === '\\' && quote !== "'" && i + 1 < chars.length) {
      current.push({ char, line }, { char: chars[++i] ?? '', line });
      continue;
    }
    if (char === '\n') {
      if (quote === '') {
        lines.push(current);
        current = [];
      } else current.push({ char, line });
      line++;
      continue;
    }
    if (!isComment && (char === quote || (quote === '' && /["']/.test(char))))
      quote = quote === '' ? char : '';
    current.push({ char, line });
  }
  return [...lines, current];
}

/** Without quotes and the backslashes that shield a character; null where a quote stays open. */
function unquoted(chars: readonly Char[]): readonly Char[] | null {
  const value: Char[] = [];
  let quote = '';
  for (let i = 0; i < chars.length; i++) {
    const each = chars[i];
    if (each === undefined) break;
    const next = chars[i + 1];
    if (each.char === '\\' && quote !== "'" && next !== undefined) {
      value.push(next);
      i++;
    } else if (each.char === quote) quote = '';
    else if (quote === '' && /["']/.test(each.char)) quote = each.char;
    else value.push(each);
  }
  return quote === '' ? trimmed(value) : null;
}

function trimmed(chars: readonly Char[]): readonly Char[] {
  const isBlank = ({ char }: Char): boolean => char.trim() === '';
  const from = chars.findIndex((each) => !isBlank(each));
  return from < 0 ? [] : chars.slice(from, chars.findLastIndex((each) => !isBlank(each)) + 1);
}

function wordsOf(chars: readonly Char[]): readonly PlacedWord[] {
  const words: { word: string; line: number }[] = [];
  let isOpen = false;
  for (const { char, line } of chars) {
    if (char.trim() === '') {
      isOpen = false;
      continue;
    }
    const last = words.at(-1);
    if (isOpen && last !== undefined) last.word += char;
    else words.push({ word: char, line });
    isOpen = true;
  }
  return words;
}
