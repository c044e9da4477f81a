import type { Config, Origins, SettingName } from './config.js';
import { byDefault, type Origin } from './origin.js';

/** Settings that hold from the start of the agent to its end, and where the configuration has them. All others change while it runs. */
const fields = {
  'cni-conf-file': ['cniConfFile'],
  'create-cni-file': ['createCniFile'],
  'data-dir': ['dataDirectory'],
  'disable-source-dest-check': ['disableSourceDestCheck'],
  'enable-overlay': ['enableOverlay'],
  'hostname-override': ['nodeName'],
  kubeconfig: ['source'],
  manifests: ['source'],
  master: ['source'],
  'overlay-encap': ['overlayEncap'],
  'overlay-encap-port': ['overlayEncapPort'],
  'run-firewall': ['runFirewall'],
  'run-router': ['runRouter'],
  'run-service-proxy': ['runServiceProxy'],
  socket: ['socket', 'restartMark'],
} as const satisfies { readonly [name in SettingName]?: readonly (keyof Config)[] };

/** What asks for something to be done once, and the names of the files themselves. */
const once: readonly SettingName[] = [
  'cleanup-config',
  'dry-run',
  'flags-file',
  'help',
  'json',
  'plan',
  'version',
];

const names = Object.keys(fields) as (keyof typeof fields)[];

/** What a change of a setting does to an agent that runs: it holds at once, at the next start, or there is nothing to change. */
export function changeOf(name: SettingName): 'live' | 'restart' | 'none' {
  if (once.includes(name)) return 'none';
  return Object.hasOwn(fields, name) ? 'restart' : 'live';
}

/** A setting that has another value from the next start on. */
export interface WaitingSetting {
  readonly name: SettingName;
  readonly place: string;
  readonly message: string;
}

/** The new configuration, as far as it can hold without a restart; and what waits for one. */
export function keepFixed(
  running: Config,
  wanted: Config,
): { readonly config: Config; readonly waiting: readonly WaitingSetting[] } {
  const waiting: WaitingSetting[] = [];
  const kept: Record<string, unknown> = {};
  const values: Record<string, unknown> = { ...wanted.values };
  const origins: { [name in SettingName]?: Origin } = { ...wanted.origins };
  for (const name of names) {
    const differs = fields[name].some((field) => !isSame(running[field], wanted[field]));
    for (const field of fields[name]) kept[field] = running[field];
    if (!differs) continue;
    waiting.push(waitingFor(name, running, wanted));
    if (name !== 'cni-conf-file') values[name] = running.values[name];
    const before = running.origins[name];
    if (before === undefined) delete origins[name];
    else origins[name] = before;
  }
  const config = {
    ...wanted,
    ...kept,
    values: values as unknown as Config['values'],
    origins: origins satisfies Origins,
  };
  return { config: Object.freeze(config), waiting };
}

function waitingFor(name: (typeof names)[number], running: Config, wanted: Config): WaitingSetting {
  const { place, kind } = wanted.origins[name] ?? byDefault;
  const [value, old] = [wanted, running].map((config) => {
    const shown =
      name === 'cni-conf-file'
        ? config.cniConfFile
        : name === 'hostname-override'
          ? config.nodeName
          : config.values[name];
    return String(shown) || 'nothing';
  });
  const message =
    value === old
      ? `--${name} changed with another one; the change holds when the agent is started anew`
      : `--${name} is ${value} from the next start of the agent on, and ${old} until then: it cannot change while it runs`;
  return { name, place: place || kind, message };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
