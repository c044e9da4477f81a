import { type GivenFlag, unknownFlag } from './command-line.js';
import type { FlagType } from './flag-type.js';
import { type FlagName, flagRow } from './flags.js';
import type { FileMistake, YamlFile } from './yaml-places.js';

/** What asks for something to be done once, or says where more stands: a file cannot say it. */
const commandLineOnly: readonly string[] = [
  'cleanup-config',
  'config',
  'dry-run',
  'flags-file',
  'help',
  'json',
  'plan',
  'version',
] satisfies readonly FlagName[];

/** Reads `flags:` of the file: any flag by its name, with a value, or a list of them. */
export function readFileFlags(
  flags: Readonly<Record<string, unknown>>,
  path: string,
  file: YamlFile,
): { readonly given: ReadonlyMap<FlagName, GivenFlag>; readonly mistakes: readonly FileMistake[] } {
  const given = new Map<FlagName, GivenFlag>();
  const mistakes: FileMistake[] = [];
  for (const [written, value] of Object.entries(flags)) {
    const line = file.lineOf(['flags', written]);
    const name = written.replace(/^--/, '');
    const tell = (message: string): void => {
      mistakes.push({ line, message });
    };
    const row = flagRow(name);
    if (row === undefined) {
      tell(`flags: ${unknownFlag(name)}`);
      continue;
    }
    if (commandLineOnly.includes(name)) {
      tell(`flags: --${name} has no effect in a file; give it on the command line`);
      continue;
    }
    const type = row.type as FlagType<unknown>;
    const text = textOf(value);
    if (text === null) {
      tell(
        `flags.${name} must be a value${type.repeats ? ' or a list of values' : ''}; write ${name}: ${type.example}`,
      );
      continue;
    }
    const parsed = type.parse(text);
    if (parsed.ok) given.set(name as FlagName, { value: parsed.value, place: `${path}:${line}` });
    else
      tell(
        `flags.${name} must be ${parsed.must}, got ${type.secret ? 'a value that is not shown' : JSON.stringify(value)}`,
      );
  }
  return { given, mistakes };
}

/** As it would stand on a command line; null for what has no such form. */
function textOf(value: unknown): string | null {
  if (Array.isArray(value)) {
    const items = value.map(textOf);
    return items.some((item) => item === null) ? null : items.join(',');
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}
