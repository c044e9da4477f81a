import type { ExternalPeer } from './config.js';
import { base64Password, listOf } from './flag-type.js';
import type { FlagName, FlagValues } from './flags.js';

/** The external peers that flags name, one for each address; the lists go by position. */
export function readExternalPeers(
  values: FlagValues,
  passwords: readonly string[],
  errors: string[],
): readonly ExternalPeer[] {
  const addresses = values['peer-router-ips'];
  const asns = values['peer-router-asns'];
  const ports = values['peer-router-ports'];
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined)
    errors.push(`--peer-router-ips has ${twice} twice; a router is one peer, remove one`);
  const lists = [
    ['--peer-router-asns', asns.length, true],
    ['--peer-router-ports', ports.length, false],
    ['--peer-router-passwords', passwords.length, false],
  ] as const;
  for (const [name, length, required] of lists) {
    if (length === addresses.length || (length === 0 && !required)) continue;
    errors.push(
      `${name} must have one item for each of the ${addresses.length} addresses of --peer-router-ips` +
        `${addresses.length > 0 ? ` (${addresses.join(',')})` : ''}, got ${length}; ` +
        `${name === '--peer-router-passwords' ? 'an empty item means no password' : 'the lists go by position'}`,
    );
  }
  return addresses.map((address, index) => {
    const password = passwords[index];
    const port = ports[index];
    return Object.freeze({
      address,
      as: asns[index] ?? 0,
      ...(port === undefined ? {} : { port }),
      ...(password ? { password } : {}),
    });
  });
}

/** Their passwords, from the flag or from the file that another flag names. */
export function readPasswords(
  values: FlagValues,
  given: ReadonlySet<FlagName>,
  readTextFile: (path: string) => string,
  errors: string[],
  warnings: string[],
): readonly string[] {
  const file = values['peer-router-passwords-file'];
  if (file === '') return values['peer-router-passwords'];
  if (given.has('peer-router-passwords')) {
    warnings.push(
      `--peer-router-passwords-file=${file} is not read, because --peer-router-passwords is given; remove one of them`,
    );
    return values['peer-router-passwords'];
  }
  const place = `--peer-router-passwords-file=${file}`;
  let content: string;
  try {
    content = readTextFile(file);
  } catch (error) {
    errors.push(
      `${place} cannot be read (${error instanceof Error ? error.message : String(error)}); give a file that the agent may read`,
    );
    return [];
  }
  const lines = content.replace(/\n$/, '').split('\n');
  if (lines.length !== 1) {
    errors.push(`${place} must have one line with comma-separated passwords, got ${lines.length} lines`);
    return [];
  }
  const parsed = listOf('strings', base64Password).parse(lines[0]!.trim());
  if (parsed.ok) return parsed.value;
  errors.push(`${place} must hold ${parsed.must}`);
  return [];
}
