import fc from 'fast-check';
import type { Capability } from '../../src/capabilities/capability.js';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';

/** Capabilities of every kind, as they come back from being written and read. */

const family = fc.oneof(
  fc.constantFrom(IPV4_UNICAST, IPV6_UNICAST),
  fc.tuple(fc.nat(0xffff), fc.nat(0xff)).map(([afi, safi]) => familyOf(afi, safi)),
);
const seconds = fc.nat(4095);
const name = fc.string({ maxLength: 20, unit: 'grapheme' });

/** By name of the capability. */
export const capabilitiesByName: {
  readonly [N in Capability['name']]: fc.Arbitrary<Extract<Capability, { name: N }>>;
} = {
  multiprotocol: fc.record({ name: fc.constant('multiprotocol'), family }),
  'route-refresh': fc.record({ name: fc.constant('route-refresh') }),
  'enhanced-route-refresh': fc.record({ name: fc.constant('enhanced-route-refresh') }),
  'extended-message': fc.record({ name: fc.constant('extended-message') }),
  'graceful-restart': fc.record({
    name: fc.constant('graceful-restart'),
    restartTime: seconds,
    restarted: fc.boolean(),
    notification: fc.boolean(),
    families: fc.array(fc.record({ family, forwarding: fc.boolean() }), { maxLength: 5 }),
  }),
  'four-octet-as': fc.record({ name: fc.constant('four-octet-as'), as: fc.nat(0xffffffff) }),
  'add-path': fc.record({
    name: fc.constant('add-path'),
    families: fc.array(
      fc.record({ family, mode: fc.constantFrom('receive' as const, 'send' as const, 'both' as const) }),
      { maxLength: 5 },
    ),
  }),
  'extended-next-hop': fc.record({
    name: fc.constant('extended-next-hop'),
    families: fc.array(fc.record({ family, nextHopAfi: fc.constantFrom(1, 2) }), { maxLength: 5 }),
  }),
  role: fc.record({
    name: fc.constant('role'),
    role: fc.constantFrom(
      'provider' as const,
      'route-server' as const,
      'route-server-client' as const,
      'customer' as const,
      'peer' as const,
    ),
  }),
  fqdn: fc.record({ name: fc.constant('fqdn'), host: name, domain: name }),
  'long-lived-graceful-restart': fc.record({
    name: fc.constant('long-lived-graceful-restart'),
    families: fc.array(fc.record({ family, forwarding: fc.boolean(), staleTime: fc.nat(0xffffff) }), {
      maxLength: 5,
    }),
  }),
  'software-version': fc.record({ name: fc.constant('software-version'), version: name }),
  'link-local-next-hop': fc.record({ name: fc.constant('link-local-next-hop') }),
  unknown: fc.record({
    name: fc.constant('unknown'),
    code: fc.constantFrom(0, 8, 66, 67, 99, 128, 129, 130, 131, 239, 255),
    value: fc.uint8Array({ maxLength: 60 }),
  }),
};

export const anyCapability: fc.Arbitrary<Capability> = fc.oneof(...Object.values(capabilitiesByName));
