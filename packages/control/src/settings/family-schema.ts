import * as z from 'zod';

/** Families that have a name of their own. */
export const familyNameSchema = z.enum([
  'ipv4-unicast',
  'ipv6-unicast',
  'ipv4-multicast',
  'ipv6-multicast',
  'ipv4-labeled-unicast',
  'ipv6-labeled-unicast',
  'vpnv4-unicast',
  'vpnv6-unicast',
  'vpnv4-multicast',
  'vpnv6-multicast',
  'l2vpn-evpn',
  'ipv4-flowspec',
  'ipv6-flowspec',
  'vpnv4-flowspec',
  'vpnv6-flowspec',
  'ipv4-route-target',
  'bgp-ls',
  'bgp-ls-vpn',
  'ipv4-sr-policy',
  'ipv6-sr-policy',
  'ipv4-mup',
  'ipv6-mup',
  'ipv4-encapsulation',
  'ipv6-encapsulation',
  'ipv4-mcast-vpn',
  'ipv6-mcast-vpn',
  'l2vpn-vpls',
]);
/** A family without a name of its own is `afi-16397/safi-70`. The library says which ones can be had. */
export const familySchema = z.union([
  familyNameSchema,
  z.templateLiteral(['afi-', z.number().int(), '/safi-', z.number().int()]),
]);

/** A family that is not built, to be relayed by its octets. */
export const relayedFamilySchema = z.strictObject({
  afi: z.number().int().min(1).max(65_535),
  safi: z.number().int().min(1).max(255),
  lengthAt: z.number().int().min(0).max(8).optional(),
  lengthSize: z.union([z.literal(1), z.literal(2)]).optional(),
  unit: z.enum(['bits', 'octets']).optional(),
  keyBytes: z.number().int().min(1).max(4096).optional(),
});
