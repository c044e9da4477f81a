import type { GroupedPeer, PeerConfig, PeerGroup } from './config.js';
import { badField, checkFields } from './field-check.js';

/** A field that is set for a peer, and where: on the peer itself, or in a group. */
export interface SettingOrigin {
  readonly field: string;
  /** As text; what is secret is not told. */
  readonly value: string;
  /** `peer`, or the name of a group. */
  readonly from: string;
}

type Fields = Readonly<Record<string, unknown>>;

const hiddenFields: ReadonlySet<string> = new Set(['password', 'authentication']);
const ownFields: ReadonlySet<string> = new Set(['address', 'interface', 'prefix', 'limit', 'group']);

/**
 * What peers have in common, by name. A field that a peer does not set comes from the first of its groups that sets it, or that has it from
 * groups of its own; fields are taken whole. Groups are looked up once, when a peer is configured.
 */
export class PeerGroups {
  readonly #groups: ReadonlyMap<string, Fields>;

  /** Throws `BGP_ERR_CONFIG` for a field that is none, a group that is not there, and groups that contain one another. */
  constructor(declared: unknown, peerFields: readonly string[]) {
    if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
      throw badField(
        'peerGroups',
        Array.isArray(declared) ? 'list' : typeof declared,
        'an object of groups by name',
      );
    }
    const known = peerFields.filter((field) => field !== 'address' && field !== 'interface');
    for (const [name, group] of Object.entries(declared)) {
      checkFields(`peerGroups.${name}`, group, known);
    }
    this.#groups = new Map(Object.entries(declared));
    for (const name of this.#groups.keys()) this.#path(name, []);
  }

  /** A peer with everything that its groups give, and where each field came from. Nothing is told of a peer without groups. */
  resolve(
    config: PeerConfig | GroupedPeer,
    who: string,
  ): { readonly config: PeerConfig; readonly origins: readonly SettingOrigin[] } {
    if (config.group === undefined) return { config: config as PeerConfig, origins: [] };
    const effective: Record<string, unknown> = {};
    const origins: SettingOrigin[] = [];
    const take = (fields: Fields, from: string): void => {
      for (const [field, value] of Object.entries(fields)) {
        if (value === undefined || field === 'group' || Object.hasOwn(effective, field)) continue;
        effective[field] = value;
        if (!ownFields.has(field)) origins.push({ field, value: shown(field, value), from });
      }
    };
    take({ ...config }, 'peer');
    for (const name of this.#reached(namesOf(`${who}: group`, config.group), `${who}: group`)) {
      take(this.#groups.get(name) ?? {}, name);
    }
    return { config: { ...(effective as unknown as PeerConfig), group: config.group }, origins };
  }

  /** These groups and those of theirs, nearest first, each once. */
  #reached(names: readonly string[], path: string): ReadonlySet<string> {
    const all = new Set<string>();
    const visit = (name: string): void => {
      const group = this.#groups.get(name);
      if (group === undefined) throw this.#unknown(path, name);
      all.add(name);
      for (const inner of namesOf(`peerGroups.${name}.group`, group.group)) visit(inner);
    };
    for (const name of names) visit(name);
    return all;
  }

  /** Follows a group to its ends. */
  #path(name: string, before: readonly string[]): void {
    const trail = [...before, name];
    const at = `peerGroups.${before.at(-1) ?? name}.group`;
    if (before.includes(name)) {
      throw badField(at, trail.join(' → '), 'groups that do not contain one another');
    }
    const group = this.#groups.get(name);
    if (group === undefined) throw this.#unknown(at, name);
    for (const inner of namesOf(`peerGroups.${name}.group`, group.group)) this.#path(inner, trail);
  }

  #unknown(path: string, name: string): Error {
    return badField(
      path,
      name,
      `one of ${[...this.#groups.keys()].join(', ') || 'peerGroups, which has none'}`,
    );
  }
}

function namesOf(path: string, value: unknown): readonly string[] {
  const names: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  for (const name of names)
    if (typeof name !== 'string') throw badField(path, name, 'a name, or a list of names');
  return names as readonly string[];
}

function shown(field: string, value: unknown): string {
  if (hiddenFields.has(field)) return '(set)';
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'evaluate' in value) return '(a policy)';
  return JSON.stringify(value);
}

/** A group as it is declared: for the type's sake. */
export type DeclaredGroups = Readonly<Record<string, PeerGroup>>;
