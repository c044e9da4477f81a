import { liesInside, replaceRangeSets } from './cni-ranges.js';
import {
  formatLike,
  isJsonObject,
  type JsonObject,
  placeOfJsonError,
  withKey,
  withoutKeys,
  withRenamedKey,
} from './json-text.js';

/** `conf`: one plugin; `conflist`: a list of plugins. A file whose name ends in `.conflist` is a list. */
export type CniFileKind = 'conf' | 'conflist';

export interface CniOptions {
  /** MTU for pods, set in the `bridge` plugin unless that has none and it is the usual one; absent: what the file has. */
  readonly mtu?: number;
  /** Let pods reach themselves through the bridge, where the file does not say whether they may. */
  readonly hairpin?: boolean;
}

export type CompletedCniConfig =
  | { readonly ok: true; readonly text: string }
  /** Each with the place in the file and the way out. */
  | { readonly ok: false; readonly errors: readonly string[] };

/**
 * Puts a node's pod ranges into the `ipam` of the first `bridge` plugin: as `subnet` where the file has that form or none and there is
 * one range, else as `ranges`. Ranges of before are replaced, and then the plugin is told to give the bridge the new address: it has the
 * one of before. All other keys, their order and the file's layout stay. When nothing changes, the text comes back as it was.
 */
export function completeCniConfig(
  text: string,
  kind: CniFileKind,
  podCidrs: readonly string[],
  options: CniOptions = {},
): CompletedCniConfig {
  if (podCidrs.length === 0)
    return failed('the node has no pod range yet; the controller manager or spec.podCIDR gives it one');
  const parsed = parse(text);
  if (typeof parsed === 'string') return failed(parsed);
  const completed =
    kind === 'conf' ? completeConf(parsed, podCidrs, options) : completeList(parsed, podCidrs, options);
  if (typeof completed === 'string') return failed(completed);
  const unchanged = JSON.stringify(completed) === JSON.stringify(parsed);
  return { ok: true, text: unchanged ? text : formatLike(text, completed) };
}

const usualMtu = 1500;

/** A text where an object is expected says what is wrong. */
type OrError<T> = T | string;

function failed(error: string): CompletedCniConfig {
  return { ok: false, errors: [error] };
}

function parse(text: string): OrError<JsonObject> {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value)
      ? value
      : `it must hold a JSON object, got ${JSON.stringify(value).slice(0, 40)}`;
  } catch {
    if (text.trim() === '') return 'it is empty; write a configuration with a plugin of type bridge into it';
    return `it is not JSON (${placeOfJsonError(text)}); mend it there`;
  }
}

function completeConf(
  conf: JsonObject,
  podCidrs: readonly string[],
  options: CniOptions,
): OrError<JsonObject> {
  if ('plugins' in conf && !('type' in conf))
    return 'it holds a list of plugins; give the file a name that ends in .conflist';
  if (conf.type !== 'bridge')
    return `type must be "bridge", got ${shown(conf.type)}; the agent completes the bridge plugin only`;
  return completeBridge(conf, 'ipam', podCidrs, options);
}

function completeList(
  list: JsonObject,
  podCidrs: readonly string[],
  options: CniOptions,
): OrError<JsonObject> {
  const plugins: unknown = list.plugins;
  if (!Array.isArray(plugins)) {
    const wayOut =
      'type' in list
        ? 'it holds one plugin; give the file a name that ends in .conf, or put the plugin into "plugins": [ … ]'
        : 'add it';
    return `plugins must be a list, got ${shown(plugins)}; ${wayOut}`;
  }
  const index = plugins.findIndex((plugin) => isJsonObject(plugin) && plugin.type === 'bridge');
  const bridge: unknown = plugins[index];
  if (!isJsonObject(bridge)) {
    const types = plugins.map((plugin) => (isJsonObject(plugin) ? shown(plugin.type) : shown(plugin)));
    return `plugins must have one of type "bridge", got ${types.join(', ') || 'none'}; add it`;
  }
  const completed = completeBridge(bridge, `plugins[${index}].ipam`, podCidrs, options);
  return typeof completed === 'string' ? completed : withKey(list, 'plugins', plugins.with(index, completed));
}

