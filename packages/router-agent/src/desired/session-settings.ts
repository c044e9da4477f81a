import type { SessionConfig } from '../config/file-config.js';
import type { AddressFamily, PeerItem } from '../items/peer.js';
import type { OperatorPolicies } from './operator-policies.js';

const families = { 'ipv4-unicast': 'ipv4', 'ipv6-unicast': 'ipv6' } as const satisfies Record<
  string,
  AddressFamily
>;
type FamilyName = keyof typeof families;

/** What is said twice: the first of the two holds, setting by setting. */
export function over(narrow: SessionConfig, wide: SessionConfig): SessionConfig {
  const { multihopTtl, ttlSecurityHops, password, authentication, ...rest } = wide.settings;
  // These exclude one another, so that one of them takes the place of the other.
  const { settings } = narrow;
  const hops = settings.multihopTtl === undefined && settings.ttlSecurityHops === undefined;
  const keys = settings.password === undefined && settings.authentication === undefined;
  return {
    ...wide,
    ...narrow,
    settings: {
      ...rest,
      ...(hops && multihopTtl !== undefined ? { multihopTtl } : {}),
      ...(hops && ttlSecurityHops !== undefined ? { ttlSecurityHops } : {}),
      ...(keys && password !== undefined ? { password } : {}),
      ...(keys && authentication !== undefined ? { authentication } : {}),
      ...settings,
    },
  };
}

/**
 * A session with what the file says of it on top. Families that the session could not carry are left out; policies of the file
 * come behind those of the agent.
 */
export function withSettings(item: PeerItem, session: SessionConfig, operators: OperatorPolicies): PeerItem {
  if (Object.keys(session.settings).length === 0) return { ...item, ...operators.of(item, session) };
  const {
    description = item.description,
    port = item.port,
    localAddress = item.localAddress,
    holdTime = item.holdTime,
    password = item.password,
    multihopTtl = item.multihopTtl,
    families: named,
    nextHop,
    ...settings
  } = session.settings;
  const wanted = named?.map((family) => families[family]);
  const carried = item.families.filter((family) => wanted?.includes(family) ?? true);
  const { multihopTtl: _ttl, password: _password, ...base } = item;
  return {
    ...base,
    ...operators.of(item, session),
    description,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    holdTime,
    ...(password === undefined || settings.authentication !== undefined ? {} : { password }),
    ...(multihopTtl === undefined || settings.ttlSecurityHops !== undefined ? {} : { multihopTtl }),
    families: carried,
    nextHops: {
      ...Object.fromEntries(carried.map((family) => [family, item.nextHops[family]])),
      ...Object.fromEntries(
        Object.entries(nextHop ?? {}).map(([family, address]) => [families[family as FamilyName], address]),
      ),
    },
    ...(Object.keys(settings).length === 0 ? {} : { settings: { ...item.settings, ...settings } }),
  };
}
