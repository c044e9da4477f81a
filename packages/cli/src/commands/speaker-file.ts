import {
  aggregateSchema,
  announcementSchema,
  asNumber,
  definedOnly,
  familySchema as family,
  groupSchema,
  neighborSchema,
  port,
  relayedFamilySchema,
  seconds,
} from '@peerage/control/settings';
import * as z from 'zod';

/** One of `ranges`: neighbours that are known by a prefix only, and dial us. */
export const rangeSchema = neighborSchema.omit({ address: true, interface: true, passive: true }).extend({
  prefix: z.string(),
  limit: z.number().int().min(1).max(65_534).optional(),
});

/** Where a group is named, it may have what is needed. */
function withGroups<One extends z.ZodType, Grouped extends z.ZodType>(one: One, grouped: Grouped) {
  return z.unknown().transform((value, context): z.output<One> | z.output<Grouped> => {
    const isGrouped = typeof value === 'object' && value !== null && 'group' in value;
    const parsed = (isGrouped ? grouped : one).safeParse(value);
    if (parsed.success) return parsed.data as z.output<One> | z.output<Grouped>;
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
}

/** The configuration file of `peerage speaker`, YAML or JSON. */
export const speakerFileSchema = z.strictObject({
  localAs: asNumber,
  confederation: z.strictObject({ identifier: asNumber, members: z.array(asNumber) }).optional(),
  routerId: z.string(),
  /** Dotted quad or number. */
  clusterId: z.union([z.string(), z.number().int()]).optional(),
  /** This start is a restart: families that are still forwarded from the life before. */
  restarting: z
    .strictObject({ forwarded: z.array(family), deferralTime: seconds.min(1).max(86_400).optional() })
    .transform(definedOnly)
    .optional(),
  listenPort: port.optional(),
  listenAddresses: z.array(z.string()).optional(),
  /** What all tables together may hold. */
  tableLimits: z
    .strictObject({ paths: z.int().min(1).optional(), attributeBytes: z.int().min(65_536).optional() })
    .transform(definedOnly)
    .optional(),
  ebgpRequiresPolicy: z.boolean().optional(),
  maximumPaths: z.number().int().min(1).max(64).optional(),
  multipathExactAsPath: z.boolean().optional(),
  alwaysCompareMed: z.boolean().optional(),
  medMissingAsWorst: z.boolean().optional(),
  relayedFamilies: z.array(relayedFamilySchema.transform(definedOnly)).optional(),
  hostName: z.string().optional(),
  domainName: z.string().optional(),
  softwareVersion: z.string().optional(),
  socket: z.string().optional(),
  /** Ask the kernel for the ways to next hops. */
  trackNextHops: z.boolean().optional(),
  /** Named lists for `@name` in policies. The library checks them and the policies. */
  sets: z.record(z.string(), z.array(z.unknown())).optional(),
  policies: z.record(z.string(), z.unknown()).optional(),
  announce: z.array(announcementSchema).optional(),
  aggregates: z.array(aggregateSchema).optional(),
  peerGroups: z.record(z.string(), groupSchema).optional(),
  neighbors: z.array(withGroups(neighborSchema, neighborSchema.partial({ remoteAs: true }))).optional(),
  ranges: z.array(withGroups(rangeSchema, rangeSchema.partial({ remoteAs: true }))).optional(),
});

export type SpeakerFile = z.infer<typeof speakerFileSchema>;