function completeBridge(
  bridge: JsonObject,
  place: string,
  podCidrs: readonly string[],
  { mtu, hairpin = false }: CniOptions,
): OrError<JsonObject> {
  const ipam = bridge.ipam ?? { type: 'host-local' };
  if (!isJsonObject(ipam)) return `${place} must be an object, got ${shown(ipam)}`;
  if ('type' in ipam && ipam.type !== 'host-local') {
    return `${place}.type must be "host-local", got ${shown(ipam.type)}; switch the agent's part off with --enable-cni=false if another plugin gives addresses`;
  }
  const completed = completeIpam(withKey(ipam, 'type', 'host-local'), place, podCidrs);
  if (typeof completed === 'string') return completed;
  const withIpam = {
    ...withKey(bridge, 'ipam', completed),
    ...(hairpin && !('hairpinMode' in bridge) && { hairpinMode: true }),
    // Else the plugin refuses every pod, because the bridge has another address than that of its range.
    ...(leavesRange(ipam, podCidrs) && !('forceAddress' in bridge) && { forceAddress: true }),
  };
  // What a pod gets anyway is not written into a file that says nothing of it.
  const isNews = mtu !== undefined && ('mtu' in bridge || mtu !== usualMtu);
  return isNews ? withKey(withIpam, 'mtu', mtu) : withIpam;
}

/** Keys beside `subnet` that tell the plugin which part of it to use. */
const PARTS = ['rangeStart', 'rangeEnd', 'gateway'] as const;

function completeIpam(ipam: JsonObject, place: string, podCidrs: readonly string[]): OrError<JsonObject> {
  const ranges: unknown = ipam.ranges ?? [];
  if (!Array.isArray(ranges)) return `${place}.ranges must be a list of lists, got ${shown(ranges)}`;
  const [only, ...others] = podCidrs;
  if (ranges.length === 0 && others.length === 0) {
    for (const part of PARTS) {
      if (part in ipam && !liesInside(ipam[part], podCidrs)) {
        return `${place}.${part} must lie in the node's pod range ${only}, got ${shown(ipam[part])}; change or remove it`;
      }
    }
    return withKey(withoutKeys(ipam, 'ranges'), 'subnet', only);
  }
  // The plugin counts `subnet` as one more range; its parts keep their meaning only with it.
  const folded = 'subnet' in ipam && PARTS.some((part) => part in ipam) && liesInside(ipam.subnet, podCidrs);
  const kept = Object.fromEntries(
    ['subnet', ...PARTS].filter((key) => key in ipam).map((key) => [key, ipam[key]]),
  );
  const sets = replaceRangeSets(folded ? [...ranges, [kept]] : ranges, podCidrs);
  const renamed =
    'subnet' in ipam && !('ranges' in ipam)
      ? withRenamedKey(ipam, 'subnet', 'ranges', sets)
      : withKey(ipam, 'ranges', sets);
  return withoutKeys(renamed, 'subnet', ...('subnet' in ipam ? PARTS : []));
}

/** Whether pods got addresses from a range of ours that is not the node's any more. */
function leavesRange(ipam: JsonObject, podCidrs: readonly string[]): boolean {
  const sets: readonly unknown[] = Array.isArray(ipam.ranges) ? ipam.ranges : [];
  const ranges = sets.flatMap((set): readonly unknown[] => (Array.isArray(set) ? set : []));
  const subnets = [ipam, ...ranges].flatMap((range) => (isJsonObject(range) ? [range.subnet] : []));
  return subnets.some((subnet) => typeof subnet === 'string' && !liesInside(subnet, podCidrs));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}

/**
 * Takes the ranges out that {@link completeCniConfig} puts in: those without keys of an operator. Everything else stays, and text that is
 * no such file comes back as it was.
 */
export function withoutCniRanges(text: string, kind: CniFileKind): string {
  const parsed = parse(text);
  if (typeof parsed === 'string') return text;
  const plugins: unknown = kind === 'conf' ? [parsed] : parsed.plugins;
  if (!Array.isArray(plugins)) return text;
  const index = plugins.findIndex((plugin) => isJsonObject(plugin) && plugin.type === 'bridge');
  const bridge: unknown = plugins[index];
  if (!isJsonObject(bridge) || !isJsonObject(bridge.ipam)) return text;
  const { ipam } = bridge;
  const sets = Array.isArray(ipam.ranges) ? replaceRangeSets(ipam.ranges, []) : [];
  const operatorsSubnet = PARTS.some((part) => part in ipam);
  const plain = operatorsSubnet ? ipam : withoutKeys(ipam, 'subnet');
  const left = sets.length === 0 ? withoutKeys(plain, 'ranges') : withKey(plain, 'ranges', sets);
  const cleaned = withKey(bridge, 'ipam', left);
  const whole = kind === 'conf' ? cleaned : withKey(parsed, 'plugins', plugins.with(index, cleaned));
  return JSON.stringify(whole) === JSON.stringify(parsed) ? text : formatLike(text, whole);
}
