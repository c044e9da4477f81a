import type { Config } from '../src/config/config.js';
import { parseConfig } from '../src/config/parse-config.js';

/** The configuration that those flags give on node `name`. */
export function configOf(name: string, flags: readonly string[] = []): Config {
  const parsed = parseConfig(
    [`--hostname-override=${name}`, '--manifests=/nowhere', ...flags],
    {},
    {
      hostName: name,
      checkFile: () => [],
      readTextFile: (path) => {
        throw new Error(`${path} should not be read`);
      },
    },
  );
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}
