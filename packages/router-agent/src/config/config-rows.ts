import type { Config } from './config.js';
import type { FlagType } from './flag-type.js';
import { flagNames, flagRow } from './flags.js';
import { byDefault, type OriginKind } from './origin.js';

/** One setting as it holds, and where it comes from. */
export interface ConfigRow {
  /** `--bgp-holdtime`, `KUBE_ROUTER_CNI_CONF_FILE`, `neighbors[0].holdTime`, the name of an annotation. */
  readonly setting: string;
  /** As it would be written. A secret says only that it is there. */
  readonly value: string;
  readonly origin: OriginKind;
  /** `/etc/peerage/agent.yaml:7`, `NODE_NAME in the environment`, `nodes/n1`; empty for defaults. */
  readonly place: string;
}

const notShown = '(not shown)';

/** What has no value of its own while an agent runs. */
const hidden: readonly string[] = ['cleanup-config', 'dry-run', 'help', 'json', 'plan', 'version'];

/** Every flag, every field of the file, and the annotations of the node that are given, with what they come from. */
export function configRows(
  config: Config,
  annotations: readonly { readonly name: string; readonly value: string; readonly isSecret: boolean }[],
): readonly ConfigRow[] {
  const flags = flagNames
    .filter((name) => !hidden.includes(name))
    .map((name): ConfigRow => {
      const { kind, place } = config.origins[name] ?? byDefault;
      const type = flagRow(name)?.type as FlagType<unknown>;
      const given = name === 'hostname-override' ? config.nodeName : config.values[name];
      const isEmpty = Array.isArray(given) && given.length === 0;
      return {
        setting: `--${name}`,
        value: type.secret && !isEmpty ? notShown : type.format(given),
        origin: kind,
        place,
      };
    });
  const cni = config.origins['cni-conf-file'] ?? byDefault;
  return [
    ...flags,
    { setting: 'KUBE_ROUTER_CNI_CONF_FILE', value: config.cniConfFile, origin: cni.kind, place: cni.place },
    ...annotations.map(
      ({ name, value, isSecret }): ConfigRow => ({
        setting: name,
        value: isSecret ? notShown : value,
        origin: 'annotation',
        place: `nodes/${config.nodeName}`,
      }),
    ),
    ...config.file.leaves.map(
      ({ name, value, line }): ConfigRow => ({
        setting: name,
        value,
        origin: 'file',
        place: `${config.file.path}:${line}`,
      }),
    ),
  ];
}
