import * as z from 'zod';
import { familySchema as family } from './family-schema.js';
import { definedOnly } from './neighbor-schema.js';

/** One of `announce`. */
export const announcementSchema = z.strictObject({
  prefixes: z.array(z.string()).default([]),
  /** Destinations of other families, as their values or as hex. The library checks them. */
  nlri: z
    .array(
      z
        .strictObject({
          family,
          value: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
          hex: z.string().optional(),
        })
        .transform(definedOnly),
    )
    .optional(),
  nextHop: z.string().optional(),
  med: z.number().int().nonnegative().optional(),
  localPref: z.number().int().nonnegative().optional(),
  aigp: z.number().int().nonnegative().optional(),
  communities: z.array(z.string()).optional(),
});

/** One of `aggregates`. */
export const aggregateSchema = z.strictObject({
  prefix: z.string(),
  asSet: z.boolean().optional(),
  summaryOnly: z.boolean().optional(),
  /** Name of a policy of the file. */
  contributors: z.string().optional(),
  med: z.number().int().nonnegative().optional(),
  localPref: z.number().int().nonnegative().optional(),
  communities: z.array(z.string()).optional(),
  discard: z.boolean().optional(),
});
