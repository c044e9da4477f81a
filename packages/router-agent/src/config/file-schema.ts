import { definedOnly, groupSchema, neighborSchema, prefixLimit, seconds } from '@peerage/control/settings';
import * as z from 'zod';

const unicast = z.enum(['ipv4-unicast', 'ipv6-unicast']);
const u32 = z.number().int().min(0).max(4_294_967_295);

/** What is about the families that a node has, which are two. */
const unicastOnly = {
  families: z.array(unicast).min(1).optional(),
  nextHop: z.partialRecord(unicast, z.string()).optional(),
  maxPrefixes: z.partialRecord(unicast, z.union([z.number().int().positive(), prefixLimit])).optional(),
  gracefulRestart: z
    .strictObject({
      restartTime: seconds.max(4095).optional(),
      notification: z.boolean().optional(),
      longLived: z.partialRecord(unicast, seconds.min(1).max(16_777_215)).optional(),
      stalePathTime: seconds.min(1).max(86_400).optional(),
    })
    .transform(definedOnly)
    .optional(),
  defaultOriginate: z.boolean().optional(),
};
const others = { flowspecValidation: true } as const;

/** One of `peerGroups`. */
export const agentGroupSchema = groupSchema.omit(others).extend(unicastOnly);

/** `mesh` and `external`: every session of that kind. */
export const sessionSchema = agentGroupSchema.omit({ remoteAs: true, description: true });

/** Which nodes something is for; without either, all. */
const selector = {
  nodes: z.array(z.string()).min(1).optional(),
  nodeLabels: z.record(z.string(), z.string()).optional(),
};

/** One of `neighbors`; its groups may give the AS. */
export const agentNeighborSchema = neighborSchema
  .omit({ ...others, interface: true })
  .extend({ ...unicastOnly, ...selector, address: z.string() })
  .partial({ remoteAs: true });

const community = z.union([z.string(), u32]);
const attributes = {
  med: u32.optional(),
  localPref: u32.optional(),
  communities: z.array(community).optional(),
  largeCommunities: z.array(z.string()).optional(),
  extendedCommunities: z.array(z.string()).optional(),
  /** How often our AS is put in front of the path once more. */
  prepend: z.number().int().min(1).max(50).optional(),
};

/** One of `announce`. */
export const agentAnnouncementSchema = z.strictObject({
  prefixes: z.array(z.string()).min(1),
  nextHop: z.string().optional(),
  ...attributes,
  mesh: z.boolean().optional(),
  ...selector,
});

/** One of `aggregates`. */
export const agentAggregateSchema = z.strictObject({
  prefix: z.string(),
  summaryOnly: z.boolean().optional(),
  asSet: z.boolean().optional(),
  discard: z.boolean().optional(),
  contributors: z.string().optional(),
  ...attributes,
  mesh: z.boolean().optional(),
  ...selector,
});

/** The file of `--config`, YAML or JSON. Values of flags, sets and policies are checked by what reads them. */
export const agentFileSchema = z.strictObject({
  flags: z.record(z.string(), z.unknown()).optional(),
  mesh: sessionSchema.optional(),
  external: sessionSchema.optional(),
  peerGroups: z.record(z.string(), agentGroupSchema).optional(),
  neighbors: z.array(agentNeighborSchema).optional(),
  sets: z.record(z.string(), z.array(z.unknown())).optional(),
  policies: z.record(z.string(), z.unknown()).optional(),
  announce: z.array(agentAnnouncementSchema).optional(),
  aggregates: z.array(agentAggregateSchema).optional(),
});

export type AgentFile = z.output<typeof agentFileSchema>;
