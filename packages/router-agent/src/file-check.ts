import {
  BgpError,
  BgpSpeaker,
  compilePolicies,
  type PeerConfig,
  type PolicyDeclaration,
  type PolicySets,
  parseCommunity,
  routeEdits,
} from '@peerage/bgp';
import { nodePorts } from '@peerage/bgp/node';
import type { FileConfig, OriginatedAttributes, SessionConfig } from './config/file-config.js';
import { pathAttributes } from './drivers/originated-attributes.js';

/** A mistake with the path of its field: `policies.to-tor[0].edits.med`. */
export interface FieldMistake {
  readonly at: string;
  readonly message: string;
}

/** Any AS will do where a session is only checked. */
const ownAs = 64512;
const otherAs = 64513;

/**
 * What only the library can tell about a file: it is put to a speaker that never starts. All mistakes are found, of each part the
 * first one.
 */
export function checkFile(file: FileConfig): readonly FieldMistake[] {
  const mistakes: FieldMistake[] = [];
  const names = policyNames(file, mistakes);
  // While policies are wrong it is not known which there are.
  const known = names ?? new Set<string>();
  const speaker = new BgpSpeaker({ localAs: ownAs, routerId: '192.0.2.255' }, nodePorts());
  const attempt = (at: string, check: () => unknown): void => {
    try {
      check();
    } catch (error) {
      mistakes.push(mistakeOf(error, at));
    }
  };
  const named = (at: string, name: string | undefined): void => {
    if (name === undefined || names === null || known.has(name)) return;
    const message = `${at} ${JSON.stringify(name)} is no policy of the file; there are ${[...known].join(', ')}`;
    mistakes.push({ at, message });
  };
  const session = (at: string, { settings, importPolicy, exportPolicy }: SessionConfig, peer: Peer): void => {
    attempt(at, () => speaker.plan({ peers: [{ ...peer, ...settings } as PeerConfig] }));
    named(`${at}.importPolicy`, importPolicy);
    named(`${at}.exportPolicy`, exportPolicy);
  };
  session('mesh', file.mesh, { address: '192.0.2.1', remoteAs: ownAs });
  session('external', file.external, { address: '192.0.2.1', remoteAs: otherAs });
  file.neighbors.forEach((neighbor, i) => {
    const { address, remoteAs } = neighbor;
    session(`neighbors[${i}]`, neighbor, { address, remoteAs });
  });
  const routes = (
    at: string,
    prefixes: readonly string[],
    attributes: OriginatedAttributes,
    hop = {},
  ): void => {
    const before = mistakes.length;
    attributes.communities?.forEach((one, i) => {
      attempt(`${at}.communities[${i}]`, () => parseCommunity(one));
    });
    attributes.extendedCommunities?.forEach((one, i) => {
      attempt(`${at}.extendedCommunities[${i}]`, () => routeEdits({ addExtendedCommunities: [one] }));
    });
    if (mistakes.length > before) return;
    const { prepend: _, ...rest } = attributes;
    attempt(at, () =>
      speaker.plan({ announcements: [{ prefixes, attributes: pathAttributes(rest), ...hop }] }),
    );
  };
  file.announcements.forEach(({ prefixes, attributes, nextHop }, i) => {
    routes(`announce[${i}]`, prefixes, attributes, nextHop === undefined ? {} : { nextHop });
  });
  file.aggregates.forEach(({ prefix, attributes, contributors }, i) => {
    routes(`aggregates[${i}]`, [prefix], attributes);
    named(`aggregates[${i}].contributors`, contributors);
  });
  return mistakes;
}

type Peer = Pick<PeerConfig, 'address' | 'remoteAs'>;

/** Names of all policies; null when one of them is wrong. */
function policyNames(file: FileConfig, mistakes: FieldMistake[]): ReadonlySet<string> | null {
  const { policies } = file;
  try {
    const compiled = compilePolicies({
      policies: policies.policies as Readonly<Record<string, PolicyDeclaration>>,
      sets: policies.sets as PolicySets,
    });
    return new Set(compiled.keys());
  } catch (error) {
    mistakes.push(policyMistake(error, file));
    return null;
  }
}

/** The library's own words, with the name that the field has in the file. */
function mistakeOf(error: unknown, at: string): FieldMistake {
  if (!(error instanceof BgpError)) throw error;
  const { path = '', message } = error;
  const inside = path.replace(/^(?:peers|announcements)\[0\]\.?/, '').replace(/^attributes\./, '');
  const field = path === inside || inside === '' ? at : `${at}.${inside}`;
  // It names the part, the peer and the field itself.
  const plain = message.replace(/^(?:peers|announcements)\[0\]: (?:peer \S+: )?(?:attributes\.)?/, '');
  const reason = inside !== '' && plain.startsWith(inside) ? plain.slice(inside.length) : `: ${plain}`;
  return { at: field, message: `${field}${reason.replace(/^: (?=must )/, ' ')}` };
}

/** Paths of policies begin with the policy, and have `statements` also where the file has the list alone. */
function policyMistake(error: unknown, { policies }: FileConfig): FieldMistake {
  if (!(error instanceof BgpError)) throw error;
  const { path = 'policies', message } = error;
  const whole = /^(?:policies|sets)\b/.test(path) ? path : `policies.${path}`;
  const lists = Object.entries(policies.policies).filter(([, declared]) => Array.isArray(declared));
  const [name] = lists.find(([each]) => whole.startsWith(`policies.${each}.statements[`)) ?? [];
  const field = name === undefined ? whole : whole.replace(`${name}.statements[`, `${name}[`);
  return { at: field, message: message.replace(path, field) };
}
