import type { Config } from './config.js';
import { flagNames } from './flags.js';

/** Names of what differs between two configurations, for the log: flags, and fields of the file. No values: some are secret. */
export function changedSettings(before: Config, after: Config): readonly string[] {
  const flags = flagNames
    .filter((name) => JSON.stringify(before.values[name]) !== JSON.stringify(after.values[name]))
    .map((name) => `--${name}`);
  const [old, young] = [before, after].map(
    ({ file }) => new Map(file.leaves.map(({ name, value }) => [name, value])),
  );
  const leaves = [...new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])])].filter(
    (name) => old?.get(name) !== young?.get(name),
  );
  const changed = [...flags, ...leaves];
  const secrets = ({ file, externalPeers }: Config): string =>
    JSON.stringify([file.mesh, file.external, file.neighbors.map(({ settings }) => settings), externalPeers]);
  // Nothing else can differ then.
  if (changed.length === 0 && secrets(before) !== secrets(after)) return ['passwords or keys in files'];
  return changed;
}
