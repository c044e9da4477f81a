import { flagValues, type GivenFlag, readCommandLine } from './command-line.js';
import { type FilePorts, readConfigFile } from './config-file.js';
import { readEnvironmentFile } from './environment-file.js';
import { emptyFileConfig, type FileConfig } from './file-config.js';
import type { FlagName, FlagValues } from './flags.js';
import type { Origin } from './origin.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set, and where. */
export interface GivenVariable {
  readonly value: string;
  readonly place: string;
}

/** All that was said, put together: of a flag that is given twice the stronger place holds. */
export interface FlagLayers {
  readonly values: FlagValues;
  readonly given: ReadonlySet<FlagName>;
  readonly origins: ReadonlyMap<FlagName, Origin>;
  readonly variables: ReadonlyMap<string, GivenVariable>;
  readonly file: FileConfig;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Variables that the agent reads; those of a flags file count before those of the process, which are of its start. */
const variableNames = ['NODE_NAME', 'KUBE_ROUTER_CNI_CONF_FILE'] as const;
const optionsName = 'KUBE_ROUTER_OPTS';

/** Reads the command line, the flags file and the file, in this order of strength. */
export function readFlagLayers(argv: readonly string[], env: Environment, ports: FilePorts): FlagLayers {
  const whole = readCommandLine(argv);
  const flagsFile = String(whole.given.get('flags-file')?.value ?? '');
  const fromFile = flagsFile === '' ? null : readFlagsFile(flagsFile, ports);
  const line = fromFile === null ? whole : readCommandLine(withoutOptions(argv, env[optionsName]));
  const errors = [...line.errors, ...(fromFile?.errors ?? [])];
  const flagged = fromFile?.given ?? new Map<FlagName, GivenFlag>();
  const config = (line.given.get('config') ?? flagged.get('config'))?.value;
  const file = typeof config === 'string' && config !== '' ? readNamedFile(config, ports) : null;
  errors.push(...(file?.errors ?? []));
  const layers = [
    ['file', file?.flags ?? new Map<FlagName, GivenFlag>()],
    ['flags file', flagged],
    ['flag', line.given],
  ] as const;
  const given = new Map<FlagName, GivenFlag>();
  const origins = new Map<FlagName, Origin>();
  for (const [kind, flags] of layers) {
    for (const [name, flag] of flags) {
      given.set(name, flag);
      origins.set(name, { kind, place: flag.place });
    }
  }
  return {
    values: flagValues(given),
    given: new Set(given.keys()),
    origins,
    variables: variablesOf(env, fromFile?.variables ?? new Map()),
    file: file?.file ?? emptyFileConfig,
    errors,
    warnings: hiddenBy(line.given, flagged),
  };
}

interface FlagsFile {
  readonly given: ReadonlyMap<FlagName, GivenFlag>;
  readonly variables: ReadonlyMap<string, GivenVariable>;
  readonly errors: readonly string[];
}

/** The options in `KUBE_ROUTER_OPTS` of a file as systemd's `EnvironmentFile=` names it, and its other variables. */
function readFlagsFile(path: string, ports: FilePorts): FlagsFile {
  const text = textOf('--flags-file', path, ports);
  if (text.error !== null) return { given: new Map(), variables: new Map(), errors: [text.error] };
  const { variables, mistakes } = readEnvironmentFile(text.text);
  const words = variables.get(optionsName)?.words ?? [];
  const options = readCommandLine(
    words.map(({ word }) => word),
    (index) => `${path}:${words[index]?.line ?? 1}`,
  );
  const named = options.given.get('flags-file');
  const errors = mistakes.map(({ line, message }) => `${path}:${line}: ${message}`);
  if (named !== undefined && named.value !== path)
    errors.push(
      `${named.place}: --flags-file=${String(named.value)} names another flags file than this one, ${path}; name one`,
    );
  const set = new Map<string, GivenVariable>();
  for (const name of variableNames) {
    const variable = variables.get(name);
    if (variable !== undefined) set.set(name, { value: variable.value, place: `${path}:${variable.line}` });
  }
  return { given: options.given, variables: set, errors: [...errors, ...options.errors] };
}

function readNamedFile(path: string, ports: FilePorts): ReturnType<typeof readConfigFile> {
  const text = textOf('--config', path, ports);
  if (text.error !== null) return { file: emptyFileConfig, flags: new Map(), errors: [text.error] };
  return readConfigFile(path, text.text, ports);
}

function textOf(
  flag: string,
  path: string,
  ports: FilePorts,
): { readonly text: string; readonly error: null } | { readonly error: string } {
  try {
    return { text: ports.readTextFile(path), error: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { error: `${flag}=${path} cannot be read (${reason}); give a file that the agent may read` };
  }
}

/**
 * The command line without what systemd put there out of the flags file when the process began: those options are the file's, and follow
 * it when it changes.
 */
function withoutOptions(argv: readonly string[], options: string | undefined): readonly string[] {
  const words = (options ?? '').split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return argv;
  const at = argv.findIndex((_, i) => words.every((word, j) => argv[i + j] === word));
  return at < 0 ? argv : [...argv.slice(0, at), ...argv.slice(at + words.length)];
}

function variablesOf(
  env: Environment,
  ofFile: ReadonlyMap<string, GivenVariable>,
): ReadonlyMap<string, GivenVariable> {
  const set = new Map<string, GivenVariable>();
  for (const name of variableNames) {
    const value = env[name];
    if (value !== undefined && value !== '') set.set(name, { value, place: `${name} in the environment` });
  }
  return new Map([...set, ...ofFile]);
}

/** The flags file is meant to be changed while the agent runs: what has no effect there is told. */
function hiddenBy(
  line: ReadonlyMap<FlagName, GivenFlag>,
  file: ReadonlyMap<FlagName, GivenFlag>,
): readonly string[] {
  return [...file].flatMap(([name, { value, place }]) => {
    const other = line.get(name);
    const differs = other !== undefined && JSON.stringify(other.value) !== JSON.stringify(value);
    return differs
      ? [`--${name} in ${place} has no effect: the command line has it too, and holds; remove it there`]
      : [];
  });
}
