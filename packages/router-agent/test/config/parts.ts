import { parseConfig } from '../../src/config/parse-config.js';
import { checkFile } from '../../src/file-check.js';

/** What a machine has that an agent starts on. */
export interface Machine {
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export const configPath = '/etc/peerage/agent.yaml';

/** Reads a configuration with the library's checks. */
export function parsed(argv: readonly string[], { files = {}, env = {} }: Machine = {}) {
  return parseConfig(argv, env, {
    hostName: 'host-1',
    readTextFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    checkFile,
  });
}

/** With that file, or that and others. */
export function ofFile(text: string, flags: readonly string[] = [], machine: Machine = {}) {
  const files = { [configPath]: text, ...machine.files };
  return parsed([`--config=${configPath}`, '--manifests=/m', ...flags], { ...machine, files });
}

/** The configuration; throws what is wrong with it. */
export function good(result: ReturnType<typeof parsed>) {
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.config;
}

/** What is wrong, without the name of the file. */
export function wrong(result: ReturnType<typeof parsed>): readonly string[] {
  return result.ok ? [] : result.errors.map((error) => error.replace(`${configPath}:`, ''));
}
